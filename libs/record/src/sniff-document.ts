import type { DocumentMediaType } from '@newsmill/contracts';
import { mediaTypeOf } from '@newsmill/web';
import { isNinjs } from './formats/ninjs.js';
import { parseJson } from './items/json-document.js';

/** Content types that name a format; the rest of those that are taken are generic. */
const NAMED: ReadonlyMap<string, DocumentMediaType> = new Map(
  Object.entries({
    'text/html': 'text/html',
    'application/xhtml+xml': 'text/html',
    'application/vnd.iptc.ninjs+json': 'application/vnd.iptc.ninjs+json',
    'application/ninjs+json': 'application/vnd.iptc.ninjs+json',
    'application/vnd.iptc.g2.newsitem+xml': 'application/vnd.iptc.g2.newsitem+xml',
    'application/vnd.iptc.g2.newsmessage+xml': 'application/vnd.iptc.g2.newsitem+xml',
    'text/vnd.iptc.nitf': 'text/vnd.iptc.nitf',
    'application/nitf+xml': 'text/vnd.iptc.nitf',
  } as const),
);

/** Content types under which any of the formats comes. `text/vnd.iptc.newsml` is sent for both generations of NewsML. */
const GENERIC = new Set([
  'application/json',
  'text/json',
  'text/xml',
  'application/xml',
  'text/vnd.iptc.newsml',
  'application/octet-stream',
  'binary/octet-stream',
  'text/plain',
]);

const ROOTS: ReadonlyMap<string, DocumentMediaType> = new Map(
  Object.entries({
    newsItem: 'application/vnd.iptc.g2.newsitem+xml',
    newsMessage: 'application/vnd.iptc.g2.newsitem+xml',
    packageItem: 'application/vnd.iptc.g2.newsitem+xml',
    conceptItem: 'application/vnd.iptc.g2.newsitem+xml',
    knowledgeItem: 'application/vnd.iptc.g2.newsitem+xml',
    planningItem: 'application/vnd.iptc.g2.newsitem+xml',
    NewsML: 'text/vnd.iptc.newsml',
    NewsItem: 'text/vnd.iptc.newsml',
    nitf: 'text/vnd.iptc.nitf',
  } as const),
);

/**
 * Which of the formats a document is in: what its content type names, and where that is generic or absent, what its
 * content shows. Undefined for anything else, the door's own JSON envelopes `{url, html?, guid?}` among it.
 * @param contentType the header as it came, parameters and all
 */
export function sniffDocument(content: string, contentType: string | undefined): DocumentMediaType | undefined {
  const declared = mediaTypeOf(contentType);
  const named = declared === undefined ? undefined : NAMED.get(declared);
  if (named !== undefined) return named;
  const generic = declared === undefined || GENERIC.has(declared) || /\+(?:json|xml)$/.test(declared);
  return generic ? byContent(content) : undefined;
}

function byContent(content: string): DocumentMediaType | undefined {
  const start = content.search(/[^\s\ufeff]/);
  if (start < 0) return undefined;
  if (content[start] === '{' || content[start] === '[') {
    const parsed = parseJson(content);
    return parsed.ok && isNinjs(parsed.value) ? 'application/vnd.iptc.ninjs+json' : undefined;
  }
  const root = rootName(content, start);
  if (root === undefined) return undefined;
  return ROOTS.get(root.slice(root.indexOf(':') + 1)) ?? (HTML_ROOTS.has(root.toLowerCase()) ? 'text/html' : undefined);
}

/** Elements with which HTML documents begin, the root left out or not. */
const HTML_ROOTS = new Set([
  '!doctype html',
  'html',
  'head',
  'title',
  'meta',
  'body',
  'article',
  'main',
  'div',
  'p',
  'h1',
]);

/** The name of the first element, behind comments, instructions and a document type; `!doctype html` for that one. */
function rootName(text: string, start: number): string | undefined {
  let at = start;
  while (text[at] === '<') {
    const doctype = /^<!doctype\s{1,20}html(?=[\s>])/i.exec(text.slice(at, at + 60));
    if (doctype) return '!doctype html';
    const end = endOfProlog(text, at);
    if (end === undefined) return /^<([A-Za-z_][\w.:-]{0,100})(?=[\s/>])/.exec(text.slice(at, at + 120))?.[1];
    at = end;
    while (at < text.length && /\s/.test(text[at]!)) at++;
  }
  return undefined;
}

/** One past a comment, an instruction or a document type; undefined for an element. */
function endOfProlog(text: string, at: number): number | undefined {
  const past = (end: string, from: number): number => {
    const found = text.indexOf(end, from);
    return found < 0 ? text.length : found + end.length;
  };
  if (text.startsWith('<!--', at)) return past('-->', at + 4);
  if (text.startsWith('<?', at)) return past('?>', at + 2);
  if (!text.startsWith('<!', at)) return undefined;
  const subset = text.indexOf('[', at);
  const end = past('>', at);
  return subset >= 0 && subset < end ? past('>', past(']', subset)) : end;
}
