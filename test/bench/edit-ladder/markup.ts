/** A tag, comment or stretch of text of an HTML source, by its place in it. */
export interface Token {
  kind: 'text' | 'open' | 'close' | 'raw' | 'other';
  start: number;
  end: number;
  /** Lower-case tag name; of a raw text element that of its tag. */
  name: string;
}

const RAW = new Set(['script', 'style', 'noscript', 'textarea', 'template', 'title', 'svg', 'iframe', 'head']);

/** Splits a source into tokens. Elements whose text nobody reads in place are one token, `raw`. */
export function tokenize(html: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  const add = (kind: Token['kind'], end: number, name = ''): void => {
    if (end > at) tokens.push({ kind, start: at, end, name });
    at = Math.max(at, end);
  };
  while (at < html.length) {
    const open = html.indexOf('<', at);
    if (open < 0) {
      add('text', html.length);
      break;
    }
    if (open > at) add('text', open);
    if (html.startsWith('<!--', at)) {
      const close = html.indexOf('-->', at);
      add('other', close < 0 ? html.length : close + 3);
      continue;
    }
    const name = /^<\/?([a-zA-Z][\w:-]*)/.exec(html.slice(at, at + 60))?.[1]?.toLowerCase();
    if (name === undefined) {
      const close = html.startsWith('<!', at) || html.startsWith('<?', at) ? html.indexOf('>', at) : at;
      add(close > at ? 'other' : 'text', close < 0 ? html.length : close + 1);
      continue;
    }
    const end = tagEnd(html, at);
    if (html[at + 1] === '/') add('close', end, name);
    else if (RAW.has(name) && html[end - 2] !== '/') {
      const close = indexOfClose(html, name, end);
      add('raw', close, name);
    } else add('open', end, name);
  }
  return tokens;
}

/** One past the `>` of a tag: signs in quoted attributes do not end it. */
function tagEnd(html: string, from: number): number {
  let quote = '';
  for (let i = from + 1; i < html.length; i++) {
    const sign = html[i]!;
    if (quote !== '') {
      if (sign === quote) quote = '';
    } else if ((sign === '"' || sign === "'") && /=\s*$/.test(html.slice(Math.max(from, i - 3), i))) quote = sign;
    else if (sign === '>') return i + 1;
  }
  return html.length;
}

function indexOfClose(html: string, name: string, from: number): number {
  const pattern = new RegExp(`</${name}[\\s>]`, 'gi');
  pattern.lastIndex = from;
  const found = pattern.exec(html);
  if (found === null) return from;
  const close = html.indexOf('>', found.index);
  return close < 0 ? html.length : close + 1;
}

const INLINE = new Set(
  (
    'a abbr acronym b bdi bdo big cite code data del dfn em font i ins kbd label mark q s samp small span strike ' +
    'strong sub sup time tt u var wbr'
  ).split(' '),
);

/** A line or paragraph as a reader sees it: the source between two boundaries of blocks. */
export interface Block {
  /** The text with its inline tags. */
  start: number;
  end: number;
  /** The same with the element that holds nothing else, if there is one. */
  outerStart: number;
  outerEnd: number;
  /** Name of the element that opens right before the text. */
  name: string;
  text: string;
}

export function blocksOf(html: string, tokens: readonly Token[] = tokenize(html)): Block[] {
  const blocks: Block[] = [];
  let from = 0;
  let before: Token | undefined;
  let text = '';
  const flush = (to: number, after: Token | undefined): void => {
    const plain = readable(text);
    if (plain !== '') {
      const wraps = before?.kind === 'open' && after?.kind === 'close' && before.name === after.name;
      blocks.push({
        start: from,
        end: to,
        outerStart: wraps ? before!.start : from,
        outerEnd: wraps ? after.end : to,
        name: before?.kind === 'open' ? before.name : '',
        text: plain,
      });
    }
    text = '';
  };
  for (const token of tokens) {
    if (token.kind === 'text') {
      text += html.slice(token.start, token.end);
      continue;
    }
    if (token.kind === 'other' || (token.kind !== 'raw' && INLINE.has(token.name))) continue;
    flush(token.start, token);
    from = token.end;
    before = token;
  }
  flush(html.length, undefined);
  return blocks;
}

const ENTITIES: Readonly<Record<string, string>> = {
  ...{ amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ', shy: '', mdash: '—', ndash: '–', hellip: '…' },
  ...{ rsquo: '’', lsquo: '‘', rdquo: '”', ldquo: '“', laquo: '«', raquo: '»', eacute: 'é', pound: '£', euro: '€' },
};

/** Text with its character references replaced, as far as they are common, and white space collapsed. */
export function readable(source: string): string {
  return source
    .replace(/&(?:#(\d{1,7})|#[xX]([\da-fA-F]{1,6})|([a-zA-Z]{2,8}));/g, (whole, decimal, hex, name: string) => {
      if (name) return ENTITIES[name] ?? whole;
      const code = decimal ? Number(decimal) : Number.parseInt(hex as string, 16);
      return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
    })
    .replace(/\s+/g, ' ')
    .trim();
}

/** Letters and digits in lower case: texts that read the same have the same key. */
export function keyOf(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '');
}

/** Rewrites the text of a source token by token; what stands in tags, scripts and styles stays. */
export function mapText(html: string, from: number, to: number, map: (text: string) => string): string {
  const part = tokenize(html.slice(from, to)).map(({ kind, start, end }) => {
    const piece = html.slice(from + start, from + end);
    return kind === 'text' ? map(piece) : piece;
  });
  return html.slice(0, from) + part.join('') + html.slice(to);
}

/** Rewrites the open tags of a source. */
export function mapTags(html: string, map: (tag: string, name: string) => string): string {
  return tokenize(html)
    .map(({ kind, start, end, name }) => {
      const piece = html.slice(start, end);
      return kind === 'open' ? map(piece, name) : piece;
    })
    .join('');
}
