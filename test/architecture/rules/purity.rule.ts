import { isBuiltin } from 'node:module';
import ts from 'typescript';
import { pureLibraries } from '../boundaries.js';
import type { Rule } from '../rule.js';
import { lineOf, type Module, type Workspace } from '../workspace.js';

const WHY = 'a pure library computes from what it is given, so that its results can be repeated';

/** Modules of Node that compute. */
const computingModules =
  /^(node:)?(assert|buffer|crypto|path(\/posix)?|punycode|querystring|string_decoder|url|util|zlib)$/;

/** Globals that do something or know something about where and when they run. */
const impureGlobals = new Set([
  ...['process', 'console', 'performance', 'fetch', 'WebSocket', 'EventSource'],
  ...['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask'],
]);

/** Members, of globals and of node:crypto, that give another answer each time. */
const impureMembers = new Set([
  ...['Date.now', 'Math.random', 'Temporal.Now'],
  ...['crypto.randomUUID', 'crypto.randomBytes', 'crypto.randomInt', 'crypto.getRandomValues'],
]);

/** Pure libraries import no module of Node that does I/O, starts processes or waits. */
export const pureImport: Rule = (workspace) =>
  pureModules(workspace).flatMap(({ path, imports }) =>
    imports
      .filter(({ specifier }) => isBuiltin(specifier) && !computingModules.test(specifier))
      .map(({ specifier, line }) => ({ path, line, message: `imports ${specifier}: ${WHY}` })),
  );

/** Pure libraries read no clock, chance, environment or network. */
export const pureCode: Rule = (workspace) =>
  pureModules(workspace).flatMap((module) =>
    module.nodes.flatMap((node) => {
      const what = impurity(node);
      return what ? [{ path: module.path, line: lineOf(module, node), message: `uses ${what}: ${WHY}` }] : [];
    }),
  );

function pureModules({ modules }: Workspace): Module[] {
  const folders = pureLibraries.map((library) => `libs/${library}/`);
  return [...modules.values()].filter(
    ({ path, isTest }) => !isTest && folders.some((folder) => path.startsWith(folder)),
  );
}

function impurity(node: ts.Node): string | undefined {
  if (ts.isNewExpression(node) && isName(node.expression, 'Date') && !node.arguments?.length) return 'new Date()';
  if (ts.isCallExpression(node) && isName(node.expression, 'Date')) return 'Date()';
  if (ts.isPropertyAccessExpression(node) && ts.isIdentifier(node.expression)) {
    const member = `${node.expression.text}.${node.name.text}`;
    if (impureMembers.has(member)) return member;
  }
  if (ts.isImportSpecifier(node)) {
    const member = `crypto.${(node.propertyName ?? node.name).text}`;
    return impureMembers.has(member) ? member : undefined;
  }
  return ts.isIdentifier(node) && impureGlobals.has(node.text) && isReference(node) ? node.text : undefined;
}

/** Reads the variable of that name, rather than naming a property, a parameter or a type. */
function isReference(node: ts.Identifier): boolean {
  const parent = node.parent as ts.Node & { name?: ts.Node; propertyName?: ts.Node };
  if (ts.isShorthandPropertyAssignment(parent)) return true;
  return parent.name !== node && parent.propertyName !== node && !ts.isTypeNode(parent);
}

function isName(node: ts.Node, name: string): boolean {
  return ts.isIdentifier(node) && node.text === name;
}
