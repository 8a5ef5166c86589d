import type { Entrance, Site } from './site.ts';
import { type Article, versionAt } from './story.ts';

/** Entries of a feed or news sitemap: the newest so many. */
export const LISTED = 20;
/** Articles in one file of a sitemap index. */
const FILE_ARTICLES = 50;

const escape = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
const iso = (time: number): string => new Date(time).toISOString().replace(/\.\d+Z$/, 'Z');
const rfc822 = (time: number): string => new Date(time).toUTCString().replace('GMT', '+0000');

/** A list as it stands at a time. */
export interface Listing {
  type: string;
  text: string;
  /** When it last changed. */
  changedAt: number;
}

export function listing(site: Site, { format }: Entrance, at: number): Listing {
  const count = site.countAt(at);
  const newest = Array.from({ length: Math.min(LISTED, count) }, (_, back) => site.article(count - 1 - back));
  const changedAt = Math.max(0, ...newest.map((article) => changeOf(article, at)));
  if (format === 'sitemap-index') return { ...sitemapIndex(site, count, at), changedAt };
  return { ...RENDER[format](site, newest, at), changedAt };
}

/** A file of a site's sitemap index, before it is compressed; undefined: there is no such file. */
export function sitemapFile(site: Site, number: number, at: number): string | undefined {
  const count = site.countAt(at);
  const from = number * FILE_ARTICLES;
  if (from >= count) return undefined;
  const articles = Array.from({ length: Math.min(FILE_ARTICLES, count - from) }, (_, index) =>
    site.article(from + index),
  );
  return sitemap(
    '',
    articles.map(
      (article) => `<url><loc>${escape(article.listedUrl)}</loc><lastmod>${iso(changeOf(article, at))}</lastmod></url>`,
    ),
  );
}

/** When lists say that an article changed: a correction is told, an edit in silence is not. */
function changeOf(article: Article, at: number): number {
  const version = versionAt(article, at);
  return version.kind === 'correction' ? version.at : article.publishedAt;
}

type Render = (site: Site, articles: readonly Article[], at: number) => { type: string; text: string };

const RENDER: Readonly<Record<Exclude<Entrance['format'], 'sitemap-index'>, Render>> = {
  rss: (site, articles, at) => ({
    type: 'application/rss+xml; charset=utf-8',
    text: `<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>Site ${site.index}</title><link>${site.home}</link><description>News</description>${articles
      .map(
        (article) =>
          `<item><title>${escape(versionAt(article, at).headline)}</title><link>${escape(article.listedUrl)}</link><guid isPermaLink="false">${site.host}/${article.number}</guid><pubDate>${rfc822(article.publishedAt)}</pubDate><description>${escape(article.versions[0]!.paragraphs[0]!)}</description>${inFull(site, article, at, (html) => `<content:encoded>${escape(html)}</content:encoded>`)}</item>`,
      )
      .join('\n')}</channel></rss>`,
  }),
  atom: (site, articles, at) => ({
    type: 'application/atom+xml; charset=utf-8',
    text: `<?xml version="1.0" encoding="UTF-8"?><feed xmlns="http://www.w3.org/2005/Atom"><title>Site ${site.index}</title><id>${site.home}</id><updated>${iso(Math.max(0, ...articles.map((article) => changeOf(article, at))))}</updated>${articles
      .map(
        (article) =>
          `<entry><title>${escape(versionAt(article, at).headline)}</title><link rel="alternate" href="${escape(article.listedUrl)}"/><id>tag:${site.host},2026:${article.number}</id><published>${iso(article.publishedAt)}</published><updated>${iso(changeOf(article, at))}</updated><summary>${escape(article.versions[0]!.paragraphs[0]!)}</summary>${inFull(site, article, at, (html) => `<content type="html">${escape(html)}</content>`)}</entry>`,
      )
      .join('\n')}</feed>`,
  }),
  rdf: (site, articles, at) => ({
    type: 'application/rdf+xml; charset=utf-8',
    text: `<?xml version="1.0" encoding="UTF-8"?><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="${site.home}"><title>Site ${site.index}</title><link>${site.home}</link><description>News</description><items><rdf:Seq>${articles.map(({ url }) => `<rdf:li rdf:resource="${url}"/>`).join('')}</rdf:Seq></items></channel>${articles
      .map(
        (article) =>
          `<item rdf:about="${article.url}"><title>${escape(versionAt(article, at).headline)}</title><link>${escape(article.listedUrl)}</link><dc:date>${iso(article.publishedAt)}</dc:date></item>`,
      )
      .join('\n')}</rdf:RDF>`,
  }),
  'json-feed': (site, articles, at) => ({
    type: 'application/feed+json',
    text: JSON.stringify({
      version: 'https://jsonfeed.org/version/1.1',
      title: `Site ${site.index}`,
      home_page_url: site.home,
      items: articles.map((article) => ({
        id: `${site.host}/${article.number}`,
        url: article.listedUrl,
        title: versionAt(article, at).headline,
        ...(site.fullContent
          ? { content_html: contentOf(article, at) }
          : { summary: article.versions[0]!.paragraphs[0] }),
        date_published: iso(article.publishedAt),
        date_modified: iso(changeOf(article, at)),
      })),
    }),
  }),
  'news-sitemap': (site, articles, at) => ({
    type: 'application/xml',
    text: sitemap(
      ' xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"',
      articles.map(
        (article) =>
          `<url><loc>${escape(article.listedUrl)}</loc><lastmod>${iso(changeOf(article, at))}</lastmod><news:news><news:publication><news:name>Site ${site.index}</news:name><news:language>en</news:language></news:publication><news:publication_date>${iso(article.publishedAt)}</news:publication_date><news:title>${escape(versionAt(article, at).headline)}</news:title></news:news></url>`,
      ),
    ),
  }),
};

/** What a reader reads, as the site's lists tell it: an edit in silence is not in them before the page is listed anew. */
function contentOf(article: Article, at: number): string {
  const { kind, paragraphs } = versionAt(article, at);
  const listed = kind === 'edit' ? article.versions[0]!.paragraphs : paragraphs;
  return listed.map((paragraph) => `<p>${escape(paragraph)}</p>`).join('');
}

function inFull(site: Site, article: Article, at: number, element: (html: string) => string): string {
  return site.fullContent ? element(contentOf(article, at)) : '';
}

function sitemapIndex(site: Site, count: number, at: number): { type: string; text: string } {
  const files = Array.from({ length: Math.ceil(count / FILE_ARTICLES) }, (_, number) => {
    const last = site.article(Math.min(count, (number + 1) * FILE_ARTICLES) - 1);
    return `<sitemap><loc>${site.origin}/maps/${number}.xml.gz</loc><lastmod>${iso(changeOf(last, at))}</lastmod></sitemap>`;
  });
  return {
    type: 'application/xml',
    text: `<?xml version="1.0" encoding="UTF-8"?><sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">${files.join('\n')}</sitemapindex>`,
  };
}

function sitemap(namespaces: string, urls: readonly string[]): string {
  return `<?xml version="1.0" encoding="UTF-8"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"${namespaces}>${urls.join('\n')}</urlset>`;
}
