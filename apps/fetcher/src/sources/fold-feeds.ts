import type { Feed } from '@newsmill/feeds';
import { addressOf } from './candidates.js';

/** What a search remembers of a feed that it has read. */
export interface ReadFeed {
  url: string;
  format: Feed['kind'];
  title?: string;
  /** Addresses of its first entries, without scheme: sites list the same page under http and https. */
  pages: ReadonlySet<string>;
  /** Whether it carries the articles themselves, in half of its entries at least. */
  isFull: boolean;
}

/** A feed that stands for itself, or for the one that `sameAs` names. */
export interface FoldedFeed extends ReadFeed {
  sameAs?: string;
}

/** Entries by which feeds are compared. */
const COMPARED = 200;

/** Two feeds are the same when they share so much of what either of them lists: one may be published a moment later. */
const SAME = 0.8;

/** Of two feeds with the same content the one that says more is followed; Atom dates its updates, RSS does not. */
const PREFERENCE: readonly ReadFeed['format'][] = ['atom', 'rss', 'json', 'rdf'];

/** What is to be remembered of a feed; the rest of it may be large. */
export function summaryOf(url: string, { kind, title, entries }: Feed): ReadFeed {
  const withContent = entries.filter(({ contentHtml }) => contentHtml !== undefined).length;
  const pages = entries
    .slice(0, COMPARED)
    .map((entry) => (addressOf(entry.url, url) ?? entry.url).replace(/^https?:/, ''));
  return {
    url,
    format: kind,
    ...(title !== undefined && { title }),
    pages: new Set(pages),
    isFull: withContent * 2 > entries.length,
  };
}

/** Folds feeds with the same articles into one each. What is folded stands behind what is followed. */
export function foldFeeds(feeds: readonly ReadFeed[]): FoldedFeed[] {
  const ranked = feeds.toSorted(
    (a, b) => Number(b.isFull) - Number(a.isFull) || PREFERENCE.indexOf(a.format) - PREFERENCE.indexOf(b.format),
  );
  const followed: ReadFeed[] = [];
  const preferred = new Map<ReadFeed, ReadFeed>();
  for (const candidate of ranked) {
    const same = followed.find(({ pages }) => isSame(pages, candidate.pages));
    if (same === undefined) followed.push(candidate);
    else preferred.set(candidate, same);
  }
  return [
    ...feeds.filter((feed) => !preferred.has(feed)),
    ...feeds.flatMap((feed) => (preferred.has(feed) ? [{ ...feed, sameAs: preferred.get(feed)!.url }] : [])),
  ];
}

function isSame(one: ReadonlySet<string>, other: ReadonlySet<string>): boolean {
  const shared = [...one].filter((page) => other.has(page)).length;
  const all = one.size + other.size - shared;
  return all === 0 || shared / all >= SAME;
}
