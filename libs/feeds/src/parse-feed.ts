import { decodePage, sniffMediaType } from '@newsmill/web';
import { mapAtom } from './atom.mapping.js';
import { entryOf, line, present } from './entry-fields.js';
import { entryUrl } from './entry-url.js';
import type { Feed, FeedKind } from './feed.js';
import { feedKindOf } from './feed-kind.js';
import { mapJson } from './json.mapping.js';
import type { MappedFeed } from './mapped-feed.js';
import { NotAFeed } from './not-a-feed.js';
import { mapRdf } from './rdf.mapping.js';
import { mapRss } from './rss.mapping.js';

const MAPPINGS: Readonly<Record<FeedKind, (document: string, feedUrl: string) => MappedFeed>> = {
  rss: mapRss,
  atom: mapAtom,
  rdf: mapRdf,
  json: mapJson,
};

const NAMES: Readonly<Record<FeedKind, string>> = { rss: 'RSS', atom: 'Atom', rdf: 'RDF', json: 'JSON' };

/**
 * Reads RSS, Atom, RDF or JSON Feed. The octets decide the format and, with the Content-Type header, the charset
 * (`decodePage`); feeds are served under every media type there is.
 *
 * @param source.url Where the feed was fetched: the base of its relative links.
 * @throws NotAFeed and nothing else, whatever the octets are.
 */
export function parseFeed(bytes: Uint8Array, source: { url: string; contentType?: string }): Feed {
  const { url, contentType } = source;
  if (bytes.length === 0) throw new NotAFeed(url, 'nothing: 0 octets');
  const sniffed = sniffMediaType(bytes) ?? '';
  if (/^(?:image\/(?!svg)|audio|video|font)|pdf$|zip$|zstd$/.test(sniffed)) throw new NotAFeed(url, `${sniffed} data`);

  const { text } = decodePage(bytes, contentType);
  const recognized = feedKindOf(text);
  if (recognized.kind === undefined) throw new NotAFeed(url, recognized.looksLike);
  const { kind, document } = recognized;
  const mapped = mapSafely(kind, document, url);

  const feed: Feed = { kind, entries: [], skipped: [] };
  const title = line(mapped.title);
  const language = present(mapped.language);
  if (title !== undefined) feed.title = title;
  if (language !== undefined) feed.language = language;
  if (mapped.ttlMinutes !== undefined && mapped.ttlMinutes > 0) feed.ttlMinutes = mapped.ttlMinutes;
  if (mapped.skipped && mapped.skipped.hours.length > 0) feed.skipHours = mapped.skipped.hours;
  if (mapped.skipped && mapped.skipped.days.length > 0) feed.skipDays = mapped.skipped.days;
  const hubs = mapped.webSub.hubs.map((hub) => entryUrl([hub], [url])).filter((hub) => hub !== undefined);
  const self = entryUrl([mapped.webSub.self], [url]);
  if (hubs.length > 0) feed.hubs = hubs;
  if (self !== undefined) feed.self = self;
  for (const [index, item] of mapped.items.entries()) {
    if (item.url === undefined) feed.skipped.push({ index, reason: 'no http or https link' });
    else feed.entries.push(entryOf(item.url, item));
  }
  return feed;
}

/** A parser's failure on foreign octets is a fact about them, whichever error it chose. */
function mapSafely(kind: FeedKind, document: string, url: string): MappedFeed {
  try {
    return MAPPINGS[kind](document, url);
  } catch (error) {
    throw new NotAFeed(url, `${NAMES[kind]} that cannot be read`, { cause: error });
  }
}
