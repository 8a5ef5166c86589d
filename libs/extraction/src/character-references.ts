import { Parser } from 'htmlparser2';

/** Named references that nearly all pages use; what is not among them is left to htmlparser2's own table. */
const FREQUENT: ReadonlyMap<string, string> = new Map(
  Object.entries({
    amp: '&',
    lt: '<',
    gt: '>',
    quot: '"',
    apos: "'",
    nbsp: '\u00a0',
    ndash: '\u2013',
    mdash: '\u2014',
    lsquo: '\u2018',
    rsquo: '\u2019',
    ldquo: '\u201c',
    rdquo: '\u201d',
    hellip: '\u2026',
    raquo: '\u00bb',
    laquo: '\u00ab',
    copy: '\u00a9',
  }),
);

/** Signs between `&` and `;` of the references that are read here. */
const LONGEST = 7;

/** Decodes the character references of a text. A `<` is a character like any other. */
export function decodeReferences(text: string): string {
  return text.includes('&') ? (decodeFrequent(text) ?? decoder().text(text)) : text;
}

/** Decodes those of an attribute's value, where HTML leaves an unfinished `&copy=` as it stands. */
export function decodeAttribute(value: string): string {
  return value.includes('&') ? (decodeFrequent(value) ?? decoder().attribute(value)) : value;
}

/** The decoded text; undefined when it holds a reference that is not plainly one of the frequent ones. */
function decodeFrequent(text: string): string | undefined {
  let out = '';
  let from = 0;
  for (let at = text.indexOf('&'); at >= 0; at = text.indexOf('&', at + 1)) {
    const first = text.charCodeAt(at + 1);
    if (first <= 0x20) continue;
    let end = at + 2;
    while (end <= at + 1 + LONGEST && text.charCodeAt(end) !== SEMICOLON) end++;
    if (text.charCodeAt(end) !== SEMICOLON) return undefined;
    const character = first === NUMBER_SIGN ? numbered(text.slice(at + 2, end)) : FREQUENT.get(text.slice(at + 1, end));
    if (character === undefined) return undefined;
    out += text.slice(from, at) + character;
    from = end + 1;
  }
  return out + text.slice(from);
}

const SEMICOLON = 0x3b;
const NUMBER_SIGN = 0x23;

/** The character of a number, where it means that code point itself: HTML maps some to others. */
function numbered(digits: string): string | undefined {
  const hex = /^[xX]/.test(digits);
  if (!(hex ? /^[xX][\da-fA-F]+$/ : /^\d+$/).test(digits)) return undefined;
  const code = hex ? Number.parseInt(digits.slice(1), 16) : Number(digits);
  return (code >= 0x20 && code < 0x7f) || (code >= 0xa0 && code < 0xd800) ? String.fromCharCode(code) : undefined;
}

/** htmlparser2, asked for nothing but the characters that a piece of HTML stands for. */
class ReferenceDecoder {
  private decoded = '';
  private readonly parser = new Parser({
    ontext: (data) => (this.decoded += data),
    onattribute: (_name, value) => (this.decoded = value),
  });

  text(text: string): string {
    return this.decode(text.replaceAll('<', '&lt;'));
  }

  attribute(value: string): string {
    return this.decode(`<a a="${value.replaceAll('"', '&quot;')}">`);
  }

  private decode(html: string): string {
    this.decoded = '';
    this.parser.parseComplete(html);
    const { decoded } = this;
    this.decoded = '';
    return decoded;
  }
}

let shared: ReferenceDecoder | undefined;

/** One decoder for all: it keeps nothing between two texts, and making one costs more than most texts. */
function decoder(): ReferenceDecoder {
  return (shared ??= new ReferenceDecoder());
}
