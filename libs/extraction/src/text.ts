/** Every run of white space but the single spaces between words, which are left as they are. */
const SPACE_RUN = / \s+|[\t-\r\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]\s*/g;

/** Places where a line may break, or may not, that nobody sees: within a word they part nothing. */
const UNSEEN_SPACE = /[\u200b\u2060\ufeff]+/g;
const HAS_UNSEEN_SPACE = /[\u200b\u2060\ufeff]/;

/** White space of any Unicode kind collapsed to single spaces, zero-width spaces left out, ends trimmed. */
export function collapse(text: string): string {
  return joinSpaces(text).trim();
}

/** True for a text of nothing but white space. */
export function isBlank(text: string): boolean {
  const first = text.charCodeAt(0);
  return !(first > 0x20 && first < 0x7f) && text.trim() === '';
}

/** White space collapsed to single spaces, ends included. */
export function joinSpaces(text: string): string {
  return inPieces(text, (piece) =>
    (HAS_UNSEEN_SPACE.test(piece) ? piece.replace(UNSEEN_SPACE, '') : piece).replace(SPACE_RUN, ' '),
  );
}

/**
 * The characters that one expression's loop may run over: four million and more overflow the engine's stack in a process
 * that holds much compiled code, as V8 no longer optimises expressions there.
 */
const PIECE = 1_000_000;

/** A normal form of a text of any length, piece by piece: `normalise` must find the same whether applied once or twice. */
function inPieces(text: string, normalise: (piece: string) => string): string {
  if (text.length <= PIECE) return normalise(text);
  const pieces: string[] = [];
  for (let from = 0, to = 0; from < text.length; from = to) {
    to = from + PIECE;
    if (isHighSurrogate(text.charCodeAt(to - 1))) to -= 1;
    pieces.push(normalise(text.slice(from, to)));
  }
  return normalise(pieces.join(''));
}

function isHighSurrogate(code: number): boolean {
  return code >= 0xd800 && code < 0xdc00;
}

const LONE_SURROGATE = /\p{Surrogate}/gu;
// eslint-disable-next-line no-control-regex -- control characters are exactly what it removes
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g;
// eslint-disable-next-line no-control-regex -- the same, asked without a place to go on from
const HAS_CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/;

/** True for a text that `wellFormed` would leave as it is. */
export function isWellFormed(text: string): boolean {
  return text.isWellFormed() && !HAS_CONTROL.test(text);
}

// eslint-disable-next-line no-control-regex -- the same, with any half of a pair
const SUSPECT = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\ud800-\udfff]/;

/** True for a text that is well-formed wherever it may be parted. */
export function isPlainlySound(text: string): boolean {
  return !SUSPECT.test(text);
}

/** Text that any JSON or XML consumer accepts: no control characters, no half of a surrogate pair. */
export function wellFormed(text: string): string {
  return text.replace(CONTROL, '').replace(LONE_SURROGATE, '\ufffd');
}

/** ASCII and the marks of Latin typography: what nearly all texts of Western pages consist of. */
// eslint-disable-next-line no-control-regex -- the range is that of ASCII
const PLAIN = /^[\u0000-\u007f\u2013\u2014\u2018\u2019\u201c\u201d]*$/;
/** Everything between the words of such a text but the single spaces, which are left as they are. */
const NOT_PLAIN_WORD = / [^a-z0-9]+|[^a-z0-9 ][^a-z0-9]*/g;

const QUOTES = /[\u2018\u2019\u201c\u201d\u201e\u00ab\u00bb"'`\u00b4]/g;
const NOT_WORD = /[^\p{L}\p{N}\p{M}]+/gu;

/** The letters and digits of a text in lower case, for comparing: two texts that read the same have the same key. */
export function comparisonKey(text: string): string {
  if (text.length > LONGEST_KNOWN) return makeKey(text);
  let key = known.get(text);
  if (key !== undefined) return key;
  key = makeKey(text);
  if (known.size === MOST_KNOWN) known.clear();
  known.set(text, key);
  return key;
}

/** The keys made last: titles, names and captions of a page are compared again and again. */
const known = new Map<string, string>();
const MOST_KNOWN = 200;
const LONGEST_KNOWN = 400;

/** Lets go of the texts of the page before: a text may be a part of its page, and keep all of it in memory. */
export function forgetKeys(): void {
  known.clear();
}

function makeKey(text: string): string {
  return inPieces(text, spaceWords).trim();
}

function spaceWords(text: string): string {
  if (PLAIN.test(text)) return text.toLowerCase().replace(QUOTES, '').replace(NOT_PLAIN_WORD, ' ');
  return text.normalize('NFKC').toLowerCase().replace(QUOTES, '').replace(NOT_WORD, ' ');
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
