import type { Feed, FeedKind as FeedFormat } from '@newsmill/feeds';
import { addressOf } from './candidates.js';

/** A feed that discovery has read. */
export interface ReadFeed {
  url: string;
  feed: Feed;
}

/** A feed that stands for itself, or for the one that `sameAs` names. */
export interface FoldedFeed extends ReadFeed {
  sameAs?: string;
}

/** Two feeds are the same when they share so much of what either of them lists: one may be published a moment later. */
const SAME = 0.8;

/** Of two feeds with the same content the one that says more is followed; Atom dates its updates, RSS does not. */
const PREFERENCE: readonly FeedFormat[] = ['atom', 'rss', 'json', 'rdf'];

/** Folds feeds with the same articles into one each. What is folded stands behind what is followed. */
export function foldFeeds(feeds: readonly ReadFeed[]): FoldedFeed[] {
  const ranked = feeds
    .map((read, order) => ({ read, order, pages: pagesOf(read), full: withContent(read.feed) }))
    .sort(
      (a, b) =>
        b.full - a.full ||
        PREFERENCE.indexOf(a.read.feed.kind) - PREFERENCE.indexOf(b.read.feed.kind) ||
        a.order - b.order,
    );
  const followed: typeof ranked = [];
  const folded: { order: number; read: FoldedFeed }[] = [];
  for (const candidate of ranked) {
    const same = followed.find(({ pages }) => isSame(pages, candidate.pages));
    if (same === undefined) followed.push(candidate);
    else folded.push({ order: candidate.order, read: { ...candidate.read, sameAs: same.read.url } });
  }
  const inOrder = (a: { order: number }, b: { order: number }): number => a.order - b.order;
  return [...followed.sort(inOrder).map(({ read }) => read), ...folded.sort(inOrder).map(({ read }) => read)];
}

/** Without scheme: sites list the same page under http and https. */
function pagesOf({ url, feed }: ReadFeed): Set<string> {
  return new Set(feed.entries.map((entry) => (addressOf(entry.url, url) ?? entry.url).replace(/^https?:/, '')));
}

/** Whether the feed carries the articles themselves, in half of its entries at least. */
function withContent({ entries }: Feed): 0 | 1 {
  return entries.filter(({ contentHtml }) => contentHtml !== undefined).length * 2 > entries.length ? 1 : 0;
}

function isSame(one: Set<string>, other: Set<string>): boolean {
  const shared = [...one].filter((page) => other.has(page)).length;
  const all = one.size + other.size - shared;
  return all === 0 || shared / all >= SAME;
}
