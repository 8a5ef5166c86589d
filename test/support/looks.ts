import type { Site } from './stub-web/site.ts';
import { type Article, type Version, versionAt } from './stub-web/story.ts';
import type { LoggedRequest } from './stub-web/stub-web.ts';

/** A request for an article, under whichever of its addresses. */
export interface Look extends LoggedRequest {
  /** The article itself, where a reader reads it: no variant, no redirect to it. */
  isPage: boolean;
}

/** What subscribers are told of an article: what happened, and what a reader reads then. */
export interface Telling {
  changeKind: string;
  headline?: string;
  paragraphs?: readonly string[];
  corrections?: readonly string[];
}

export interface GoneRules {
  goneVisits: number;
  goneSpacingMs: number;
}

/** An article of the stub web and what the log of requests says of it. Times are `performance.now()`. */
export class LookedAt {
  /** Versions that were served, each once, in order; 304 is for what was served before. */
  readonly served: readonly { version: Version; look: Look }[];
  /** The look that confirmed that it is gone: of 404 the third, of 410, which is said on purpose, the second. */
  readonly confirmation: Look | undefined;
  /** No look before this one can have confirmed it, however late newsmill came to read the answers before. */
  readonly earliestConfirmation: Look | undefined;

  constructor(
    readonly site: Site,
    readonly article: Article,
    /** In the order in which they came. */
    readonly looks: readonly Look[],
    /** It may not be asked for, and a feed delivered it whole. */
    readonly isDelivered: boolean,
    rules: GoneRules,
  ) {
    const served: { version: Version; look: Look }[] = [];
    for (const look of looks) {
      if (!look.isPage || look.status !== 200) continue;
      const version = versionAt(article, look.at);
      if (served.at(-1)?.version.at !== version.at) served.push({ version, look });
    }
    this.served = served;
    const needed = article.ends?.status === 410 ? 2 : rules.goneVisits;
    // Answers are read a little after what the log notes; on a busy machine one of them much later than the other.
    this.confirmation = this.misses(rules.goneSpacingMs - 50)[needed - 1];
    this.earliestConfirmation = this.misses(rules.goneSpacingMs / 2)[needed - 1];
  }

  /** Whether it is one that newsmill must have: it was read, or delivered, and does not ask not to be kept. */
  get isTaken(): boolean {
    return this.isDelivered || (this.served.length > 0 && !this.article.keptOut);
  }

  /** What subscribers must have been told, each once and in this order. */
  get tellings(): Telling[] {
    if (!this.isTaken) return [];
    const versions = this.isDelivered ? this.article.versions : this.served.map(({ version }) => version);
    const tellings = versions.map(({ kind, headline, paragraphs }, index): Telling => {
      const isCorrected = kind === 'correction';
      return {
        changeKind: index === 0 ? 'new' : isCorrected ? 'correction' : 'update',
        headline,
        paragraphs: isCorrected ? paragraphs.slice(0, -1) : paragraphs,
        corrections: isCorrected ? paragraphs.slice(-1) : [],
      };
    });
    return this.confirmation === undefined ? tellings : [...tellings, { changeKind: 'withdrawn' }];
  }

  /** Looks that found it missing after it had been read, and that count: spaced as the settings say. */
  private misses(spacingMs: number): Look[] {
    const misses: Look[] = [];
    for (const look of this.looks) {
      if (this.served.length === 0 || (look.status !== 404 && look.status !== 410)) continue;
      const last = misses.at(-1);
      if (last === undefined || look.endedAt - last.endedAt >= spacingMs) misses.push(look);
    }
    return misses;
  }
}

/** Which article of the stub web an address stands for: `<host>/<number>`. */
export function articleKey(url: string): string | undefined {
  const { hostname, pathname } = new URL(url);
  const number = /-(\d{1,7})\.html$/.exec(pathname)?.[1];
  return number === undefined ? undefined : `${hostname}/${number}`;
}

export const keyOf = (site: Site, { number }: Article): string => `${site.host}/${number}`;

/** Requests for articles, by article, each in the order in which they came. */
export function looksByArticle(requests: readonly LoggedRequest[]): Map<string, Look[]> {
  const looks = new Map<string, Look[]>();
  for (const request of requests.toSorted((a, b) => a.startedAt - b.startedAt)) {
    const key = articleKey(`http://${request.host}${request.path}`);
    if (key === undefined) continue;
    const isPage = !/^\/(?:amp|go)\/|\?print=/.test(request.path);
    looks.set(key, [...(looks.get(key) ?? []), { ...request, isPage }]);
  }
  return looks;
}
