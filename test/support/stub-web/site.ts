import { draw, pick } from './draw.ts';
import { ROBOTS, ROBOTS_NAMES, type RobotsRules } from './rules.ts';
import { type Article, articleOf } from './story.ts';

/** How a site's articles are listed. */
export const KINDS = [
  'rss',
  'atom',
  'rdf',
  'json-feed',
  'news-sitemap',
  'sitemap-index',
  'home-page',
  'well-known',
  'rss-and-sitemap',
] as const;

/**
 * - `rss`, `atom`, `rdf`, `json-feed`: one feed, named by the home page.
 * - `news-sitemap`, `sitemap-index` (of gzipped sitemaps): named by robots.txt, or at /sitemap.xml where there is none.
 * - `home-page`: an RSS feed at an address that cannot be guessed, named by the home page alone.
 * - `well-known`: an RSS feed at /feed/ that nothing names.
 * - `rss-and-sitemap`: the same articles in both.
 */
export type Kind = (typeof KINDS)[number];

export const DELIVERIES = [
  'plain',
  'no-validators',
  'etag-only',
  'moved-301',
  'date-only',
  'throttled',
  'weak-etag',
  'ignores-conditions',
  'moved-302',
  'changing-etag',
  'slow',
  'moved-host',
  'gzip',
  'busy',
  'gone',
  'plain',
] as const;

/**
 * What is odd about a site's answers.
 *
 * - `no-validators`, `etag-only`, `date-only`, `weak-etag`: conditional requests done right, with fewer means.
 * - `ignores-conditions`: gives validators and answers 200 all the same. `changing-etag`: another ETag for the same octets.
 * - `moved-301`, `moved-302`: the listed feed address redirects within the site; `moved-host`: 301 to `feeds.` of the site.
 * - `throttled`: 429 with Retry-After to everything from hour 1 to 2. `busy`: 503 without it, from hour 0.5 to 1.
 * - `slow`: every answer takes `slowMs`. `gone`: the feed answers 410 from hour 2 on, and nothing more is published.
 */
export type Delivery = (typeof DELIVERIES)[number];

/** How the octets of a site's pages say what characters they are. UTF-16 has a byte order mark and nothing else. */
export const CHARSETS = [
  { name: 'utf-8', by: 'header' },
  { name: 'windows-1252', by: 'header' },
  { name: 'utf-8', by: 'meta' },
  { name: 'utf-16le', by: 'mark' },
  { name: 'windows-1252', by: 'meta' },
] as const;

export type Charset = (typeof CHARSETS)[number];

export interface Entrance {
  format: 'rss' | 'atom' | 'rdf' | 'json-feed' | 'news-sitemap' | 'sitemap-index';
  /** The address that is named (or well known). */
  url: string;
  /** Where it is served; differs from the address's own path for moved feeds. */
  path: string;
  /** How it can be found. */
  namedBy: 'home-page' | 'robots' | 'nothing';
}

export interface WebShape {
  seed: number;
  sites: number;
  /** `:port`, as it stands in every address. */
  port: number;
  startAt: number;
  hourMs: number;
  /** Articles that each site has at the start. */
  backlog: number;
  /** Articles that a site has at most. */
  maxArticles: number;
  /** Hours between two articles of a site; default: drawn for each site. */
  periodHours?: number;
  /** `healthy`: no oddity in rules or answers, for measurements; articles still change. */
  profile: 'varied' | 'healthy';
}

const HOUR_MS = 3_600_000;

const HEALTHY_ROBOTS = ['open', 'folder', 'none', 'own-group'] as const;

/** A site of the stub web and the truth about it. Derived from seed and number alone: it holds nothing. */
export class Site {
  readonly index: number;
  readonly host: string;
  readonly origin: string;
  readonly kind: Kind;
  readonly delivery: Delivery;
  readonly robots: RobotsRules;
  readonly charset: Charset;
  /** Its feed, if it has one, carries the articles themselves. */
  readonly fullContent: boolean;
  /** Milliseconds between two articles. */
  readonly periodMs: number;
  readonly #shape: WebShape;
  readonly #phase: number;

  constructor(shape: WebShape, index: number) {
    this.index = index;
    const turned = index + shape.seed;
    const healthy = shape.profile === 'healthy';
    this.#shape = shape;
    this.host = `site-${String(index).padStart(5, '0')}.stub.test`;
    this.origin = `http://${this.host}:${shape.port}`;
    this.kind = KINDS[turned % KINDS.length]!;
    // In time every kind meets every delivery and every rule.
    this.delivery = healthy ? 'plain' : DELIVERIES[turned % DELIVERIES.length]!;
    this.charset = CHARSETS[healthy ? 0 : turned % CHARSETS.length]!;
    this.fullContent = !healthy && draw(shape.seed, index, 'content') % 3 === 0;
    this.robots = ROBOTS[healthy ? HEALTHY_ROBOTS[turned % 4]! : shifted(ROBOTS_NAMES, turned)];
    this.periodMs = (shape.periodHours ?? pick([0.5, 1, 2, 4, 8], shape.seed, index, 'period')) * shape.hourMs;
    this.#phase = (draw(shape.seed, index, 'phase') % 1000) / 1000;
  }

  get home(): string {
    return `${this.origin}/`;
  }

