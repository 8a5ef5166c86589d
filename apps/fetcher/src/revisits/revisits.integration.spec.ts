import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  articleOutcomes,
  type EventOf,
  linkDiscovered,
  pageFetched,
  type Topic,
  topicAddress,
  topics,
} from '@newsmill/contracts';
import { Logger } from '@nestjs/common';
import { createOutbound, type Outbound } from '@newsmill/outbound';
import {
  createTransport,
  loadSettings,
  Metrics,
  openDataSource,
  serviceSettings,
  type ServiceSettings,
  NO_TRACING,
} from '@newsmill/service';
import { createRunner, decodeEvent, type LogRecord, topicSpecs, type Transport } from '@newsmill/stage';
import { pageIdOf } from '@newsmill/web';
import type { DataSource } from 'typeorm';
import { makeFetchController } from '../../../../test/support/fetch-controller.ts';
import { freshDatabase } from '../../../../test/support/real-parts.ts';
import { articlePage, startTestSite, type TestSite } from '../../../../test/support/test-site.ts';
import { Page } from '../entities/page.entity.js';
import { fetch } from '../fetch.stage.js';
import { fetcherSettings } from '../fetcher.config.js';
import { fetcherDatabase } from '../fetcher.database.js';
import { Intake } from '../intake.js';
import { GoneGuard } from './gone-guard.js';
import { listGuardedHosts, releaseGuardedHost } from './guarded-hosts.js';
import { RevisitScheduler } from './revisit-scheduler.js';

const PREFIX = 'newsmill';
const [SECOND, MINUTE, HOUR, DAY] = [1_000, 60_000, 3_600_000, 24 * 3_600_000];
/** A plan may make a visit late by a tenth. */
const LATE = 1.1;

interface Shown {
  status: number;
  body?: string;
  headers?: Record<string, string>;
}

let database: Awaited<ReturnType<typeof freshDatabase>>;
let source: DataSource;
let settings: ServiceSettings;
let transport: Transport;
let site: TestSite;
let outbound: Outbound;
let metrics: Metrics;
let now: Date;
/** What the site shows, by path; else 404. */
let shown: Map<string, Shown>;
/** Conditions of the requests, in their order. */
let conditions: (string | undefined)[];
/** Links that the fetch stage has committed, by partition. */
let committed: Map<number, bigint>;

beforeAll(() => {
  Logger.overrideLogger(false);
});

beforeEach(async () => {
  database = await freshDatabase();
  settings = loadSettings(serviceSettings, { NEWSMILL_TRANSPORT: 'postgres', NEWSMILL_DATABASE_URL: database.url });
  source = await openDataSource(fetcherDatabase, settings);
  transport = await createTransport(settings, { clientId: 'test', onCrash: (error) => expect(error).toBeUndefined() });
  await transport.connect();
  await transport.applyTopics(topicSpecs(PREFIX, topics, [fetch]));
  shown = new Map();
  conditions = [];
  committed = new Map();
  const paths = Array.from({ length: 40 }, (_, number) => `/${number}`);
  site = await startTestSite(
    Object.fromEntries(
      [...paths, '/moved', '/'].map((path) => [
        path,
        (request, response) => {
          const { status, body, headers = {} } = shown.get(path) ?? { status: 404 };
          const condition = request.headers['if-none-match'];
          conditions.push(condition);
          if (status === 0) {
            request.destroy();
            return;
          }
          const isSame = status === 200 && condition !== undefined && condition === headers.etag;
          response.writeHead(isSame ? 304 : status, { 'content-type': 'text/html', ...headers });
          response.end(isSame ? undefined : body);
        },
      ]),
    ),
  );
  outbound = createOutbound({ userAgent: 'newsmill-test', allow: [site.host] });
  metrics = new Metrics(false);
  now = new Date('2026-03-01T00:00:00Z');
});

afterEach(async () => {
  await outbound?.close();
  await site?.close();
  await transport?.close();
  await source?.destroy();
  await database?.drop();
});

