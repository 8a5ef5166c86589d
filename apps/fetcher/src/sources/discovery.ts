import { readFeedLinks } from '@newsmill/extraction';
import { NotAFeed, parseFeed } from '@newsmill/feeds';
import { type FetchedResource, OutboundError } from '@newsmill/outbound';
import { decodePage } from '@newsmill/web';
import {
  addressOf,
  FEED_PLACES,
  isCommentFeed,
  listsComments,
  namesNews,
  newsFirst,
  robotsSitemaps,
  SITEMAP_PLACES,
  WORDPRESS_SITEMAP,
} from './candidates.js';
import { foldFeeds, type ReadFeed, summaryOf } from './fold-feeds.js';
import { lookAtSitemap, type SitemapLook } from './look-at-sitemap.js';
import type { FeedKind } from './source-declaration.js';

/** Requests that one search makes at most, redirects not counted: 1 for the page, 1 for robots.txt, 14 and 8 as below. */
export const MAX_REQUESTS = 24;
const MAX_FEED_REQUESTS = 14;
const MAX_SITEMAP_REQUESTS = 8;

/** Links in a page's text that are tried when it declares no feed. */
const MAX_NAMED = 5;

/** Feeds that are followed of one source, and news sitemaps that are taken from one list. */
const MAX_FEEDS = 10;
const MAX_NEWS_SITEMAPS = 3;

/** Sitemaps without news that are looked at: one of them may be an index that knows of news. */
const MAX_OTHER_SITEMAPS = 2;

/** One thing that a search looked at, and what it made of it. */
export interface DiscoveryStep {
  url: string;
  /** Where the address comes from. */
  from: string;
  result: 'read' | 'follow' | 'alternative' | 'left out' | 'failed';
  reason: string;
}

/** A feed or sitemap of a site, verified by reading it. */
export interface FoundFeed {
  url: string;
  kind: FeedKind;
  format: string;
  title?: string;
  /** `false`: another way to the same, or one that is not needed. */
  followed: boolean;
  /** The followed one with the same content. */
  sameAs?: string;
}

export interface Discovery {
  state: 'found' | 'nothing' | 'failed';
  /** Why nothing was found, in words. */
  error?: string;
  feeds: FoundFeed[];
  steps: DiscoveryStep[];
  requests: number;
}

export interface SearchOptions {
  fetch(url: string, request: { signal: AbortSignal }): Promise<FetchedResource>;
  signal: AbortSignal;
  /** Feeds that were found before; looked at again beside those that the page declares. */
  known?: readonly string[];
}

/** An answer, or why there is none that is of use; `answered`: the site itself has said so. */
type Answer = { resource: FetchedResource; reason?: never } | { resource?: never; reason: string; answered: boolean };

/**
 * Looks for the feeds, the news sitemap and the sitemap of a site, beginning at its home page: what the page declares,
 * what robots.txt names, and well-known places. Each is verified by reading it. Requests are made one after another.
 * @throws the reason of the signal, and nothing else
 */
export async function discover(home: string, options: SearchOptions): Promise<Discovery> {
  return new Search(home, options).run();
}

/** Reads feeds and sitemaps that are known by their addresses. @throws the reason of the signal, and nothing else */
export async function verify(
  feeds: readonly { url: string; kind: FeedKind }[],
  options: SearchOptions,
): Promise<Discovery> {
  return new Search('', options).verify(feeds);
}

class Search {
  private readonly steps: DiscoveryStep[] = [];
  private readonly asked = new Set<string>();
  private readonly feeds: ReadFeed[] = [];
  private readonly sitemaps: { url: string; from: string; format: SitemapLook['format'] }[] = [];
  private requests = 0;
  /** Set when the site asks to be left alone for now. */
  private isBusy = false;

  constructor(
    private readonly home: string,
    private readonly options: SearchOptions,
  ) {}

  async run(): Promise<Discovery> {
    const answer = await this.ask(this.home);
    const { resource, reason } = answer;
    if (resource === undefined) {
      this.tell(this.home, 'the home page', 'failed', reason);
      // Some sites keep programs from their pages and not from their feeds.
      if (this.isBusy || !answer.answered) return this.end(reason);
    } else if (this.isFeedItself(resource)) return this.end();
    const base = resource?.url ?? this.home;
    const page = resource && decodePage(resource.body, resource.contentType).text;
    const { links, isWordPress } = page === undefined ? { links: [], isWordPress: false } : readFeedLinks(page, base);
    if (resource !== undefined) {
      const declared = links.filter(({ by }) => by === 'declared').length;
      this.tell(
        base,
        'the home page',
        'read',
        `feeds declared: ${declared}${isWordPress ? '; made by WordPress' : ''}`,
      );
    }
    await this.searchFeeds(base, links);
    await this.searchSitemaps(base, isWordPress);
    return this.end(reason);
  }

