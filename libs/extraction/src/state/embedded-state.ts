import type { HtmlTree } from '../html-tree.js';

/*
 * Pages that are drawn by a script carry its data as JSON: in scripts of type application/json (Next.js, Astro and
 * others) or assigned to a variable (`window.__STATE__ = {…}`, also as `JSON.parse("…")`).
 */

/** Characters of script that are read of one page, and those of a script below which it holds no article. */
const MAX_READ = 8_000_000;
const LEAST_SCRIPT = 500;

/** Assigned values tried in one script. */
const MAX_ASSIGNED = 20;

/**
 * The values of the page's embedded state in document order: of the scripts that hold one of the samples, of all of
 * them when there is no sample. Linear in the scripts; never throws.
 */
export function embeddedState(tree: HtmlTree, samples: readonly string[]): unknown[] {
  const values: unknown[] = [];
  let read = 0;
  for (let i = 1; i < tree.size && read < MAX_READ; i++) {
    if (tree.name(i) !== 'script') continue;
    const type = tree.attribute(i, 'type')?.toLowerCase() ?? '';
    if (type.includes('ld+json')) continue;
    const text = tree.textContent(i, MAX_READ);
    if (text.length < LEAST_SCRIPT || text.length + read > MAX_READ) continue;
    if (samples.length > 0 && !samples.some((sample) => text.includes(sample))) continue;
    read += text.length;
    if (type.includes('json')) values.push(parse(text));
    else values.push(...assignedValues(text));
  }
  return values.filter((value) => typeof value === 'object' && value !== null);
}

const ASSIGNMENT = /=\s{0,20}(?:JSON\.parse\(\s{0,20})?(?=[{["'])/g;

/** The JSON literals that a script assigns. */
function assignedValues(script: string): unknown[] {
  const values: unknown[] = [];
  ASSIGNMENT.lastIndex = 0;
  for (let tried = 0; tried < MAX_ASSIGNED;) {
    const found = ASSIGNMENT.exec(script);
    if (!found) break;
    const start = ASSIGNMENT.lastIndex;
    const isText = found[0].includes('JSON.parse');
    if (isText !== (script[start] === '"' || script[start] === "'")) continue;
    const end = isText ? stringEnd(script, start) : bracketEnd(script, start);
    ASSIGNMENT.lastIndex = end;
    if (end - start < LEAST_SCRIPT) continue;
    tried++;
    const literal = script.slice(start, end);
    values.push(isText ? parseQuoted(literal) : parse(withoutUndefined(literal)));
  }
  return values;
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

/** The value of `JSON.parse("…")`: JSON within a string literal of either quote. */
function parseQuoted(literal: string): unknown {
  const inner = literal.slice(1, -1);
  const text = parse(literal.startsWith('"') ? literal : `"${inner.replace(/\\'/g, "'").replace(/(?<!\\)"/g, '\\"')}"`);
  return typeof text === 'string' ? parse(text) : undefined;
}

/** JavaScript's `undefined` as a value, which serialisers write where JSON has nothing. */
function withoutUndefined(literal: string): string {
  return literal.includes('undefined') ? literal.replace(/([:,[])undefined(?=[,\]}])/g, '$1null') : literal;
}

/** One past the quote that closes a string; the end of the text when it is missing. */
function stringEnd(text: string, open: number): number {
  const quote = text[open];
  for (let i = open + 1; i < text.length; i++) {
    if (text[i] === '\\') i++;
    else if (text[i] === quote) return i + 1;
  }
  return text.length;
}

/** One past the bracket that closes a value, strings jumped over; the end of the text when it is missing. */
function bracketEnd(text: string, open: number): number {
  let depth = 0;
  for (let i = open; i < text.length; i++) {
    const c = text[i];
    if (c === '"') i = stringEnd(text, i) - 1;
    else if (c === '{' || c === '[') depth++;
    else if ((c === '}' || c === ']') && --depth === 0) return i + 1;
  }
  return text.length;
}