/** A fetcher process on the log and the database. */
function fetcherProcess({
  environment = {},
  log = transport,
}: { environment?: Record<string, string>; log?: Transport } = {}) {
  const own = loadSettings(fetcherSettings, environment);
  const guard = new GoneGuard(source, own);
  const intake = new Intake(log, settings, metrics, NO_TRACING);
  const scheduler = new RevisitScheduler(source, own, intake, guard, new Metrics(false));
  const clock = (): Date => now;
  const parts = { outbound, source, log, service: settings, settings: own, clock, guard };
  const { controller } = makeFetchController(parts);
  return { scheduler, controller, intake, guard };
}

type Process = ReturnType<typeof fetcherProcess>;

const pass = (ms: number): void => {
  now = new Date(now.getTime() + Math.ceil(ms));
};

async function read<T extends Topic>(topic: T): Promise<EventOf<T>[]> {
  const events: EventOf<T>[] = [];
  for await (const record of transport.read(topicAddress(PREFIX, topic), 'earliest')) {
    events.push(decodeEvent(topic, record));
  }
  return events;
}

/** Runs the fetch stage on the links that it has not committed. */
async function fetchLinks({ controller }: Process, { dies = false } = {}): Promise<void> {
  const run = createRunner({
    stage: fetch,
    prefix: PREFIX,
    serviceVersion: 'test',
    handler: (links, context) => controller.fetch(links, context),
    now: () => now.getTime(),
    sleep: async () => undefined,
  });
  // The hosts' time is the database's, which these tests do not move: with theirs, every slot has come.
  await source.query('DELETE FROM host');
  const waiting: LogRecord[] = [];
  for await (const record of transport.read(topicAddress(PREFIX, linkDiscovered), 'earliest')) {
    if (record.offset > (committed.get(record.partition) ?? -1n)) waiting.push(record);
  }
  for (const [partition, records] of Map.groupBy(waiting, (record) => record.partition)) {
    const { topic } = records[0]!;
    const settlement = await run({ topic, partition, records }, { signal: new AbortController().signal });
    if (dies) continue;
    await transport.publish(settlement.publish);
    committed.set(partition, records.at(-1)!.offset);
  }
}

/** One look of the scheduler, and the fetches that come of it. */
async function visit(process: Process): Promise<number> {
  const due = await process.scheduler.publishDue(now);
  await fetchLinks(process);
  return due;
}

/** The scheduler's next look that finds something to do, up to a time; `false`: there is none. */
async function nextLook(until: Date): Promise<boolean> {
  const [{ next }] = await source.query<[{ next: Date | null }]>('SELECT min(next_visit_at) AS next FROM page');
  if (next === null || next > until) now = until;
  else if (next > now) now = next;
  return next !== null && next <= until;
}

/** Lets time pass, and visits whatever becomes due. */
async function live(process: Process, ms: number): Promise<void> {
  const until = new Date(now.getTime() + ms);
  while (await nextLook(until)) await visit(process);
}

const show = (path: string | number, text?: string, headers: Record<string, string> = {}): void => {
  shown.set(`/${path}`, { status: 200, body: articlePage(Number(path) || 99, text), headers });
};

let arrivals = 0;

/** A link comes in at a door and is fetched. */
async function arrive(process: Process, path: string | number, extra: Partial<EventOf<typeof linkDiscovered>> = {}) {
  arrivals += 1;
  const receiptId = `arrival-${arrivals}`;
  const link = {
    receiptId,
    origin: { mode: 'feed' as const, source: 'https://courier.example/feed' },
    url: `${site.origin}/${path}`,
    host: site.host,
    discoveredAt: now.toISOString(),
    ...extra,
  };
  await process.intake.takeLinks('feed', [link]);
  await fetchLinks(process);
  return receiptId;
}

const pageOf = (path: string | number): Promise<Page> =>
  source.manager.findOneByOrFail(Page, { id: pageIdOf({ url: `${site.origin}/${path}` }) });

/** What the fetch stage has said of each receipt, in order. */
async function outcomes(): Promise<{ receiptId?: string | undefined; outcome: string; reason?: string | undefined }[]> {
  const told = await read(articleOutcomes);
  return told
    .filter(({ stage }) => stage === 'fetch')
    .sort((a, b) => Date.parse(a.at) - Date.parse(b.at))
    .flatMap(({ settled }) => settled);
}

const lastOutcome = async () => (await outcomes()).at(-1)!;

