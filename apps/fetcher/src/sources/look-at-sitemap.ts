import { NotASitemap, parseSitemap } from '@newsmill/feeds';

/** What discovery needs to know of a sitemap; the articles in it are for whoever polls it. */
export interface SitemapLook {
  format: 'news-sitemap' | 'sitemap' | 'sitemap-index';
  /** Addresses of an index, in its order; the first {@link MAX_CHILDREN}. */
  children: string[];
}

/** Entries of an index that are looked at. */
const MAX_CHILDREN = 1_000;

/** @returns `undefined` for what is no sitemap in XML; a list of addresses as text tells nothing of itself */
export function lookAtSitemap(body: Uint8Array, url: string, contentType?: string): SitemapLook | undefined {
  try {
    const sitemap = parseSitemap(body, { url, ...(contentType !== undefined && { contentType }) });
    if (sitemap.kind === 'index') {
      return { format: 'sitemap-index', children: sitemap.sitemaps.slice(0, MAX_CHILDREN).map((child) => child.url) };
    }
    return { format: sitemap.kind === 'news' ? 'news-sitemap' : 'sitemap', children: [] };
  } catch (error) {
    if (error instanceof NotASitemap) return undefined;
    throw error;
  }
}
