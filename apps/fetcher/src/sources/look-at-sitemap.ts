import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { MAX_PAGE_BYTES } from '@newsmill/contracts';
import { decodePage } from '@newsmill/web';

/** What discovery needs to know of a sitemap; the articles in it are for whoever polls it. */
export interface SitemapLook {
  format: 'news-sitemap' | 'sitemap' | 'sitemap-index';
  /** Addresses of an index, in its order; the first {@link MAX_CHILDREN}. */
  children: string[];
}

/** Entries of an index that are looked at. */
const MAX_CHILDREN = 1_000;

/** Characters in which a sitemap shows what it is: the news namespace stands in the root, or with the first entry. */
const HEAD = 64 * 1024;

/** Google's namespace of news entries (Google Search Central, "Create a news sitemap"). */
const NEWS_NAMESPACE = 'http://www.google.com/schemas/sitemap-news/0.9';

const unpack = promisify(gunzip);

/**
 * Tells by its root element whether an answer is a sitemap (sitemaps.org protocol 0.9), also as a gzip file.
 * @returns `undefined` for anything else
 */
export async function lookAtSitemap(bytes: Uint8Array, contentType?: string): Promise<SitemapLook | undefined> {
  const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
  let octets = bytes;
  if (isGzip) {
    try {
      octets = await unpack(bytes, { maxOutputLength: MAX_PAGE_BYTES });
    } catch {
      return undefined;
    }
  }
  const { text } = decodePage(octets, isGzip ? undefined : contentType);
  const root = rootOf(text.slice(0, HEAD));
  if (root === 'sitemapindex') return { format: 'sitemap-index', children: locations(text) };
  if (root !== 'urlset') return undefined;
  return { format: text.slice(0, HEAD).includes(NEWS_NAMESPACE) ? 'news-sitemap' : 'sitemap', children: [] };
}

/** Local name of the first element, in lower case; what comes before it is passed over. */
function rootOf(text: string): string | undefined {
  for (let at = text.indexOf('<'); at !== -1; at = text.indexOf('<', at)) {
    if (text.startsWith('<!--', at)) at = text.indexOf('-->', at + 4);
    else if (text[at + 1] === '?' || text[at + 1] === '!') at = text.indexOf('>', at);
    else return /^<(?:[\w.-]{1,40}:)?([\w.-]{1,40})/.exec(text.slice(at, at + 90))?.[1]?.toLowerCase();
    if (at === -1) return undefined;
  }
  return undefined;
}

function locations(text: string): string[] {
  const found: string[] = [];
  for (let at = text.indexOf('<loc>'); at !== -1 && found.length < MAX_CHILDREN; at = text.indexOf('<loc>', at)) {
    const end = text.indexOf('</loc>', at);
    if (end === -1) break;
    const content = text.slice(at + 5, end).trim();
    const address = content.startsWith('<![CDATA[') ? content.slice(9, -3).trim() : content.replaceAll('&amp;', '&');
    if (address.length <= 2_048 && URL.canParse(address)) found.push(address);
    at = end;
  }
  return found;
}
