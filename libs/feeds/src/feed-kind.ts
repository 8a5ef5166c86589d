import type { FeedKind } from './feed.js';

/** Root elements by local name, lower case. */
const KINDS: Readonly<Record<string, FeedKind>> = { rss: 'rss', feed: 'atom', rdf: 'rdf' };

const OTHERS: Readonly<Record<string, string>> = {
  html: 'an HTML page',
  urlset: 'a sitemap',
  sitemapindex: 'a sitemap index',
  opml: 'an OPML list of feeds',
};

/**
 * What a text claims to be, by its root element alone: markup of one format quoted inside another decides nothing.
 * `kind` is absent for what is no feed; `looksLike` is then its name in words. A feed's `document` is its root element;
 * the `prolog` before it may hold a document type, whose entities are a way to harm a reader.
 */
export function feedKindOf(
  text: string,
): { kind: FeedKind; document: string; prolog: string } | { kind?: never; looksLike: string } {
  const start = skipProlog(text);
  const first = text[start];
  if (first === undefined) return { looksLike: 'nothing but white space and comments' };
  if (first === '{') return { kind: 'json', document: text.slice(start), prolog: '' };
  if (first === '[') return { looksLike: 'a JSON array' };
  if (first !== '<') return { looksLike: 'plain text' };
  const name = rootName(text, start);
  if (name === undefined) return { looksLike: 'markup without a root element' };
  const kind = Object.hasOwn(KINDS, name) ? KINDS[name] : undefined;
  if (kind !== undefined) return { kind, document: text.slice(start), prolog: text.slice(0, start) };
  return {
    looksLike: (Object.hasOwn(OTHERS, name) ? OTHERS[name] : undefined) ?? `an XML document with root <${name}>`,
  };
}

/** Local name of the root element in lower case; `undefined` for what does not begin with an element. */
export function rootNameOf(text: string): string | undefined {
  return rootName(text, skipProlog(text));
}

function rootName(text: string, start: number): string | undefined {
  return /^<(?:[\w.-]+:)?([\w.-]+)/.exec(text.slice(start, start + 200))?.[1]?.toLowerCase();
}

/** The index after white space, XML declaration, processing instructions, comments and document type. */
function skipProlog(text: string): number {
  let at = 0;
  for (;;) {
    while (/[\s\uFEFF]/.test(text[at] ?? '')) at += 1;
    const end = text.startsWith('<?', at)
      ? after(text, '?>', at)
      : text.startsWith('<!--', at)
        ? after(text, '-->', at)
        : /^<!doctype\b/i.test(text.slice(at, at + 10))
          ? afterDoctype(text, at)
          : at;
    if (end === at) return at;
    at = end;
  }
}

function after(text: string, mark: string, from: number): number {
  const found = text.indexOf(mark, from);
  return found === -1 ? text.length : found + mark.length;
}

function afterDoctype(text: string, from: number): number {
  const close = after(text, '>', from);
  const subset = text.indexOf('[', from);
  if (subset === -1 || subset > close) return close;
  return after(text, '>', after(text, ']', subset) - 1);
}
