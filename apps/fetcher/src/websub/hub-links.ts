import type { Feed } from '@newsmill/feeds';
import { linksOfHeader } from './link-header.js';

/** Where a feed's changes are told. */
export interface HubLinks {
  hub: string;
  /** The address under which the hub knows the feed: its `rel="self"`. */
  topic: string;
}

/** Longest address that is kept, in characters. */
const LONGEST = 2_048;

/**
 * The hub of a feed and the topic to subscribe to (W3C WebSub section 4): of the Link header, else of the document. One
 * over TLS comes before others, because a secret may be given to no other. A feed without `self` cannot be subscribed to.
 *
 * @param url where the feed was fetched
 */
export function hubLinksOf(
  linkHeader: string | undefined,
  feed: Pick<Feed, 'hubs' | 'self'>,
  url: string,
): HubLinks | undefined {
  const links = linksOfHeader(linkHeader ?? '');
  const ofHeader = (rel: string): string[] =>
    links.filter(({ rels }) => rels.includes(rel)).flatMap(({ href }) => absolute(href, url) ?? []);
  const hubs = ofHeader('hub').length > 0 ? ofHeader('hub') : (feed.hubs ?? []);
  const usable = hubs.filter((hub) => hub.length <= LONGEST);
  const hub = usable.find((address) => address.startsWith('https:')) ?? usable[0];
  const topic = ofHeader('self')[0] ?? feed.self;
  return hub === undefined || topic === undefined || topic.length > LONGEST ? undefined : { hub, topic };
}

function absolute(href: string, base: string): string | undefined {
  const url = URL.parse(href, base);
  return url !== null && (url.protocol === 'http:' || url.protocol === 'https:') ? url.href : undefined;
}