  async verify(feeds: readonly { url: string; kind: FeedKind }[]): Promise<Discovery> {
    for (const { url, kind } of feeds) {
      if (kind === 'feed') await this.tryFeed(url, 'named by the source');
      else await this.trySitemap(url, 'named by the source');
    }
    return this.end();
  }

  private async searchFeeds(base: string, links: ReturnType<typeof readFeedLinks>['links']): Promise<void> {
    const limit = this.requests + MAX_FEED_REQUESTS;
    const tryAll = async (urls: readonly (string | undefined)[], from: string, enough: number): Promise<void> => {
      for (const url of urls) {
        if (url === undefined) continue;
        if (this.requests >= limit && !this.asked.has(url)) {
          this.tell(url, from, 'left out', `over ${MAX_FEED_REQUESTS} requests for feeds`);
        } else await this.tryFeed(url, from);
        if (this.isBusy || this.feeds.length >= enough) return;
      }
    };
    for (const { url, by, title } of links) {
      if (by !== 'declared' || !isCommentFeed(url, title)) continue;
      this.asked.add(addressOf(url, base) ?? url);
      this.tell(url, 'declared by the home page', 'left out', 'comments of readers');
    }
    const declared = links.filter(({ by }) => by === 'declared').map(({ url }) => addressOf(url, base));
    await tryAll(declared, 'declared by the home page', Infinity);
    await tryAll(this.options.known ?? [], 'found before', Infinity);
    if (this.feeds.length > 0) return;
    const named = links.filter(({ by, url }) => by === 'named' && !isCommentFeed(url)).slice(0, MAX_NAMED);
    await tryAll(
      named.map(({ url }) => addressOf(url, base)),
      'a link in the home page',
      Infinity,
    );
    const folders = new Set([new URL('.', base).href, new URL('/', base).href]);
    for (const folder of folders) {
      if (this.feeds.length > 0 || this.isBusy || this.requests >= limit) return;
      await tryAll(
        FEED_PLACES.map((place) => addressOf(place, folder)),
        'a well-known place',
        1,
      );
    }
  }

  private async tryFeed(url: string, from: string): Promise<void> {
    if (this.asked.has(url)) return;
    const { resource, reason } = await this.ask(url);
    if (resource === undefined) this.tell(url, from, 'failed', reason);
    else this.readFeed(resource, url, from);
  }

  /** @returns whether it is a feed */
  private readFeed(resource: FetchedResource, askedUrl: string, from: string): boolean {
    const url = addressOf(resource.movedTo ?? askedUrl, askedUrl) ?? askedUrl;
    try {
      const feed = parseFeed(resource.body, {
        url: resource.url,
        ...(resource.contentType !== undefined && { contentType: resource.contentType }),
      });
      const pages = feed.entries.map((entry) => entry.url);
      if (this.feeds.some((known) => known.url === url)) {
        this.tell(askedUrl, from, 'left out', `leads to ${url}, which is known`);
      } else if (isCommentFeed(resource.url) || listsComments(pages)) {
        this.tell(url, from, 'left out', 'comments of readers');
      } else if (pages.length === 0 && feed.skipped.length > 0) {
        this.tell(url, from, 'left out', 'its entries lead to no pages');
      } else {
        this.feeds.push(summaryOf(url, feed));
        this.tell(url, from, 'follow', `${feed.kind}, entries: ${pages.length}`);
      }
      return true;
    } catch (error) {
      if (!(error instanceof NotAFeed)) throw error;
      this.tell(askedUrl, from, 'failed', `no feed: ${error.looksLike}`);
      return false;
    }
  }

  private async searchSitemaps(base: string, isWordPress: boolean): Promise<void> {
    if (this.isBusy) return;
    const robotsUrl = new URL('/robots.txt', base).href;
    const { resource, reason } = await this.ask(robotsUrl);
    const named =
      resource === undefined ? [] : robotsSitemaps(decodePage(resource.body, resource.contentType).text, resource.url);
    if (resource === undefined) this.tell(robotsUrl, 'a well-known place', 'failed', reason);
    else this.tell(robotsUrl, 'a well-known place', 'read', `sitemaps named: ${named.length}`);
    const limit = this.requests + MAX_SITEMAP_REQUESTS;
    const places = [...SITEMAP_PLACES, ...(isWordPress ? [WORDPRESS_SITEMAP] : [])];
    const queue = [
      ...named.map((url) => ({
        url,
        from: 'robots.txt',
        enough: namesNews(url) ? MAX_NEWS_SITEMAPS : MAX_OTHER_SITEMAPS,
      })),
      // Places are tried for what nobody has named.
      ...places.map((place) => ({ url: new URL(place, base).href, from: 'a well-known place', enough: 1 })),
    ];
    for (const { url, from, enough } of queue) {
      if (this.isBusy || this.requests >= limit) return;
      if (this.asked.has(url) || this.countSitemaps(namesNews(url)) >= enough) continue;
      const children = newsFirst(await this.trySitemap(url, from)).filter(namesNews);
      for (const child of children.slice(0, MAX_NEWS_SITEMAPS)) {
        if (this.isBusy || this.requests >= limit) return;
        if (!this.asked.has(child)) await this.trySitemap(child, `the index ${url}`);
      }
    }
  }

