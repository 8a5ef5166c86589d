import { distinct, entryOf, languageTag, line, present } from './entry-fields.js';
import type { Feed } from './feed.js';
import type { MappedFeed } from './mapped-feed.js';
import { type FeedSource, readFeed } from './read-feed.js';

/**
 * Reads RSS, Atom, RDF or JSON Feed. The octets decide the format and, with the Content-Type header, the charset
 * (`decodePage`); feeds are served under every media type there is.
 *
 * @throws NotAFeed and nothing else, whatever the octets are.
 */
export function parseFeed(bytes: Uint8Array, source: FeedSource): Feed {
  const { kind, mapped } = readFeed(bytes, source);
  const feed: Feed = { kind, ...aboutFeed(mapped), entries: [], skipped: [] };
  for (const [index, item] of mapped.items.entries()) {
    if (item.url === undefined) feed.skipped.push({ index, reason: 'no http or https link' });
    else feed.entries.push(entryOf(item.url, item));
  }
  return feed;
}

/** Without what the feed did not say. */
function aboutFeed(mapped: MappedFeed): Omit<Feed, 'kind' | 'entries' | 'skipped'> {
  const { ttlMinutes = 0, skipHours = [], skipDays = [] } = mapped;
  const title = line(mapped.title);
  const link = present(mapped.link);
  const description = present(mapped.description);
  const language = languageTag(mapped.language);
  const hubs = distinct(mapped.hubs);
  const { self, movedTo } = mapped;
  return {
    ...(title !== undefined && { title }),
    ...(link !== undefined && { link }),
    ...(description !== undefined && { description }),
    ...(language !== undefined && { language }),
    ...(ttlMinutes > 0 && { ttlMinutes }),
    ...(skipHours.length > 0 && { skipHours: [...skipHours] }),
    ...(skipDays.length > 0 && { skipDays: [...skipDays] }),
    ...(hubs !== undefined && { hubs }),
    ...(self !== undefined && { self }),
    ...(movedTo !== undefined && { movedTo }),
  };
}
