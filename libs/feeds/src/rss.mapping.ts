import { parseRssFeed, type RssFeed } from 'feedsmith';
import { contentBase, entryUrl } from './entry-url.js';
import { alternateLink, pollingLinks } from './feed-links.js';
import { absoluteLinks } from './html-links.js';
import { EMPTY_FEED, type MappedFeed, type MappedItem } from './mapped-feed.js';
import { syndicationMinutes } from './syndication-rhythm.js';

type RssItem = RssFeed.Item<string>;

/** RSS 0.91, 0.92 and 2.0 with content, Dublin Core, Atom, media, iTunes and syndication modules. */
export function mapRss(document: string, feedUrl: string): MappedFeed {
  const movedTo = redirection(document, feedUrl);
  if (movedTo !== undefined) return { ...EMPTY_FEED, movedTo };
  const feed = parseRssFeed(document);
  const site = entryUrl([feed.link, alternateLink(feed.atom?.links)], [feed.xml?.base, feedUrl]);
  const bases = [feed.xml?.base, site, feedUrl];
  const resolved = linksFrom(contentBase(bases));
  return {
    title: resolved(feed.title ?? feed.dc?.titles?.[0] ?? feed.itunes?.title),
    link: site,
    description: resolved(feed.description ?? feed.dc?.descriptions?.[0]),
    language: feed.language ?? feed.dc?.languages?.[0] ?? feed.xml?.lang,
    ttlMinutes: feed.ttl ?? syndicationMinutes(feed.sy),
    skipHours: hoursOf(feed.skipHours),
    skipDays: daysOf(feed.skipDays),
    ...pollingLinks(feed.atom?.links, [feedUrl]),
    movedTo: entryUrl([feed.itunes?.newFeedUrl], [feedUrl]),
    items: (feed.items ?? []).map((item) => mapItem(item, bases)),
  };
}

function mapItem(item: RssItem, feedBases: readonly (string | undefined)[]): MappedItem {
  const bases = [item.xml?.base, ...feedBases];
  const resolved = linksFrom(contentBase(bases));
  return {
    url: entryUrl([item.link, alternateLink(item.atom?.links), permalink(item.guid)], bases),
    guid: item.guid?.value ?? item.atom?.id ?? item.dc?.identifiers?.[0],
    title: resolved(item.title ?? item.dc?.titles?.[0] ?? item.media?.title?.value ?? item.itunes?.title),
    summary: resolved(
      item.description ?? item.dc?.descriptions?.[0] ?? item.atom?.summary?.value ?? item.media?.description?.value,
    ),
    contentHtml: resolved(item.content?.encoded),
    published: item.pubDate ?? item.dcterms?.issued?.[0] ?? item.dc?.dates?.[0] ?? item.atom?.published,
    updated: item.atom?.updated ?? item.dcterms?.modified?.[0],
    authors: [
      ...(item.dc?.creators ?? []),
      ...(item.authors ?? []).map(({ name, email }) => name ?? email),
      ...(item.atom?.authors ?? []).map(({ name }) => name),
      item.itunes?.author,
    ],
    categories: [
      ...(item.categories ?? []).map(({ name }) => name),
      ...(item.dc?.subjects ?? []),
      ...(item.media?.categories ?? []).map(({ name }) => name),
    ],
    language: item.dc?.languages?.[0] ?? item.xml?.lang,
  };
}

/** RSS 2.0: a guid is the item's address unless it says otherwise; one that is no address says so by itself. */
function permalink(guid: RssItem['guid']): string | undefined {
  return guid?.isPermaLink !== false && /^\s*https?:/i.test(guid?.value ?? '') ? guid?.value : undefined;
}

function linksFrom(base: string | undefined): (html: string | undefined) => string | undefined {
  return (html) => (html === undefined || base === undefined ? html : absoluteLinks(html, base));
}

/** RSS 2.0: hours in GMT from 0 to 23; older versions count to 24, which is midnight. */
function hoursOf(hours: readonly number[] | undefined): number[] | undefined {
  const valid = (hours ?? [])
    .filter((hour) => Number.isInteger(hour) && hour >= 0 && hour <= 24)
    .map((hour) => hour % 24);
  return valid.length === 0 ? undefined : [...new Set(valid)];
}

const DAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];

function daysOf(days: readonly string[] | undefined): string[] | undefined {
  const named = new Set((days ?? []).map((day) => day.trim().toLowerCase()));
  const valid = DAYS.filter((day) => named.has(day.toLowerCase()));
  return valid.length === 0 ? undefined : valid;
}

/** A feed that is nothing but the word where it is now: `<rss><redirect><newLocation>` (Userland's convention). */
function redirection(document: string, feedUrl: string): string | undefined {
  if (document.length > 10_000 || /<(?:title|item)\b/i.test(document)) return undefined;
  return entryUrl([/<newLocation\s{0,9}>([^<]{1,4096})</i.exec(document)?.[1]], [feedUrl]);
}
