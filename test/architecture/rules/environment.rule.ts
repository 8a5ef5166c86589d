import ts from 'typescript';
import type { Rule } from '../rule.js';
import { lineOf } from '../workspace.js';

/** The environment is read in *.config.ts alone: every setting is found there, and everything else takes values. */
export const environment: Rule = ({ modules }) =>
  [...modules.values()]
    .filter(({ path }) => !path.endsWith('.config.ts'))
    .flatMap((module) =>
      module.nodes.filter(readsEnvironment).map((node) => ({
        path: module.path,
        line: lineOf(module, node),
        message: 'reads process.env: only *.config.ts reads settings, other files take them as parameters',
      })),
    );

function readsEnvironment(node: ts.Node): boolean {
  if (ts.isPropertyAccessExpression(node)) return node.name.text === 'env' && isProcess(node.expression);
  if (ts.isElementAccessExpression(node)) return isWord(node.argumentExpression, 'env') && isProcess(node.expression);
  if (ts.isVariableDeclaration(node) && ts.isObjectBindingPattern(node.name)) {
    return (
      isProcess(node.initializer) &&
      node.name.elements.some((element) => isWord(element.propertyName ?? element.name, 'env'))
    );
  }
  if (ts.isImportDeclaration(node) && ts.isStringLiteral(node.moduleSpecifier)) {
    const names = node.importClause?.namedBindings;
    const fromProcess = /^(node:)?process$/.test(node.moduleSpecifier.text);
    return (
      fromProcess &&
      !!names &&
      ts.isNamedImports(names) &&
      names.elements.some((name) => isWord(name.propertyName ?? name.name, 'env'))
    );
  }
  return false;
}

function isProcess(node: ts.Node | undefined): boolean {
  return isWord(node, 'process') || (!!node && ts.isPropertyAccessExpression(node) && node.name.text === 'process');
}

function isWord(node: ts.Node | undefined, word: string): boolean {
  return !!node && (ts.isIdentifier(node) || ts.isStringLiteralLike(node)) && node.text === word;
}
