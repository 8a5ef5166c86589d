import type { Site } from './stub-web/site.ts';
import { type Article, type Version, versionAt } from './stub-web/story.ts';
import type { LoggedRequest } from './stub-web/stub-web.ts';

/** A request for an article, under whichever of its addresses. */
export interface Look extends LoggedRequest {
  /** The article itself, where a reader reads it: no variant, no redirect to it. */
  isPage: boolean;
}

export type Telling = 'new' | 'update' | 'correction' | 'withdrawn';

/** An article of the stub web and what the log of requests says of it. Times are `performance.now()`. */
export class LookedAt {
  constructor(
    readonly site: Site,
    readonly article: Article,
    /** In the order in which they came. */
    readonly looks: readonly Look[],
    private readonly rules: { goneVisits: number; goneSpacingMs: number },
  ) {}

  /** What pages were served: 304 is for what was served before. */
  private get read(): Look[] {
    return this.looks.filter(({ isPage, status }) => isPage && status === 200);
  }

  get firstRead(): Look | undefined {
    return this.read[0];
  }

  /** Versions that were served, each once, in order. */
  get served(): { version: Version; look: Look }[] {
    const served: { version: Version; look: Look }[] = [];
    for (const look of this.read) {
      const version = versionAt(this.article, look.at);
      if (served.at(-1)?.version.at !== version.at) served.push({ version, look });
    }
    return served;
  }

  /** Looks that found it missing after it had been read, and that count: spaced as the settings say. */
  get misses(): Look[] {
    const misses: Look[] = [];
    for (const look of this.looks) {
      if (this.firstRead === undefined || (look.status !== 404 && look.status !== 410)) continue;
      // Counted when the answer has come, which is after the request.
      const last = misses.at(-1);
      if (last === undefined || look.endedAt - last.endedAt >= this.rules.goneSpacingMs - 50) misses.push(look);
    }
    return misses;
  }

  /** The look that confirmed that it is gone: of 404 the third, of 410, which is said on purpose, the second. */
  get confirmation(): Look | undefined {
    return this.misses[(this.article.ends?.status === 410 ? 2 : this.rules.goneVisits) - 1];
  }

  /** What subscribers must have been told, each once and in this order. */
  get tellings(): Telling[] {
    if (this.article.keptOut) return [];
    const tellings = this.served.map(({ version: { kind } }, index): Telling => {
      return index === 0 ? 'new' : kind === 'correction' ? 'correction' : 'update';
    });
    return this.confirmation === undefined ? tellings : [...tellings, 'withdrawn'];
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