  /** @returns the addresses that it lists when it is an index */
  private async trySitemap(url: string, from: string): Promise<string[]> {
    const { resource, reason } = await this.ask(url);
    if (resource === undefined) this.tell(url, from, 'failed', reason);
    else {
      const look = lookAtSitemap(resource.body, resource.url, resource.contentType);
      if (look === undefined) this.tell(url, from, 'failed', 'no sitemap');
      else {
        this.sitemaps.push({ url, from, format: look.format });
        return look.children.flatMap((child) => addressOf(child, url) ?? []);
      }
    }
    return [];
  }

  /** A home that is a feed or a sitemap is what its source follows. */
  private isFeedItself(resource: FetchedResource): boolean {
    const look = lookAtSitemap(resource.body, resource.url, resource.contentType);
    if (look !== undefined) {
      this.sitemaps.push({ url: this.home, from: 'the home itself', format: look.format });
      return true;
    }
    const known = this.steps.length;
    if (this.readFeed(resource, this.home, 'the home itself')) return true;
    this.steps.length = known;
    return false;
  }

  /** Never throws but for the signal: what keeps an answer from coming is told in its reason. */
  private async ask(url: string): Promise<Answer> {
    this.asked.add(url);
    if (this.requests >= MAX_REQUESTS) return { reason: `over ${MAX_REQUESTS} requests`, answered: false };
    this.requests += 1;
    try {
      const resource = await this.options.fetch(url, { signal: this.options.signal });
      this.asked.add(resource.url);
      const { status, body } = resource;
      if (status === 200 && body.length > 0) return { resource };
      this.isBusy = status === 429 || status === 503;
      return { reason: status === 200 ? 'the answer is empty' : `HTTP status ${status}`, answered: true };
    } catch (error) {
      this.options.signal.throwIfAborted();
      return { reason: error instanceof OutboundError ? error.explanation : (error as Error).message, answered: false };
    }
  }

  private end(error = this.isBusy ? 'the site asks to be left alone for now' : undefined): Discovery {
    const feeds = [...this.foldedFeeds(), ...this.chosenSitemaps()];
    const { steps, requests } = this;
    if (feeds.some(({ followed }) => followed)) return { state: 'found', feeds, steps, requests };
    if (error !== undefined) return { state: 'failed', error, feeds, steps, requests };
    return { state: 'nothing', error: 'no feed and no sitemap was found', feeds, steps, requests };
  }

  private foldedFeeds(): FoundFeed[] {
    return foldFeeds(this.feeds).map(({ url, format, title, sameAs }, index) => {
      const isOver = sameAs === undefined && index >= MAX_FEEDS;
      if (sameAs !== undefined) this.retell(url, 'alternative', `the same as ${sameAs}`);
      else if (isOver) this.retell(url, 'alternative', `over ${MAX_FEEDS} feeds`);
      return {
        url,
        kind: 'feed',
        format,
        ...(title !== undefined && { title: shown(title, 200) }),
        followed: sameAs === undefined && !isOver,
        ...(sameAs !== undefined && { sameAs }),
      };
    });
  }

  /** News sitemaps are followed beside feeds; a sitemap of everything is the last resort. */
  private chosenSitemaps(): FoundFeed[] {
    const others = this.sitemaps.filter(({ format }) => format !== 'news-sitemap');
    const needsOther = this.feeds.length === 0 && this.countSitemaps(true) === 0;
    return this.sitemaps.map(({ url, from, format }) => {
      const followed = format === 'news-sitemap' || (needsOther && url === others[0]!.url);
      if (followed) this.tell(url, from, 'follow', format);
      else this.tell(url, from, 'alternative', `${format}; what is followed is better`);
      return { url, kind: 'sitemap', format, followed };
    });
  }

  private countSitemaps(ofNews: boolean): number {
    return this.sitemaps.filter(({ format }) => (format === 'news-sitemap') === ofNews).length;
  }

  private tell(url: string, from: string, result: DiscoveryStep['result'], reason: string): void {
    this.steps.push({ url, from, result, reason: shown(reason, 300) });
  }

  private retell(url: string, result: DiscoveryStep['result'], reason: string): void {
    const step = this.steps.find((each) => each.url === url && each.result === 'follow');
    if (step !== undefined) Object.assign(step, { result, reason: `${step.reason}; ${reason}` });
  }
}

/** Foreign text on one line, in a form that a database takes. */
function shown(text: string, limit: number): string {
  return text
    .slice(0, limit)
    .toWellFormed()
    .replace(/\p{Cc}/gu, ' ');
}