  /** Feeds and sitemaps. */
  get entrances(): readonly Entrance[] {
    const named = this.robots.text === undefined ? 'nothing' : 'robots';
    const sitemap = (format: 'news-sitemap' | 'sitemap-index'): Entrance => {
      const path = named === 'nothing' ? '/sitemap.xml' : `/maps/${format}.xml`;
      return { format, url: this.origin + path, path, namedBy: named };
    };
    const feed = (format: Entrance['format'], path: string, namedBy: Entrance['namedBy']): Entrance => {
      const moved = this.delivery.startsWith('moved');
      return { format, url: this.origin + path, path: moved ? `/moved${path}` : path, namedBy };
    };
    switch (this.kind) {
      case 'news-sitemap':
      case 'sitemap-index':
        return [sitemap(this.kind)];
      case 'home-page':
        return [feed('rss', `/x${draw(this.#shape.seed, this.index, 'feed').toString(36)}/latest`, 'home-page')];
      case 'well-known':
        return [feed('rss', '/feed/', 'nothing')];
      case 'rss-and-sitemap':
        return [feed('rss', '/feeds/rss', 'home-page'), sitemap('news-sitemap')];
      default:
        return [feed(this.kind, `/feeds/${this.kind}`, 'home-page')];
    }
  }

  /** Whether an entrance is a feed, which moves and goes with the site's {@link Delivery}. */
  static isFeed({ format }: Entrance): boolean {
    return format !== 'news-sitemap' && format !== 'sitemap-index';
  }

  /** How many articles there are at a time. */
  countAt(at: number): number {
    const { startAt, hourMs, backlog, maxArticles } = this.#shape;
    const until = this.delivery === 'gone' ? Math.min(at, startAt + 2 * hourMs) : at;
    const count = Math.floor((until - startAt) / this.periodMs + this.#phase) + backlog;
    return Math.max(0, Math.min(count, maxArticles));
  }

  article(number: number): Article {
    const { seed, startAt, hourMs, backlog, profile } = this.#shape;
    const publishedAt = Math.floor(startAt + (number - backlog + 1 - this.#phase) * this.periodMs);
    const { index, origin, robots } = this;
    const folder = robots.forbiddenFolder === undefined ? {} : { forbiddenFolder: robots.forbiddenFolder };
    const article = articleOf(
      { seed, index, origin, hourMs, healthy: profile === 'healthy', ...folder },
      number,
      publishedAt,
    );
    return this.robots.name === 'all-forbidden' ? { ...article, forbidden: true } : article;
  }

  /** All articles published by a time, oldest first, the forbidden ones included. */
  articles(at: number): Article[] {
    return Array.from({ length: this.countAt(at) }, (_, number) => this.article(number));
  }

  /** Articles that a polite and complete reader may ask for at a time, and keep. */
  expected(at: number): Article[] {
    return this.articles(at).filter(({ forbidden, keptOut }) => !forbidden && !keptOut);
  }

  /** Those that may not be asked for, and that its feed carries whole. */
  delivered(at: number): Article[] {
    const isRead = this.fullContent && this.robots.name !== 'all-forbidden' && this.entrances.some(Site.carriesContent);
    return isRead ? this.articles(at).filter(({ forbidden }) => forbidden) : [];
  }

  /** Whether entries of this format carry the article of a site with full content. */
  static carriesContent({ format }: Entrance): boolean {
    return format === 'rss' || format === 'atom' || format === 'json-feed';
  }

  /** Whether robots.txt forbids newsmill to ask for a path at a time. */
  forbids(path: string, at: number): boolean {
    if (path === '/robots.txt' || path === this.robots.movedTo) return false;
    return this.isRobotsUnavailable(at) || this.robots.forbids(path);
  }

  isRobotsUnavailable(at: number): boolean {
    return this.#within(at, 0, this.robots.unavailableHours ?? 0);
  }

  /** From hour 1 to 2 of a `throttled` site: seconds until it answers again. */
  throttledSeconds(at: number): number | undefined {
    if (this.delivery !== 'throttled' || !this.#within(at, 1, 2)) return undefined;
    return Math.max(1, Math.ceil((this.#shape.startAt + 2 * this.#shape.hourMs - at) / 1000));
  }

  isBusy(at: number): boolean {
    return this.delivery === 'busy' && this.#within(at, 0.5, 1);
  }

  isFeedGone(at: number): boolean {
    return this.delivery === 'gone' && at >= this.#shape.startAt + 2 * this.#shape.hourMs;
  }

  /**
   * A time as HTTP date. Its unit is a second: where hours are made short, it is told in story time, a year back, so that
   * two changes do not fall into one second.
   */
  httpDate(time: number): string {
    const { startAt, hourMs } = this.#shape;
    const told = hourMs === HOUR_MS ? time : startAt - 8760 * HOUR_MS + (time - startAt) * (HOUR_MS / hourMs);
    return new Date(told).toUTCString();
  }

  #within(at: number, fromHour: number, toHour: number): boolean {
    const { startAt, hourMs } = this.#shape;
    return at >= startAt + fromHour * hourMs && at < startAt + toHour * hourMs;
  }
}

/** The site of a host name of the stub web (`feeds.` of it too), if there is one. */
export function siteOfHost(shape: WebShape, host: string): Site | undefined {
  const found = /^(?:feeds\.)?site-(\d{5,7})\.stub\.test$/.exec(host);
  const index = found === null ? Number.NaN : Number(found[1]);
  return index < shape.sites ? new Site(shape, index) : undefined;
}

/** As 12 and 9 have a divisor in common, the list is turned by one after each round. */
function shifted<T>(list: readonly T[], turned: number): T {
  return list[(turned + Math.floor(turned / list.length)) % list.length]!;
}
