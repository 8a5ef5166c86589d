import type { FeedTime } from '../feed.js';
import type { ListedAddress, NewsEntry, SitemapEntry, SitemapReading } from './sitemap.js';
import { feedTime } from '../feed-time.js';
import { languageTag, line } from '../entry-fields.js';

/** Entries and sitemaps that one document may list (sitemaps.org protocol). */
export const MAX_SITEMAP_ENTRIES = 50_000;
/** Characters of an address; the protocol says "less than 2,048". */
const MAX_ADDRESS = 2_048;
const MAX_KEYWORDS = 50;

export interface SelectionOptions {
  /** Leaves out what was neither published nor changed since; and what has no date, of which nobody can say. */
  since?: Date;
  /** Leaves out addresses on other hosts than the sitemap's, as the protocol asks unless robots.txt of that host agrees. */
  sameHost?: boolean;
}

/** An entry as it stands in the document. */
export interface RawEntry {
  loc?: string;
  lastmod?: string;
  news?: { title?: string; published?: string; language?: string; publication?: string; keywords?: string };
}

/** Keeps what is wanted of the entries of one sitemap, and counts the rest. */
export class Selection {
  readonly entries: SitemapEntry[] = [];
  readonly skipped: Record<string, number> = {};
  private read = 0;
  private hasNews = false;
  private isMeantForNews = false;

  constructor(
    private readonly sitemapUrl: string,
    private readonly options: SelectionOptions,
  ) {}

  get isFull(): boolean {
    return this.read >= MAX_SITEMAP_ENTRIES;
  }

  /** News stands in it; or it is made for news, and has none at present. */
  get isNews(): boolean {
    return this.hasNews || (this.isMeantForNews && this.read === 0);
  }

  /** The sitemap declares the namespace of news. */
  meantForNews(): void {
    this.isMeantForNews = true;
  }

  /** @param dated whether the age of the entry counts */
  add(raw: RawEntry, dated: boolean): void {
    this.read += 1;
    this.hasNews ||= raw.news !== undefined;
    const url = this.address(raw.loc);
    if (url === undefined) return;
    const lastmod = feedTime(raw.lastmod);
    const entry: SitemapEntry = { url, ...(lastmod && { lastmod }), ...(raw.news && { news: newsOf(raw.news) }) };
    if (dated && !this.isRecent(entry)) return;
    this.entries.push(entry);
  }

  /** In a news sitemap, entries without the extension are no news (Google: it may hold other pages too). */
  newsOnly(): SitemapEntry[] {
    const news = this.entries.filter((entry) => entry.news !== undefined);
    if (news.length < this.entries.length) this.skipped['not marked as news'] = this.entries.length - news.length;
    return news;
  }

  reading(cutShort: string | undefined): SitemapReading {
    return { skipped: this.skipped, ...(cutShort !== undefined && { cutShort }) };
  }

  private address(loc: string | undefined): string | undefined {
    const text = loc?.trim() ?? '';
    const url = text.length > MAX_ADDRESS ? null : URL.parse(text);
    const isElsewhere = this.options.sameHost === true && url?.host !== new URL(this.sitemapUrl).host;
    if (url === null || !/^https?:$/.test(url.protocol)) this.skip('no http or https address');
    else if (isElsewhere) this.skip('on another host');
    else return url.href;
    return undefined;
  }

  private isRecent({ lastmod, news }: SitemapEntry): boolean {
    const { since } = this.options;
    if (since === undefined) return true;
    const times = [news?.published, lastmod].flatMap((time) => (time?.iso === undefined ? [] : [lastInstant(time)]));
    if (times.length === 0) this.skip('without a date');
    else if (Math.max(...times) < since.getTime()) this.skip('older than asked for');
    else return true;
    return false;
  }

  private skip(reason: string): void {
    this.skipped[reason] = (this.skipped[reason] ?? 0) + 1;
  }
}

/** A day alone may mean its last moment. */
function lastInstant({ raw, iso }: FeedTime): number {
  const time = Date.parse(iso!);
  return /^\d{4}-?\d\d-?\d\d$/.test(raw) ? time + 86_399_999 : time;
}

function newsOf(raw: NonNullable<RawEntry['news']>): NewsEntry {
  const title = line(raw.title);
  const published = feedTime(raw.published);
  const language = languageTag(raw.language);
  const publication = line(raw.publication);
  const keywords = (raw.keywords ?? '')
    .split(',', MAX_KEYWORDS)
    .map(line)
    .filter((keyword) => keyword !== undefined);
  return {
    ...(title !== undefined && { title }),
    ...(published !== undefined && { published }),
    ...(language !== undefined && { language }),
    ...(publication !== undefined && { publication }),
    ...(keywords.length > 0 && { keywords: [...new Set(keywords)] }),
  };
}

export function childOf({ url, lastmod }: SitemapEntry): ListedAddress {
  return { url, ...(lastmod && { lastmod }) };
}
