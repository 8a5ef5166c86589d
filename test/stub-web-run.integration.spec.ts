/**
 * The pull side as a whole, against a web of 54 sites whose hours last three seconds: what stands on that web and when is
 * known beforehand, each request is in its log, and what newsmill tells is judged by the two.
 *
 * A change is found in time when the page has been looked at by the next look that its schedule has for it, NEWSMILL_REVISIT
 * after its first fetch and up to a tenth later. {@link LATE_MS} is for what the schedule does not promise: looks for due
 * pages are a second apart, and links wait in line for their host (one interval for each) and for the machine.
 */
import { writeFile } from 'node:fs/promises';
import { isDeepStrictEqual } from 'node:util';
import { type ArticleRecord, mainHeadline, plainBody } from '@newsmill/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { requestLogFile } from './support/environment.config.ts';
import { articleKey, keyOf, LookedAt, looksByArticle, type Telling } from './support/looks.ts';
import { type Listing, listing } from './support/stub-web/lists.ts';
import { Site } from './support/stub-web/site.ts';
import { type Article, FATES } from './support/stub-web/story.ts';
import { type LoggedRequest } from './support/stub-web/stub-web.ts';
import { type FoundSource, StubWebRun } from './support/stub-web-run.ts';

const HOUR_MS = 3_000;
/** How long things happen on the web. */
const HOURS = 12;
const REVISIT_SECONDS = [3, 10, 20, 40];
const GONE = { goneVisits: 3, goneSpacingMs: 2_000 };
const HOST_INTERVAL_MS = 100;
/** What a look may be late by plan, as a part of its delay. */
const SPREAD = 0.1;
const LATE_MS = 60_000;
/** Two clocks, the database's and the web's, and their rounding. */
const TOLERANCE_MS = 2;

let run: StubWebRun;
let found: FoundSource[];
let requests: LoggedRequest[];
let changes: Awaited<ReturnType<StubWebRun['changes']>>;
let stored: ArticleRecord[];
let histories: Map<string, string[]>;
let flow: Awaited<ReturnType<StubWebRun['client']['flow']>>;
/** By key; what is published, whether it may be asked for or not. */
let articles: Map<string, LookedAt>;
/** Keys of articles that were told, by id. */
let keys: Map<string, string>;

beforeAll(async () => {
  run = await StubWebRun.start(
    { sites: 54, seed: 3, hourMs: HOUR_MS, backlog: 3, maxArticles: 8, periodHours: 1 },
    {
      NEWSMILL_REVISIT: REVISIT_SECONDS.map((seconds) => `${seconds}s`).join(','),
      NEWSMILL_GONE_VISITS: String(GONE.goneVisits),
      NEWSMILL_GONE_SPACING: `${GONE.goneSpacingMs / 1000}s`,
      NEWSMILL_FEED_INTERVAL: '3s',
      NEWSMILL_FEED_INTERVAL_MIN: '3s',
      NEWSMILL_FEED_INTERVAL_MAX: '6s',
      NEWSMILL_HOST_INTERVAL: String(HOST_INTERVAL_MS),
      NEWSMILL_ROBOTS_RETRY: '1s',
    },
  );
  await run.searched();
  found = await run.sources();
  run.release();
  await run.declareLater();
  const end = run.web.shape.startAt + HOURS * HOUR_MS;
  await run.runUntil(end);
  flow = await run.settled();
  changes = await run.changes();
  stored = await run.client.allArticles();
  const ids = new Set(changes.map(({ articleId }) => articleId));
  histories = new Map();
  for (const id of ids) {
    const { versions } = (await run.client.get(`/v1/articles/${id}/history`)) as { versions: { changeKind: string }[] };
    histories.set(
      id,
      versions.map(({ changeKind }) => changeKind),
    );
  }
  requests = [...run.web.requests].sort((a, b) => a.startedAt - b.startedAt);
  const looks = looksByArticle(requests);
  articles = new Map(
    [...run.web.sites()].flatMap((site) => {
      const listed = site.delivered(end).filter((article) => isListed(site, article));
      const delivered = new Set(listed.map(({ number }) => number));
      return site.articles(end).map((article) => {
        const key = keyOf(site, article);
        return [key, new LookedAt(site, article, looks.get(key) ?? [], delivered.has(article.number), GONE)];
      });
    }),
  );
  keys = new Map(changes.flatMap(({ articleId, record }) => (record ? [[articleId, keyOfRecord(record)!]] : [])));
  console.info(figures());
  const file = requestLogFile();
  if (file !== undefined) await writeFile(file, requests.map((request) => `${JSON.stringify(request)}\n`).join(''));
}, 420_000);