const items = async () =>
  (await read(pageFetched))
    .filter(({ mediaType }) => mediaType !== 'text/html')
    .map((page) => ({ page, item: JSON.parse(page.content) as Record<string, string> }));

const contents = async () =>
  (await read(pageFetched))
    .filter(({ mediaType }) => mediaType === 'text/html')
    .sort((a, b) => Date.parse(a.fetchedAt) - Date.parse(b.fetchedAt));

describe('the schedule', () => {
  it('looks at a page again after each delay of the settings, under a receipt of its own, and then no more', async () => {
    const process = fetcherProcess();
    show(1);
    await arrive(process, 1, { hints: { title: 'As the feed has it' } });
    const start = now;
    const visitedAt: number[] = [];
    const until = new Date(now.getTime() + 30 * DAY);
    while (await nextLook(until)) {
      expect(await process.scheduler.publishDue(now)).toBe(1);
      visitedAt.push(now.getTime() - start.getTime());
    }
    expect(visitedAt).toHaveLength(4);
    [HOUR, 6 * HOUR, DAY, 7 * DAY].forEach((delay, index) => {
      expect(visitedAt[index]).toBeGreaterThanOrEqual(delay);
      expect(visitedAt[index]).toBeLessThanOrEqual(delay * LATE);
    });
    const links = await read(linkDiscovered);
    expect(new Set(links.map(({ receiptId }) => receiptId)).size).toBe(5);
    expect(links.slice(1).map(({ revisit }) => revisit?.visit)).toEqual([1, 2, 3, 4]);
    expect(links[1]).toMatchObject({ ...links[0]!, receiptId: expect.any(String), discoveredAt: expect.any(String) });
    expect((await pageOf(1)).nextVisitAt).toBeNull();
  });

  it('makes up for time in which nothing ran by one visit, not by each that was missed', async () => {
    const process = fetcherProcess();
    show(1);
    await arrive(process, 1);
    pass(2 * DAY);
    expect(await visit(process)).toBe(1);
    expect(await visit(process)).toBe(0);
    pass(4 * DAY);
    expect(await visit(process)).toBe(0);
    pass(2 * DAY);
    expect(await visit(process)).toBe(1);
  });

  it('does not visit pages that came together at one time', async () => {
    const process = fetcherProcess();
    for (let number = 0; number < 10; number += 1) {
      show(number);
      await arrive(process, number);
    }
    const times = (await source.manager.find(Page)).map(({ nextVisitAt }) => nextVisitAt!.getTime());
    expect(new Set(times).size).toBe(10);
    expect(Math.max(...times) - Math.min(...times)).toBeGreaterThan(MINUTE);
  });

  it('is off where the settings say so: nothing is remembered', async () => {
    const process = fetcherProcess({ environment: { NEWSMILL_REVISIT: 'off' } });
    show(1);
    await arrive(process, 1);
    expect([await source.manager.count(Page), (await contents()).length]).toEqual([0, 1]);
  });

  it('forgets a page some time after its last visit; a page that comes in again is not taken for the old one', async () => {
    const process = fetcherProcess({ environment: { NEWSMILL_REVISIT: '1h', NEWSMILL_PAGE_RETENTION: '2d' } });
    show(1);
    await arrive(process, 1);
    pass(LATE * HOUR);
    expect(await visit(process)).toBe(1);
    pass(2 * DAY - HOUR);
    await process.scheduler.tidy(now);
    expect(await source.manager.count(Page)).toBe(1);
    pass(2 * HOUR);
    await process.scheduler.tidy(now);
    expect(await source.manager.count(Page)).toBe(0);
    await arrive(process, 1);
    pass(LATE * HOUR);
    expect(await visit(process)).toBe(1);
    const receipts = (await read(linkDiscovered)).map(({ receiptId }) => receiptId);
    expect(new Set(receipts).size).toBe(4);
  });

  it('two processes share the pages: each page once', async () => {
    const [one, other] = [fetcherProcess(), fetcherProcess()];
    for (let number = 0; number < 30; number += 1) {
      show(number);
      await arrive(one, number);
    }
    pass(LATE * HOUR);
    const [first, second] = await Promise.all([one.scheduler.publishDue(now), other.scheduler.publishDue(now)]);
    const rest = (await one.scheduler.publishDue(now)) + (await other.scheduler.publishDue(now));
    expect(first + second + rest).toBe(30);
    const revisits = (await read(linkDiscovered)).filter(({ revisit }) => revisit !== undefined);
    expect([revisits.length, new Set(revisits.map(({ receiptId }) => receiptId)).size]).toEqual([30, 30]);
  });

  it('a crash between the log and the table repeats the links under the same receipts', async () => {
    const lost = new Error('killed');
    const dying = Object.create(transport) as Transport;
    dying.publish = async (records) => {
      await transport.publish(records);
      throw lost;
    };
    const process = fetcherProcess();
    show(1);
    await arrive(process, 1);
    pass(LATE * HOUR);
    await expect(fetcherProcess({ log: dying }).scheduler.publishDue(now)).rejects.toBe(lost);
    expect(await process.scheduler.publishDue(now)).toBe(1);
    const [first, second, ...others] = (await read(linkDiscovered)).filter(({ revisit }) => revisit);
    expect([first!.receiptId === second!.receiptId, others]).toEqual([true, []]);
    await fetchLinks(process);
    const told = (await outcomes()).slice(1);
    expect(told.map(({ receiptId, outcome }) => [receiptId, outcome])).toEqual([
      [first!.receiptId, 'skipped'],
      [first!.receiptId, 'emitted'],
    ]);
    expect(await process.scheduler.publishDue(now)).toBe(0);
  });
});

