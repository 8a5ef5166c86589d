import { parseRdfFeed } from 'feedsmith';
import { entryUrl } from './entry-url.js';
import type { MappedFeed } from './mapped-feed.js';
import { syndicationMinutes } from './syndication-rhythm.js';
import { webSubLinks } from './web-sub-links.js';

/** RSS 0.90 and 1.0 (RDF) with content, Dublin Core and syndication modules. */
export function mapRdf(document: string, feedUrl: string): MappedFeed {
  const feed = parseRdfFeed(document);
  return {
    title: feed.title ?? feed.dc?.titles?.[0],
    language: feed.dc?.languages?.[0] ?? feed.xml?.lang,
    ttlMinutes: syndicationMinutes(feed.sy),
    webSub: webSubLinks(feed.atom?.links),
    items: (feed.items ?? []).map((item) => ({
      url: entryUrl([item.link, item.rdf?.about], [item.xml?.base, feed.xml?.base, feed.link, feedUrl]),
      guid: item.rdf?.about ?? item.dc?.identifiers?.[0],
      title: item.title ?? item.dc?.titles?.[0],
      summary: item.description ?? item.dc?.descriptions?.[0],
      contentHtml: item.content?.encoded,
      published: item.dc?.dates?.[0],
      updated: item.dcterms?.modified?.[0],
      authors: item.dc?.creators,
      categories: item.dc?.subjects,
      language: item.dc?.languages?.[0] ?? item.xml?.lang,
    })),
  };
}