afterAll(async () => {
  await run?.close();
}, 60_000);

const keyOfRecord = ({ x }: ArticleRecord): string | undefined => articleKey(x.url.canonical);
const tellingOf = ({ changeKind, record }: (typeof changes)[number]): Telling => ({
  changeKind,
  ...(record && {
    headline: mainHeadline(record),
    paragraphs: plainBody(record).split(/\n\s*/),
    corrections: (record.x.corrections ?? []).map(({ text }) => text),
  }),
});
const wall = (moment: number): number => performance.timeOrigin + moment;

/** Whether a list that named the article has been read: some are gone before they are read again. */
function isListed(site: Site, { publishedAt }: Article): boolean {
  return requests.some(
    ({ host, path, status, at }) =>
      (status === 200 || status === 304) &&
      at >= publishedAt &&
      host.endsWith(site.host) &&
      site.entrances.some((each) => path === each.path),
  );
}

interface Change {
  of: LookedAt;
  /** Milliseconds from the latest moment at which the schedule has its look to the look that was served it. */
  late: number;
}

/** Changes that fell within the schedule of their article, which was known by then. */
function changesInSchedule(): Change[] {
  return [...articles.values()].flatMap((of): Change[] => {
    const { article, served, looks } = of;
    if (served.length === 0 || article.keptOut) return [];
    const firstRead = served[0]!.look;
    const times = [...article.versions.slice(1).map(({ at }) => at), ...(article.ends ? [article.ends.at] : [])];
    return times.flatMap((at): Change[] => {
      const moment = run.momentOf(at);
      if (at <= firstRead.at || at > run.web.now()) return [];
      const due = REVISIT_SECONDS.map((seconds) => seconds * 1000).find((ms) => firstRead.startedAt + ms >= moment);
      if (due === undefined) return [];
      const look = looks.find((each) => each.at >= at && each.isPage && each.status !== 0 && each.status < 500);
      const deadline = firstRead.startedAt + due * (1 + SPREAD);
      return [{ of, late: look === undefined ? Infinity : look.startedAt - deadline }];
    });
  });
}

/** What a host's line may hold in front of a look: all that is known of it, and a look at its list. */
function lineMs({ site }: LookedAt): number {
  const interval = Math.max(HOST_INTERVAL_MS, (site.robots.crawlDelaySeconds ?? 0) * 1000);
  return interval * (site.articles(run.web.now()).length + 2);
}

function figures(): string {
  const lates = changesInSchedule().map(({ late }) => late);
  const count = (holds: (request: LoggedRequest) => boolean): number => requests.filter(holds).length;
  const kinds = Object.entries(Object.groupBy(changes, ({ changeKind }) => changeKind));
  return [
    `${new Set(requests.map(({ host }) => host)).size} hosts, ${articles.size} articles, ${requests.length} requests in ${Math.round((requests.at(-1)!.endedAt - requests[0]!.startedAt) / 1000)} s`,
    `requests for robots.txt ${count(({ path }) => path === '/robots.txt')}, forbidden ${count(({ forbidden }) => forbidden)}, early ${count(({ early }) => early)}, conditional ${count(({ conditional }) => conditional)}`,
    `answers ${Object.entries(Object.groupBy(requests, ({ status }) => status))
      .map(([status, some]) => `${status}: ${some!.length}`)
      .join(', ')}`,
    `articles stored ${stored.length}, of them from their feed alone ${[...articles.values()].filter(({ isDelivered }) => isDelivered).length}; forbidden ${[...articles.values()].filter(({ article }) => article.forbidden).length}, noarchive ${[...articles.values()].filter(({ article }) => article.keptOut).length}`,
    `looks at articles ${[...articles.values()].reduce((sum, { looks }) => sum + looks.length, 0)}`,
    `told ${kinds.map(([kind, some]) => `${kind}: ${some.length}`).join(', ')}; account ${JSON.stringify(flow)}`,
    `changes within the schedule ${lates.length}; late by ${Math.round(Math.max(...lates))} ms at most, ${lates.filter((late) => late > 0).length} of them after their slot`,
  ].join('\n');
}