describe('a revisit', () => {
  it('of a page that has not been modified is answered as unchanged, by its validators', async () => {
    const process = fetcherProcess();
    show(1, undefined, { etag: '"one"' });
    await arrive(process, 1);
    pass(LATE * HOUR);
    await visit(process);
    expect(conditions).toEqual([undefined, '"one"']);
    expect(await lastOutcome()).toMatchObject({ outcome: 'skipped', reason: 'not modified since the last visit' });
    expect(await pageOf(1)).toMatchObject({ status: 304, etag: '"one"', visitedAt: now });
    expect(await contents()).toHaveLength(1);
  });

  it('of the same content is answered as unchanged without the parser; of other content it is a page', async () => {
    const process = fetcherProcess();
    show(1);
    const guid = { publisher: 'courier', guid: 'g-1', origin: { mode: 'push' as const, source: 'courier' } };
    await arrive(process, 1, guid);
    pass(LATE * HOUR);
    await visit(process);
    expect(await lastOutcome()).toMatchObject({ outcome: 'skipped', reason: 'the same content as at the last visit' });
    show(1, 'The work starts in May, not in April.');
    pass(LATE * 5 * HOUR);
    await visit(process);
    const [before, after, ...others] = await contents();
    expect(others).toEqual([]);
    expect(after!.content).toContain('not in April');
    expect(after).toMatchObject({ ...guid, pageId: before!.pageId, url: before!.url, fetchedAt: now.toISOString() });
  });

  it.each(['before its outcome is on the log', 'after it, before the commit'])(
    'cut short by a crash %s is made again under its receipt, and the next one brings the content once more',
    async (when) => {
      const process = fetcherProcess();
      show(1, undefined, { etag: '"one"' });
      await arrive(process, 1);
      const before = new Map(committed);
      show(1, 'A correction.', { etag: '"two"' });
      pass(LATE * HOUR);
      await process.scheduler.publishDue(now);
      await fetchLinks(process, { dies: when.startsWith('before') });
      committed = before;
      show(1, 'A correction of it.', { etag: '"three"' });
      pass(SECOND);
      await fetchLinks(process);
      const revisits = (await contents()).slice(1);
      expect(revisits.at(-1)!.content).toContain('A correction of it.');
      expect(new Set(revisits.map(({ receiptId }) => receiptId)).size).toBe(1);
      pass(LATE * 5 * HOUR);
      await visit(process);
      const [next] = (await contents()).slice(-1);
      expect(next!.content).toContain('A correction of it.');
      expect(next!.receiptId).not.toBe(revisits[0]!.receiptId);
      pass(LATE * DAY);
      await visit(process);
      expect(await lastOutcome()).toMatchObject({ outcome: 'skipped', reason: 'not modified since the last visit' });
    },
  );

  it('finds what changed even where the links before it were handled once more', async () => {
    const process = fetcherProcess();
    show(1);
    await arrive(process, 1);
    pass(LATE * HOUR);
    await visit(process);
    show(1, 'A correction.');
    committed.clear();
    pass(HOUR);
    await fetchLinks(process);
    pass(LATE * 5 * HOUR);
    await visit(process);
    const [last] = (await read(linkDiscovered)).filter(({ revisit }) => revisit?.visit === 2);
    const found = (await contents()).at(-1)!;
    expect([found.receiptId, found.content.includes('A correction.')]).toEqual([last!.receiptId, true]);
  });

  it('whose repetition dies too leaves the correction to the next', async () => {
    const process = fetcherProcess();
    show(1);
    await arrive(process, 1);
    show(1, 'A correction.');
    pass(LATE * HOUR);
    await process.scheduler.publishDue(now);
    await fetchLinks(process, { dies: true });
    shown.set('/1', { status: 503 });
    await fetchLinks(process);
    expect(await lastOutcome()).toMatchObject({
      outcome: 'rejected',
      reason: expect.stringMatching(/^[a-z-]+: put off: /),
    });
    show(1, 'A correction.');
    pass(LATE * 5 * HOUR);
    await visit(process);
    expect((await contents()).at(-1)!.content).toContain('A correction.');
  });

  it.each([
    ['answers 503', 503],
    ['answers 429', 429],
    ['does not answer', 0],
  ])(
    'whose host %s is put off: once for a while, then by plan, with one request for all its pages',
    async (_, status) => {
      const process = fetcherProcess();
      for (const number of [1, 2, 3]) {
        show(number);
        await arrive(process, number);
        shown.set(`/${number}`, { status });
      }
      const start = now;
      pass(LATE * HOUR);
      expect(await visit(process)).toBe(3);
      expect(conditions).toHaveLength(4);
      const puts = (await outcomes()).slice(3);
      expect(puts.map(({ outcome }) => outcome)).toEqual(['rejected', 'rejected', 'rejected']);
      expect(puts.every(({ reason }) => /^(?:http-exhausted|connect|timeout|dns): put off: /.test(reason ?? ''))).toBe(
        true,
      );
      const known = await source.manager.find(Page, { order: { status: 'ASC' } });
      expect(known.map((page) => [page.status, page.visitedAt, page.goneCount])).toEqual(
        [0, 0, status].map((each) => [each, start, 0]),
      );
      pass(LATE * 30 * MINUTE);
      expect(await visit(process)).toBe(3);
      pass(2 * HOUR);
      expect(await visit(process)).toBe(0);
      for (const number of [1, 2, 3]) show(number, 'A correction.');
      pass(LATE * 3 * HOUR);
      expect(await visit(process)).toBe(3);
      expect((await contents()).slice(3).every(({ content }) => content.includes('A correction.'))).toBe(true);
      shown.set('/5', { status: 503 });
      const first = await arrive(process, 5);
      expect((await outcomes()).find((told) => told.receiptId === first)).toMatchObject({ outcome: 'deferred' });
    },
  );

  it('of a page that has moved for good goes to the new address from then on, under the old identity', async () => {
    const process = fetcherProcess();
    show(1);
    await arrive(process, 1);
    show('moved', undefined, { etag: '"m"' });
    shown.set('/1', { status: 301, headers: { location: '/moved' } });
    pass(LATE * HOUR);
    await visit(process);
    expect((await contents()).at(-1)!.url).toEqual({ original: `${site.origin}/1`, final: `${site.origin}/moved` });
    pass(LATE * 5 * HOUR);
    await visit(process);
    expect([site.hits.get('/1'), site.hits.get('/moved'), (await lastOutcome()).outcome]).toEqual([2, 2, 'skipped']);
    expect((await read(linkDiscovered)).at(-1)).toMatchObject({ url: `${site.origin}/moved`, host: site.host });
    show('moved', 'Moved, and corrected.');
    pass(LATE * DAY);
    await visit(process);
    expect((await contents()).at(-1)!.url).toEqual({ original: `${site.origin}/1`, final: `${site.origin}/moved` });
  });

  it.each([
    ['for now', 302, '/moved'],
    ['to the front page', 301, '/'],
  ])('of a page that redirects %s goes to its own address again', async (_, status, location) => {
    const process = fetcherProcess();
    show(1);
    await arrive(process, 1);
    show(location.slice(1));
    shown.set('/1', { status, headers: { location } });
    pass(LATE * HOUR);
    await visit(process);
    expect((await pageOf(1)).address).toBe(`${site.origin}/1`);
  });

  it('does not take a date of one page for that of another', async () => {
    const process = fetcherProcess();
    show(1, undefined, { etag: '"one"' });
    await arrive(process, 1);
    show('moved', 'Other text.', { etag: '"one"' });
    shown.set('/1', { status: 302, headers: { location: '/moved' } });
    pass(LATE * HOUR);
    await visit(process);
    expect((await contents()).at(-1)!.content).toContain('Other text.');
  });
});

