/** Characters in which a head is looked for: AMP pages carry up to 75 KB of styles before their links. */
const HEAD_WITHIN = 512 * 1024;

/** What may stand in a head; any other element begins the body (HTML, "after head" insertion mode). */
const IN_HEAD = new Set([
  'html',
  'head',
  'base',
  'basefont',
  'bgsound',
  'link',
  'meta',
  'noframes',
  'noscript',
  'script',
  'style',
  'template',
  'title',
]);

/** Elements whose content is no markup, or, of `noscript` and `template`, none for a reader with scripts. */
const RAW = new Set(['noframes', 'noscript', 'script', 'style', 'template', 'title']);

/** A start tag: its name in lower case and its attributes, character references undone. */
export interface HeadTag {
  name: string;
  /** By lower-case name; of a repeated one the first counts. */
  attributes: ReadonlyMap<string, string>;
}

/**
 * The start tags of a page's head in their order, without those in comments, scripts, `noscript` and `template`. What
 * stands in the body is not looked at: readers' comments can hold anything. One pass over at most 512 Ki characters.
 */
export function* headTags(html: string): Generator<HeadTag> {
  const text = html.slice(0, HEAD_WITHIN);
  let at = 0;
  for (;;) {
    at = text.indexOf('<', at);
    if (at === -1) return;
    if (text.startsWith('<!--', at)) {
      at = after(text, '-->', at + 4);
    } else if (/[!?]/.test(text[at + 1] ?? '')) {
      at = after(text, '>', at + 2);
    } else if (text[at + 1] === '/') {
      if (/^<\/head[\s>]/i.test(text.slice(at, at + 7))) return;
      at = after(text, '>', at + 2);
    } else if (/[a-z]/i.test(text[at + 1] ?? '')) {
      const tag = readTag(text, at + 1);
      if (tag === undefined || !IN_HEAD.has(tag.name)) return;
      yield tag;
      at = RAW.has(tag.name) ? endOf(text, tag.name, tag.end) : tag.end;
    } else {
      at += 1;
    }
    if (at === -1) return;
  }
}

function after(text: string, mark: string, from: number): number {
  const at = text.indexOf(mark, from);
  return at === -1 ? -1 : at + mark.length;
}

/** The place of the end tag of an element without markup. */
function endOf(text: string, name: string, from: number): number {
  for (let at = text.indexOf('</', from); at !== -1; at = text.indexOf('</', at + 2)) {
    if (text.slice(at + 2, at + 2 + name.length).toLowerCase() === name) return at;
  }
  return -1;
}

const SPACE = /\s/;

/** @returns undefined when the tag does not end */
function readTag(text: string, from: number): (HeadTag & { end: number }) | undefined {
  let at = from;
  while (at < text.length && !/[\s/>]/.test(text[at]!)) at += 1;
  const name = text.slice(from, at).toLowerCase();
  const attributes = new Map<string, string>();
  while (at < text.length) {
    while (at < text.length && (SPACE.test(text[at]!) || text[at] === '/')) at += 1;
    if (text[at] === '>') return { name, attributes, end: at + 1 };
    const start = at;
    while (at < text.length && !/[\s/>=]/.test(text[at]!)) at += 1;
    // An equals sign in front of a name belongs to it.
    if (at === start) at += 1;
    const key = text.slice(start, at).toLowerCase();
    while (at < text.length && SPACE.test(text[at]!)) at += 1;
    let value = '';
    if (text[at] === '=') {
      const read = readValue(text, at + 1);
      if (read === undefined) return undefined;
      ({ value, at } = read);
    }
    if (!attributes.has(key)) attributes.set(key, withoutReferences(value));
  }
  return undefined;
}

function readValue(text: string, from: number): { value: string; at: number } | undefined {
  let at = from;
  while (at < text.length && SPACE.test(text[at]!)) at += 1;
  const quote = text[at];
  if (quote === '"' || quote === "'") {
    const close = text.indexOf(quote, at + 1);
    return close === -1 ? undefined : { value: text.slice(at + 1, close), at: close + 1 };
  }
  const start = at;
  while (at < text.length && !/[\s>]/.test(text[at]!)) at += 1;
  return { value: text.slice(start, at), at };
}

const NAMED: Readonly<Record<string, string>> = { amp: '&', quot: '"', apos: "'", lt: '<', gt: '>' };

/** Undoes the character references that addresses are written with. */
function withoutReferences(value: string): string {
  return value.replace(
    /&(?:(amp|quot|apos|lt|gt)|#(\d{1,7})|#x([0-9a-f]{1,6}));/gi,
    (whole, name: string | undefined, decimal: string | undefined, hex: string | undefined) => {
      if (name !== undefined) return NAMED[name.toLowerCase()]!;
      const point = decimal === undefined ? Number.parseInt(hex!, 16) : Number(decimal);
      return point > 0x10ffff ? whole : String.fromCodePoint(point);
    },
  );
}