describe('a web of more than fifty hosts', () => {
  it('is searched from the home pages: every list of every site is followed', () => {
    const wrong = found.flatMap(({ home, state, feeds }) => {
      const site = [...run.web.sites()].find((each) => each.home === home);
      if (site === undefined) return [];
      const followed = feeds
        .filter(({ active }) => active)
        .map(({ kind }) => kind)
        .sort();
      const there = site.entrances.map((each) => (Site.isFeed(each) ? 'feed' : 'sitemap')).sort();
      const expected =
        site.robots.name === 'all-forbidden'
          ? { state: 'failed', followed: [] }
          : { state: 'following', followed: there };
      return JSON.stringify({ state, followed }) === JSON.stringify(expected)
        ? []
        : [{ home, kind: site.kind, delivery: site.delivery, robots: site.robots.name, state, followed }];
    });
    expect(wrong).toEqual([]);
    expect(new Set(requests.map(({ host }) => host)).size).toBeGreaterThanOrEqual(50);
  });

  it('has every article found once', () => {
    const end = run.web.now();
    const unseen = [...articles.values()].filter(({ site, article, looks }) => {
      return (
        isListed(site, article) &&
        site.expected(end).some(({ number }) => number === article.number) &&
        looks.length === 0
      );
    });
    expect(unseen.map(({ article }) => article.url)).toEqual([]);

    const taken = [...articles.values()].filter(({ isTaken }) => isTaken);
    const expected = taken.map(({ site, article }) => keyOf(site, article)).sort();
    const firsts = changes.filter(({ changeKind }) => changeKind === 'new');
    expect(firsts.map(({ articleId }) => keys.get(articleId)).sort()).toEqual(expected);
    expect(new Set(firsts.map(({ articleId }) => articleId)).size).toBe(expected.length);
    const withdrawn = taken.filter(({ confirmation }) => confirmation !== undefined).length;
    expect(stored.length).toBe(expected.length - withdrawn);
    expect(new Set(stored.map(({ uri }) => uri)).size).toBe(stored.length);
    // All that can become of an article is among them.
    expect(new Set(taken.map(({ article }) => article.fate))).toEqual(
      new Set(FATES.filter((fate) => fate !== 'noarchive')),
    );
  });

  it('has every version told once, as what it is, with its own words', () => {
    const byKey = Map.groupBy(changes, ({ articleId }) => keys.get(articleId)!);
    const wrong: unknown[] = [];
    for (const [key, { article, tellings, served }] of articles) {
      const { url, fate } = article;
      const events = byKey.get(key) ?? [];
      const told = events.map(tellingOf);
      if (!isDeepStrictEqual(told, tellings)) wrong.push({ url, fate, told, not: tellings });
      // Told by the look that was served it, and not before.
      for (const [index, { basis, changeKind }] of events.entries()) {
        const look = served[index]?.look;
        const isBefore = look !== undefined && Date.parse(basis!.fetchedAt) < Math.floor(wall(look.startedAt));
        if (isBefore)
          wrong.push({ url, fate, changeKind, fetchedAt: basis!.fetchedAt, look, asked: wall(look.startedAt) });
      }
    }
    expect(wrong).toEqual([]);
  });

  it('has every change found within its schedule', () => {
    const late = changesInSchedule().filter(({ of, late: by }) => by > LATE_MS + lineMs(of));
    expect(late.map(({ of: { article }, late: by }) => [article.url, article.fate, by])).toEqual([]);
    expect(new Set(changesInSchedule().map(({ of }) => of.article.fate))).toEqual(
      new Set(['corrected', 'edited', 'rewritten', 'removed', 'gone']),
    );
  });

  it('has articles withdrawn that are confirmed to be gone, and no others', () => {
    const withdrawn = changes.filter(({ changeKind }) => changeKind === 'withdrawn');
    for (const { articleId, changedAt } of withdrawn) {
      const { earliestConfirmation, article } = articles.get(keys.get(articleId)!)!;
      expect([article.url, article.ends]).toEqual([article.url, expect.anything()]);
      expect(Date.parse(changedAt)).toBeGreaterThanOrEqual(Math.floor(wall(earliestConfirmation!.startedAt)));
    }
    const statuses = withdrawn.map(({ articleId }) => articles.get(keys.get(articleId)!)!.article.ends!.status);
    expect(new Set(statuses)).toEqual(new Set([404, 410]));
  });

  it('tells the same by the query API', () => {
    for (const [id, kinds] of histories) {
      const events = changes.filter(({ articleId }) => articleId === id).map(({ changeKind }) => changeKind);
      expect([keys.get(id), kinds]).toEqual([keys.get(id), events]);
    }
    const { received, states, closes } = flow;
    expect([closes, states['dead'] ?? 0]).toEqual([true, 0]);
    expect(received).toBe(Object.values(states).reduce((sum, count) => sum + count, 0));
  });
});

