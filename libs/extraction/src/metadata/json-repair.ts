/**
 * Parses JSON as pages really carry it: wrapped in HTML comments or CDATA, with JavaScript comments, trailing commas,
 * a trailing semicolon, raw control characters and bare quotes inside strings, quotes as `&quot;`. Several values in a row come back as an array.
 * Undefined when nothing can be read. Linear in the text.
 */
export function parseLooseJson(text: string): unknown {
  for (const read of READINGS) {
    try {
      return JSON.parse(read(text));
    } catch {
      // The next reading allows for more.
    }
  }
  return undefined;
}

const READINGS: readonly ((text: string) => string)[] = [
  (text) => text,
  (text) => repair(text, stringEnd),
  (text) => repair(unescapeQuotes(text), looseStringEnd),
];

type StringEnd = (text: string, open: number) => number;

function unescapeQuotes(text: string): string {
  if (!text.includes('&quot;') && !text.includes('&#34;')) return text;
  return text.includes('"') ? text : text.replace(/&(?:quot|#34);/g, '"').replaceAll('&amp;', '&');
}

const WRAPPERS = ['<!--', '<![CDATA[', '-->', ']]>'];

function repair(text: string, endOf: StringEnd): string {
  const out: string[] = [];
  let depth = 0;
  let values = 0;
  let i = 0;
  while (i < text.length) {
    const c = text[i]!;
    const wrapper = c === '<' || c === '-' || c === ']' ? WRAPPERS.find((mark) => text.startsWith(mark, i)) : undefined;
    if (wrapper) {
      i += wrapper.length;
    } else if (c === '"') {
      const end = endOf(text, i);
      out.push(cleanString(text.slice(i, end)));
      i = end;
    } else if (c === '/' && text[i + 1] === '*') {
      const end = text.indexOf('*/', i + 2);
      i = end < 0 ? text.length : end + 2;
    } else if (c === '/' && text[i + 1] === '/') {
      i = skipLineComment(text, i);
    } else {
      if (c === '{' || c === '[') {
        if (depth++ === 0 && values++ > 0) out.push(',');
      } else if (c === '}' || c === ']') depth--;
      const stray = (c === ',' && closes(text, i + 1)) || (depth === 0 && (c === ';' || c === ','));
      if (!stray) out.push(c);
      i++;
    }
  }
  return values > 1 ? `[${out.join('')}]` : out.join('');
}

/** True when nothing but white space stands before the next closing bracket. */
function closes(text: string, from: number): boolean {
  let i = from;
  while (i < text.length && ' \t\r\n'.includes(text[i]!)) i++;
  return text[i] === '}' || text[i] === ']';
}

/** The index after the closing quote; the end of the text when it is missing. */
function stringEnd(text: string, open: number): number {
  for (let i = open + 1; i < text.length; i++) {
    if (text[i] === '\\') i++;
    else if (text[i] === '"') return i + 1;
  }
  return text.length;
}

/** What stands after the comma that follows a string: the next name or value. */
const NEXT_VALUE = /(?:["{[\]}\d-]|true\b|false\b|null\b)/y;

/** As `stringEnd`, but a quote closes the string only where JSON goes on behind it: others belong to the text. */
function looseStringEnd(text: string, open: number): number {
  for (let i = open + 1; i < text.length; i++) {
    if (text[i] === '\\') i++;
    else if (text[i] === '"' && goesOn(text, i + 1)) return i + 1;
  }
  return text.length;
}

function goesOn(text: string, from: number): boolean {
  const i = skipSpace(text, from);
  if (i === text.length || text[i] === ':' || text[i] === '}' || text[i] === ']') return true;
  if (text[i] !== ',') return false;
  NEXT_VALUE.lastIndex = skipSpace(text, i + 1);
  return NEXT_VALUE.test(text);
}

function skipSpace(text: string, from: number): number {
  let i = from;
  while (i < text.length && ' \t\r\n'.includes(text[i]!)) i++;
  return i;
}

/** A line comment ends at the line's end, or at a CDATA mark on the same line, as in `//<![CDATA[`. */
function skipLineComment(text: string, from: number): number {
  const newline = text.indexOf('\n', from);
  const lineEnd = newline < 0 ? text.length : newline;
  const after = text.slice(from + 2, from + 14).trimStart();
  const mark = WRAPPERS.find((m) => after.startsWith(m));
  return mark ? text.indexOf(mark, from) + mark.length : lineEnd;
}

// eslint-disable-next-line no-control-regex -- raw control characters are what makes such a string invalid JSON
const CONTROL = /[\u0000-\u001f]/g;
/** An escaped backslash (kept) or a backslash before what JSON cannot escape (dropped). */
const BACKSLASHES = /\\\\|\\(?:u(?![0-9a-fA-F]{4})|[^"\\/bfnrtu])/g;

function cleanString(literal: string): string {
  const quoted = BARE_QUOTE.test(literal.slice(1, -1)) ? escapeQuotes(literal) : literal;
  const escaped = quoted.replace(CONTROL, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return escaped.replace(BACKSLASHES, (m) => (m === '\\\\' ? m : m.slice(1)));
}

const BARE_QUOTE = /(?<!\\)"/;

function escapeQuotes(literal: string): string {
  return `"${literal.slice(1, -1).replace(/\\.|"/gs, (m) => (m === '"' ? '\\"' : m))}"`;
}
