import ts from 'typescript';

/**
 * The SQL that a migration may run when it goes forward: every text of its class outside of `down`. What stands in `${…}`
 * is a question mark. SQL that is made elsewhere is not seen.
 */
export function statementsOf(source: string): string[] {
  const file = ts.createSourceFile('migration.ts', source, ts.ScriptTarget.Latest, true);
  const texts: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isMethodDeclaration(node) && node.name.getText() === 'down') return;
    if (ts.isImportDeclaration(node) || ts.isLiteralTypeNode(node)) return;
    if (ts.isStringLiteralLike(node)) texts.push(node.text);
    else if (ts.isTemplateExpression(node)) {
      texts.push([node.head.text, ...node.templateSpans.map(({ literal }) => literal.text)].join('?'));
      return;
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return texts
    .flatMap((text) => bare(text).split(';'))
    .map((text) => text.trim())
    .filter((text) => /\b(?:alter|create|drop|update|delete|truncate)\b/.test(text));
}

/** In lower case, without comments and quoted texts, with single blanks: what is left is grammar and names. */
function bare(sql: string): string {
  return sql
    .replace(/'[^']*'|--[^\n]*|\/\*[\s\S]*?\*\//g, (found) => (found.startsWith("'") ? "''" : ' '))
    .replace(/"/g, '')
    .replace(/\s+/g, ' ')
    .trim()
    .toLowerCase();
}

/** Parts of a list that are parted by commas outside of brackets. */
export function parts(list: string): string[] {
  const found: string[] = [];
  let [depth, start] = [0, 0];
  for (let at = 0; at < list.length; at += 1) {
    if (list[at] === '(') depth += 1;
    else if (list[at] === ')') depth -= 1;
    else if (list[at] === ',' && depth === 0) {
      found.push(list.slice(start, at).trim());
      start = at + 1;
    }
  }
  return [...found, list.slice(start).trim()];
}