describe('the log of requests', () => {
  it('has none that robots.txt forbids, although lists name many', () => {
    expect(requests.filter(({ forbidden }) => forbidden)).toEqual([]);
    const forbidden = [...articles.values()].filter(
      ({ site, article }) => article.forbidden && site.robots.name !== 'all-forbidden',
    );
    expect(forbidden.length).toBeGreaterThanOrEqual(15);
    expect(forbidden.flatMap(({ looks }) => looks)).toEqual([]);
    for (const host of new Set(requests.map((request) => request.host))) {
      expect(requests.find((request) => request.host === host)).toMatchObject({ host, path: '/robots.txt' });
    }
  });

  it('has one request to a host at a time, the interval or the Crawl-delay apart', () => {
    const close = [...Map.groupBy(requests, ({ host }) => host).values()].flatMap((own) =>
      own.slice(1).flatMap((next, index) => {
        const before = own[index]!;
        const isApart = next.startedAt - before.startedAt >= HOST_INTERVAL_MS - TOLERANCE_MS;
        return isApart && next.startedAt >= before.endedAt ? [] : [[before, next]];
      }),
    );
    expect(close).toEqual([]);
    const slow = [...run.web.sites()].filter(({ robots }) => robots.crawlDelaySeconds !== undefined);
    for (const { host, robots } of slow) {
      const own = requests.filter((request) => request.host === host && request.path !== '/robots.txt');
      const gaps = own.slice(1).map(({ startedAt }, index) => startedAt - own[index]!.startedAt);
      expect(Math.min(...gaps)).toBeGreaterThanOrEqual(robots.crawlDelaySeconds! * 1000 - TOLERANCE_MS);
    }
  });

  it('has nothing asked of a host before its Retry-After has passed', () => {
    expect(requests.filter(({ early }) => early)).toEqual([]);
    expect(requests.some(({ status }) => status === 429)).toBe(true);
  });

  it('has a list that did not change answered with 304', () => {
    for (const site of run.web.sites()) {
      for (const entrance of site.entrances) {
        // An index may stay as it is while what it lists changes.
        if (
          entrance.format === 'sitemap-index' ||
          ['no-validators', 'ignores-conditions', 'changing-etag'].includes(site.delivery)
        )
          continue;
        const looks = requests.filter(
          ({ host, path, status }) =>
            host.endsWith(site.host) && path === entrance.path && (status === 200 || status === 304),
        );
        if (site.robots.name === 'all-forbidden') continue;
        let was: Listing | undefined;
        const wrong: LoggedRequest[] = [];
        for (const look of looks) {
          const is = listing(site, entrance, look.at);
          const isSame = site.delivery === 'date-only' ? was?.changedAt === is.changedAt : was?.text === is.text;
          if (look.conditional && look.status !== (isSame ? 304 : 200)) wrong.push(look);
          was = is;
        }
        const again = looks.filter(({ conditional }) => conditional).length;
        // Once by the search for lists, once by the first look.
        expect([entrance.url, wrong, again > 0, looks.length - again <= 2]).toEqual([entrance.url, [], true, true]);
      }
    }
  });
});
