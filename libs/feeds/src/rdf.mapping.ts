import { parseRdfFeed } from 'feedsmith';
import { contentBase, entryUrl } from './entry-url.js';
import { pollingLinks } from './feed-links.js';
import { absoluteLinks } from './html-links.js';
import type { MappedFeed } from './mapped-feed.js';
import { syndicationMinutes } from './syndication-rhythm.js';

/** RSS 0.90 and 1.0 (RDF) with content, Dublin Core and syndication modules. */
export function mapRdf(document: string, feedUrl: string): MappedFeed {
  const feed = parseRdfFeed(document);
  const site = entryUrl([feed.link], [feed.xml?.base, feedUrl]);
  const feedBases = [feed.xml?.base, site, feedUrl];
  return {
    title: feed.title ?? feed.dc?.titles?.[0],
    link: site,
    description: feed.description ?? feed.dc?.descriptions?.[0],
    language: feed.dc?.languages?.[0] ?? feed.xml?.lang,
    ttlMinutes: syndicationMinutes(feed.sy),
    ...pollingLinks(feed.atom?.links, [feedUrl]),
    items: (feed.items ?? []).map((item) => {
      const bases = [item.xml?.base, ...feedBases];
      const base = contentBase(bases) ?? feedUrl;
      const resolved = (html: string | undefined): string | undefined =>
        html === undefined ? undefined : absoluteLinks(html, base);
      return {
        url: entryUrl([item.link, item.rdf?.about], bases),
        guid: item.rdf?.about ?? item.dc?.identifiers?.[0],
        title: item.title ?? item.dc?.titles?.[0],
        summary: resolved(item.description ?? item.dc?.descriptions?.[0]),
        contentHtml: resolved(item.content?.encoded),
        published: item.dcterms?.issued?.[0] ?? item.dc?.dates?.[0],
        updated: item.dcterms?.modified?.[0],
        authors: item.dc?.creators,
        categories: item.dc?.subjects,
        language: item.dc?.languages?.[0] ?? item.xml?.lang,
      };
    }),
  };
}
