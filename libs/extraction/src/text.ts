/** Every run of white space but the single spaces between words, which are left as they are. */
const SPACE_RUN =
  / [\s\u200b\ufeff\u2060]+|[\t-\r\u00a0\u1680\u2000-\u200b\u2028\u2029\u202f\u205f\u2060\u3000\ufeff][\s\u200b\ufeff\u2060]*/g;

/** White space (any Unicode kind, zero-width included) collapsed to single spaces, ends trimmed. */
export function collapse(text: string): string {
  return joinSpaces(text).trim();
}

/** White space collapsed to single spaces, ends included. */
export function joinSpaces(text: string): string {
  return text.replace(SPACE_RUN, ' ');
}

const LONE_SURROGATE = /\p{Surrogate}/gu;
// eslint-disable-next-line no-control-regex -- control characters are exactly what it removes
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g;

/** Text that any JSON or XML consumer accepts: no control characters, no half of a surrogate pair. */
export function wellFormed(text: string): string {
  return text.replace(CONTROL, '').replace(LONE_SURROGATE, '\ufffd');
}

const QUOTES = /[\u2018\u2019\u201c\u201d\u201e\u00ab\u00bb"'`\u00b4]/g;
const NOT_WORD = /[^\p{L}\p{N}\p{M}]+/gu;

/** The letters and digits of a text in lower case, for comparing: two texts that read the same have the same key. */
export function comparisonKey(text: string): string {
  return text.normalize('NFKC').toLowerCase().replace(QUOTES, '').replace(NOT_WORD, ' ').trim();
}

/** Strips tags and decodes nothing: for metadata values that carry markup. */
export function stripTags(text: string): string {
  if (!text.includes('<')) return text;
  let out = '';
  let from = 0;
  while (from < text.length) {
    const open = text.indexOf('<', from);
    const close = open < 0 ? -1 : text.indexOf('>', open);
    if (close < 0) return out + text.slice(from);
    out += text.slice(from, open) + ' ';
    from = close + 1;
  }
  return out;
}