describe('a page that is missing', () => {
  const start = async (process: Process, path = 1): Promise<void> => {
    show(path);
    await arrive(process, path);
    pass(LATE * HOUR);
  };

  it('is withdrawn after three spaced visits, as a canceled item under its identity', async () => {
    const process = fetcherProcess();
    await start(process);
    shown.set('/1', { status: 404 });
    const missedAt = now.toISOString();
    for (const count of [1, 2]) {
      expect(await visit(process)).toBe(1);
      expect(await lastOutcome()).toMatchObject({
        outcome: 'rejected',
        reason: `http-permanent: HTTP status 404 (${site.origin}/1); missing at ${count} visits, withdrawn after 3`,
      });
      pass(29 * MINUTE);
      expect(await visit(process)).toBe(0);
      pass(LATE * 30 * MINUTE - 29 * MINUTE);
    }
    await visit(process);
    const [{ page, item }] = (await items()) as [Awaited<ReturnType<typeof items>>[number]];
    const [first] = await contents();
    const withdrawnAt = now.toISOString();
    expect(page).toMatchObject({
      pageId: first!.pageId,
      url: first!.url,
      origin: first!.origin,
      mediaType: 'application/vnd.iptc.ninjs+json',
      status: 404,
      fetchedAt: withdrawnAt,
    });
    expect(page.restore).toBeUndefined();
    expect(item).toEqual({
      uri: `${site.origin}/1`,
      type: 'text',
      pubStatus: 'canceled',
      versionCreated: withdrawnAt,
      edNote: `the page answers 404 (not found): 3 visits since ${missedAt}`,
    });
    await live(process, DAY);
    expect(await items()).toHaveLength(1);
    expect((await lastOutcome()).reason).toBe(
      `http-permanent: HTTP status 404 (${site.origin}/1); withdrawn since ${withdrawnAt}`,
    );
  });

  it('is withdrawn after two visits where the server says that it is gone', async () => {
    const process = fetcherProcess();
    await start(process);
    shown.set('/1', { status: 410 });
    await visit(process);
    pass(LATE * 30 * MINUTE);
    await visit(process);
    expect((await items()).map(({ page }) => page.status)).toEqual([410]);
  });

  it('counts visits at other doors, but not those that follow too closely', async () => {
    const process = fetcherProcess();
    await start(process);
    shown.set('/1', { status: 404 });
    for (const minutes of [0, 5, 10, 30, 10, 15]) {
      pass(minutes * MINUTE);
      await arrive(process, 1);
    }
    expect(await pageOf(1)).toMatchObject({ goneCount: 2 });
    pass(6 * MINUTE);
    await arrive(process, 1);
    expect(await items()).toHaveLength(1);
  });

  it.each([
    ['a page', 200],
    ['not modified', 304],
  ])('starts again from nothing after one good answer: %s', async (_, good) => {
    const process = fetcherProcess();
    const well = good === 304 ? { etag: '"one"' } : {};
    show(1, undefined, well);
    await arrive(process, 1);
    pass(LATE * HOUR);
    for (const missing of [true, true, false, true, true]) {
      if (missing) shown.set('/1', { status: 404 });
      else show(1, undefined, well);
      await arrive(process, 1, missing || good === 200 ? {} : { revisit: { pageId: (await pageOf(1)).id, visit: 9 } });
      pass(LATE * 30 * MINUTE);
    }
    expect([await items(), (await pageOf(1)).goneCount]).toEqual([[], 2]);
  });

  it.each([401, 403, 451])('answered %d is neither missing nor well', async (status) => {
    const process = fetcherProcess();
    await start(process);
    for (const shownStatus of [404, status, 404, 404]) {
      shown.set('/1', { status: shownStatus });
      await arrive(process, 1);
      pass(LATE * 30 * MINUTE);
    }
    expect(await items()).toHaveLength(1);
  });

  it('is rejected as before when it was never known', async () => {
    const process = fetcherProcess();
    await arrive(process, 2);
    expect(await lastOutcome()).toMatchObject({ reason: `http-permanent: HTTP status 404 (${site.origin}/2)` });
    expect(await source.manager.count(Page)).toBe(0);
  });

  it('under another address of the same guid says nothing of the page that is known', async () => {
    const process = fetcherProcess();
    const guid = { publisher: 'courier', guid: 'g-1' };
    show(1);
    await arrive(process, 1, guid);
    for (let count = 0; count < 4; count += 1) {
      pass(HOUR);
      await arrive(process, 2, guid);
    }
    const page = await source.manager.findOneByOrFail(Page, { id: pageIdOf(guid) });
    expect([await items(), page.goneCount, page.url]).toEqual([[], 0, `${site.origin}/1`]);
  });

  it('whose withdrawal a crash cut short is withdrawn all the same, under the same receipt', async () => {
    const process = fetcherProcess();
    await start(process);
    shown.set('/1', { status: 410 });
    await visit(process);
    pass(LATE * 30 * MINUTE);
    await process.scheduler.publishDue(now);
    await fetchLinks(process, { dies: true });
    expect([await items(), (await pageOf(1)).withdrawnAt]).toEqual([[], now]);
    await fetchLinks(process);
    committed.clear();
    await fetchLinks(process);
    const all = await items();
    expect(all.length).toBeGreaterThan(0);
    expect(new Set(all.map(({ page }) => page.receiptId)).size).toBe(1);
    expect(new Set(all.map(({ page }) => page.content)).size).toBe(1);
  });

  it('stays withdrawn when it answers again, until the explicit word', async () => {
    const process = fetcherProcess();
    await start(process);
    shown.set('/1', { status: 410 });
    await live(process, HOUR);
    expect(await items()).toHaveLength(1);
    show(1, 'Back again.');
    await live(process, 2 * DAY);
    expect((await contents()).map(({ restore }) => restore)).toEqual([undefined]);
    expect((await lastOutcome()).reason).toBe('answers again; withdrawn until it is restored by an explicit word');
    await arrive(process, 1, { restore: true });
    expect((await contents()).at(-1)).toMatchObject({ restore: true, content: expect.stringContaining('Back again.') });
    expect(await pageOf(1)).toMatchObject({ withdrawnAt: null, goneCount: 0 });
    expect((await pageOf(1)).link).not.toHaveProperty('restore');
  });
});

