import { gunzipSync } from 'node:zlib';
import { decodePage } from '@newsmill/web';
import { rootNameOf } from '../feed-kind.js';
import { NotASitemap } from './not-a-sitemap.js';
import { childOf, MAX_SITEMAP_ENTRIES, Selection, type SelectionOptions } from './selection.js';
import type { Sitemap } from './sitemap.js';
import { readXmlSitemap } from './xml-sitemap.js';

/** The protocol's limit of a sitemap, uncompressed: 50 MiB. */
export const MAX_SITEMAP_BYTES = 50 * 1024 * 1024;

/** The octets that the charset and the kind of a document are told by. */
const HEAD_BYTES = 16 * 1024;
const PIECE_BYTES = 64 * 1024;

export interface SitemapSource extends SelectionOptions {
  /** Where the sitemap was fetched. */
  url: string;
  /** The header, with its charset. */
  contentType?: string;
}

/**
 * Reads a sitemap, a Google News sitemap, a sitemap index or a list of addresses as text (sitemaps.org protocol),
 * compressed with gzip or not: the octets decide, not the name. An index is not followed.
 *
 * @throws NotASitemap and nothing else, whatever the octets are.
 */
export function parseSitemap(bytes: Uint8Array, source: SitemapSource): Sitemap {
  const { url, contentType } = source;
  const octets = inflated(bytes, url);
  if (octets.length > MAX_SITEMAP_BYTES) throw tooLarge(url);
  if (octets.length === 0) throw new NotASitemap(url, 'nothing: 0 octets');
  const { text: head, charset } = decodePage(headOf(octets), contentType);
  const selection = new Selection(url, source);

  const root = rootNameOf(head);
  if (root === 'urlset' || root === 'sitemapindex') {
    const cutShort = readXmlSitemap(piecesOf(octets, charset), root, selection);
    const reading = selection.reading(cutShort);
    if (root === 'sitemapindex') return { kind: 'index', sitemaps: selection.entries.map(childOf), ...reading };
    if (selection.isNews) return { kind: 'news', entries: selection.newsOnly(), ...reading };
    return { kind: 'pages', entries: selection.entries, ...reading };
  }
  if (root !== undefined) throw new NotASitemap(url, NAMES[root] ?? `an XML document with root <${root}>`);
  if (!/^\s*https?:\/\//i.test(head)) throw new NotASitemap(url, 'neither XML nor a list of addresses');
  const cutShort = readTextSitemap(piecesOf(octets, charset), selection);
  return { kind: 'pages', entries: selection.entries, ...selection.reading(cutShort) };
}

const NAMES: Readonly<Record<string, string>> = {
  html: 'an HTML page',
  rss: 'a feed (RSS)',
  feed: 'a feed (Atom)',
  rdf: 'a feed (RDF)',
};

/** Servers name compressed sitemaps as they like; some compress them once more for the transfer. */
function inflated(bytes: Uint8Array, url: string): Uint8Array {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    return gunzipSync(bytes, { maxOutputLength: MAX_SITEMAP_BYTES });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(url, error);
    throw new NotASitemap(url, 'gzip that cannot be read', { cause: error });
  }
}

function tooLarge(url: string, cause?: unknown): NotASitemap {
  return new NotASitemap(url, `larger than ${MAX_SITEMAP_BYTES} octets uncompressed`, { cause });
}

/** Up to the end of a tag or a line, so that no character is cut in two. */
function headOf(octets: Uint8Array): Uint8Array {
  if (octets.length <= HEAD_BYTES) return octets;
  const head = octets.subarray(0, HEAD_BYTES);
  const end = Math.max(head.lastIndexOf(0x3e), head.lastIndexOf(0x0a));
  return end > 0 ? head.subarray(0, end + 1) : head;
}

function* piecesOf(octets: Uint8Array, charset: string): Generator<string> {
  const decoder = new TextDecoder(charset);
  for (let at = 0; at < octets.length; at += PIECE_BYTES) {
    const piece = decoder.decode(octets.subarray(at, at + PIECE_BYTES), { stream: true });
    yield at === 0 ? piece.trimStart() : piece;
  }
  yield decoder.decode();
}

/** One address a line; nothing else is said of them. */
function readTextSitemap(pieces: Iterable<string>, selection: Selection): string | undefined {
  let rest = '';
  for (const piece of pieces) {
    const lines = (rest + piece).split(/\r\n?|\n/);
    rest = (lines.pop() ?? '').slice(0, PIECE_BYTES);
    for (const loc of lines) {
      if (loc.trim() === '') continue;
      if (selection.isFull) return `more than ${MAX_SITEMAP_ENTRIES} entries`;
      selection.add({ loc }, true);
    }
  }
  if (rest.trim() !== '') selection.add({ loc: rest }, true);
  return undefined;
}