describe('the guard', () => {
  const pages = (count: number) => Array.from({ length: count }, (_, number) => number);
  const vanish = (numbers: number[]) => numbers.forEach((number) => shown.set(`/${number}`, { status: 404 }));

  const known = async (process: Process, count: number): Promise<void> => {
    for (const number of pages(count)) {
      show(number);
      await arrive(process, number);
    }
    await live(process, 3 * HOUR);
  };
  const withdrawn = async () => (await items()).map(({ item }) => new URL(item.uri!).pathname.slice(1)).sort();
  const guarded = () => fetcherProcess().guard.count();

  it('keeps a site whose pages vanish at once from being withdrawn, and withdraws nothing when they are back', async () => {
    const process = fetcherProcess();
    await known(process, 30);
    vanish(pages(30));
    await live(process, DAY);
    expect([await withdrawn(), await guarded()]).toEqual([[], 1]);
    expect((await listGuardedHosts(source)).map(({ host }) => host)).toEqual([site.host]);
    expect((await lastOutcome()).reason).toMatch(/held: \d+ of \d+ pages of 127\.0\.0\.1:\d+ are missing$/);
    for (const number of pages(30)) show(number);
    await live(process, 2 * DAY);
    await process.scheduler.tidy(now);
    expect([await withdrawn(), await guarded()]).toEqual([[], 0]);
    expect((await source.manager.find(Page)).every(({ firstGoneAt }) => firstGoneAt === null)).toBe(true);
  }, 120_000);

  it('does not ask the whole site because one page is missing', async () => {
    const process = fetcherProcess();
    await known(process, 30);
    const before = (await read(linkDiscovered)).length;
    vanish([3]);
    await arrive(process, 3);
    await live(process, 20 * MINUTE);
    const asked = (await read(linkDiscovered)).slice(before + 1).map(({ url }) => new URL(url).pathname);
    expect([asked.length, new Set(asked).size]).toEqual([10, 10]);
  });

  it('lets single pages of a large site be withdrawn', async () => {
    const process = fetcherProcess();
    await known(process, 30);
    vanish([3, 4, 5, 6]);
    await live(process, DAY);
    expect([await withdrawn(), await guarded()]).toEqual([['3', '4', '5', '6'], 0]);
  });

  it('does not work for a site of which too few pages are known', async () => {
    const process = fetcherProcess();
    await known(process, 4);
    vanish(pages(4));
    await live(process, DAY);
    expect(await withdrawn()).toEqual(['0', '1', '2', '3']);
  });

  it('withdraws nothing while the other pages do not answer', async () => {
    const process = fetcherProcess();
    await known(process, 8);
    for (const number of pages(8)) shown.set(`/${number}`, { status: 503 });
    vanish([3]);
    await live(process, DAY);
    expect([await withdrawn(), await guarded()]).toEqual([[], 0]);
    expect(await pageOf(3)).toMatchObject({ goneCount: expect.any(Number), withdrawnAt: null });
    for (const number of pages(8)) if (number !== 3) show(number);
    await live(process, 2 * DAY);
    expect(await withdrawn()).toEqual(['3']);
  });

  it('is released by a person: what is still missing is withdrawn then', async () => {
    const process = fetcherProcess();
    await known(process, 12);
    vanish(pages(11));
    await live(process, 8 * HOUR);
    expect([await withdrawn(), await guarded()]).toEqual([[], 1]);
    expect(await releaseGuardedHost(source, site.host, now)).toBe(11);
    expect(await guarded()).toBe(0);
    await live(process, 2 * HOUR);
    expect(await withdrawn()).toEqual(pages(11).map(String).sort());
    expect(await releaseGuardedHost(source, 'nowhere.example', now)).toBeUndefined();
    pass(8 * DAY);
    await process.scheduler.tidy(now);
    expect(await listGuardedHosts(source)).toEqual([]);
  });

  it('looks at held pages less and less often, and gives up in the end', async () => {
    const process = fetcherProcess({ environment: { NEWSMILL_PAGE_RETENTION: '6d' } });
    await known(process, 6);
    vanish(pages(6));
    const before = (await read(linkDiscovered)).length;
    await live(process, 8 * DAY);
    const visits = (await read(linkDiscovered)).length - before;
    expect(visits).toBeLessThan(6 * 16);
    expect((await source.manager.find(Page)).map(({ nextVisitAt }) => nextVisitAt)).toEqual(pages(6).map(() => null));
    expect(await withdrawn()).toEqual([]);
    await live(process, 6 * DAY);
    await process.scheduler.tidy(now);
    await process.scheduler.tidy(now);
    expect([await source.manager.count(Page), await guarded()]).toEqual([0, 0]);
  }, 120_000);
});

describe('the account of the fetch stage', () => {
  it('closes: every link that was received has one outcome', async () => {
    const process = fetcherProcess();
    for (const number of [0, 1, 2, 3]) {
      show(number, undefined, number === 0 ? { etag: '"zero"' } : {});
      await arrive(process, number);
    }
    shown.set('/1', { status: 410 });
    shown.set('/3', { status: 500 });
    await live(process, 12 * HOUR);
    const received = (await read(linkDiscovered)).map(({ receiptId }) => receiptId).sort();
    const told = (await outcomes()).map(({ receiptId }) => receiptId!).sort();
    expect(told).toEqual(received);
    const kinds = Object.groupBy(await outcomes(), ({ outcome }) => outcome);
    expect(Object.keys(kinds).sort()).toEqual(['emitted', 'rejected', 'skipped']);
    expect(await metrics.registry.metrics()).toContain(
      `newsmill_received_total{door="revisit"} ${received.length - 4}`,
    );
  });
});
