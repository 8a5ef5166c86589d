import {
  articleChanges,
  articleEnriched,
  articleParsed,
  type ArticleRecord,
  type EventOf,
  mainHeadline,
  pageFetched,
  type Topic,
  topicAddress,
} from '@newsmill/contracts';
import { parse, parser } from '@newsmill/parser';
import {
  loadSettings,
  openDataSource,
  openStage,
  runServices,
  type RunningServices,
  serviceSettings,
} from '@newsmill/service';
import {
  decodeEvent,
  encodeEvent,
  groupOf,
  planReplay,
  type ReplayRange,
  type ReplayReport,
  runReplay,
  type StageHandler,
} from '@newsmill/stage';
import { pipelineTopics, services } from '@newsmill/standalone';
import { hashStore, storeDatabase, type StoreHash } from '@newsmill/store';
import { PostgresTransport } from '@newsmill/transport';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { NewsmillClient, until } from './support/newsmill-client.ts';
import { NewsmillProcess } from './support/newsmill-process.ts';
import { freshDatabase } from './support/real-parts.ts';
import { articlePage } from './support/test-site.ts';

type Database = Awaited<ReturnType<typeof openDataSource>>;

const KEY = 'a-key-that-is-long-enough';
const PAGES = topicAddress('newsmill', pageFetched);
const COMMAND = 'apps/standalone/bin/newsmill.js';

let database: Awaited<ReturnType<typeof freshDatabase>>;
let transport: PostgresTransport;
let running: RunningServices;
let client: NewsmillClient;
let stored: Database;
let environment: Record<string, string>;

beforeAll(async () => {
  database = await freshDatabase();
  transport = new PostgresTransport({ url: database.url });
  await transport.connect();
  await transport.applyTopics(pipelineTopics('newsmill'));
  environment = {
    NEWSMILL_TRANSPORT: 'postgres',
    NEWSMILL_DATABASE_URL: database.url,
    NEWSMILL_HTTP_PORT: '0',
    NEWSMILL_API_KEY: `courier=${KEY}`,
    NEWSMILL_LOG_LEVEL: 'silent',
  };
  running = await runServices(services, { environment });
  client = new NewsmillClient(running.url, KEY);
  stored = await openStore(storeDatabase.schema);
});

afterAll(async () => {
  await stored?.destroy();
  await running?.close();
  await transport?.close();
  await database?.drop();
});

function openStore(schema: string): Promise<Database> {
  const settings = loadSettings(serviceSettings, { ...environment, NEWSMILL_MIGRATE: 'false' });
  return openDataSource({ ...storeDatabase, schema }, settings);
}

async function readTopic<T extends Topic>(topic: T): Promise<EventOf<T>[]> {
  const events: EventOf<T>[] = [];
  for await (const record of transport.read(topicAddress('newsmill', topic), 'earliest')) {
    if (record.value?.[0] === 0x7b) events.push(decodeEvent(topic, record));
  }
  return events;
}

/** Waits until every stage and the relay have nothing left to do. */
async function quiet(): Promise<void> {
  await until('nothing is left to do', 60_000, async () => {
    for (const { stages } of services) {
      for (const stage of stages) {
        const lags = await transport.lag(topicAddress('newsmill', stage.reads), groupOf('newsmill', stage));
        if (lags.some(({ lag }) => lag > 0n)) return undefined;
      }
    }
    const [{ waiting }] = await stored.query<[{ waiting: string }]>('SELECT count(*) AS waiting FROM outbox');
    return waiting === '0' ? true : undefined;
  });
}

async function pushAll(from: number, to: number, text?: string): Promise<string[]> {
  const receipts: string[] = [];
  for (let number = from; number < to; number += 1) {
    const url = `https://site-${number % 2}.example/${number}`;
    receipts.push((await client.push({ url, html: articlePage(number, text) })).receiptId!);
  }
  return receipts;
}

interface State {
  hash: StoreHash;
  changes: number;
  flow: Awaited<ReturnType<NewsmillClient['flow']>>;
}

async function state(): Promise<State> {
  await quiet();
  return {
    hash: await hashStore(stored),
    changes: (await readTopic(articleChanges)).length,
    flow: await client.flow(),
  };
}

/** Replays the parse stage in this process, with what `better` makes of the records. */
async function replayParse(
  id: string,
  range: ReplayRange,
  better: (record: ArticleRecord) => ArticleRecord = (record) => record,
): Promise<ReplayReport> {
  const own = new PostgresTransport({ url: database.url });
  await own.connect();
  const open = await openStage(parser, parse, { environment, transport: own });
  const handler: StageHandler<typeof parse> = async (pages, context) => {
    const outcomes = await open.handler(pages, context);
    return outcomes.map((outcome) =>
      'topic' in outcome ? { ...outcome, event: { ...outcome.event, record: better(outcome.event.record) } } : outcome,
    );
  };
  try {
    const plan = await planReplay(own, 'newsmill', parse, id, range);
    return await runReplay({ transport: own, prefix: 'newsmill', plan, stage: parse, ...open, handler });
  } finally {
    await open.close();
  }
}

function command(...args: string[]): NewsmillProcess {
  return new NewsmillProcess(COMMAND, args, environment);
}

/** How a command ended; its standard output, and all that it told. */
interface Output {
  code: number | string;
  lines: string[];
  told: string[];
}

async function output(...args: string[]): Promise<Output> {
  const child = command(...args);
  const code = await child.ended;
  await new Promise((resolve) => setTimeout(resolve, 100));
  return { code, lines: child.output, told: child.lines };
}

describe('replay', () => {
  let before: State;

  beforeAll(async () => {
    for (const receipt of await pushAll(0, 40)) await client.settled(receipt);
    // A second version of some, and one that says nothing new.
    for (const receipt of await pushAll(0, 4, 'Work starts in May.')) await client.settled(receipt);
    for (const receipt of await pushAll(10, 12)) await client.settled(receipt);
    before = await state();
    expect(before).toMatchObject({ changes: 44, flow: { received: 46, closes: true }, hash: { articles: 40 } });
  });

  it('with the same parser changes nothing, however often', async () => {
    for (const id of ['20260101T000000Z-a', '20260101T000001Z-b']) {
      expect(await replayParse(id, { from: 'earliest' })).toMatchObject({ finished: true, outcomes: { emitted: 46 } });
      expect(await state()).toEqual(before);
    }
  });

  it('with a better parser, beside live traffic, changes what it finds otherwise, and only once', async () => {
    const isWorse = (record: ArticleRecord): boolean => mainHeadline(record).startsWith('Footbridge 3');
    const better = (record: ArticleRecord): ArticleRecord =>
      // An older date, too: what it replaces must not hold its place by a date that was wrong.
      isWorse(record)
        ? {
            ...record,
            versionCreated: '2026-01-01T00:00:00.000Z',
            headlines: [{ value: `${mainHeadline(record)} (better)` }],
          }
        : record;
    const live = pushAll(100, 140);
    await replayParse('20260101T000002Z-c', { from: 'earliest' }, better);
    for (const receipt of await live) expect((await client.settled(receipt)).state).toBe('stored');
    const after = await state();
    const headlines = (await client.allArticles()).map(mainHeadline);
    expect(headlines).toHaveLength(80);
    // 3 and 30 to 39, and none of the live ones.
    expect(headlines.filter((headline) => headline.endsWith('(better)'))).toHaveLength(11);
    expect(after.changes).toBe(before.changes + 40 + 11);
    expect(after.flow).toMatchObject({ received: 86, closes: true });
    // The edited version of article 3 still stands above its first one.
    const { articleId } = (await readTopic(articleChanges)).find(({ record }) =>
      mainHeadline(record!).startsWith('Footbridge 3 '),
    )!;
    expect((await client.article(articleId)).bodies[0]?.value).toContain('Work starts in May.');

    const again = await replayParse('20260101T000003Z-d', { from: 'earliest' }, better);
    expect(again).toMatchObject({ finished: true, outcomes: { emitted: 86 } });
    expect(await state()).toEqual(after);
    // A replay that began earlier and comes late, and one of a later stage, do not undo it.
    await replayParse('20260101T000001Z-e', { from: 'earliest' });
    expect(await state()).toEqual(after);
    expect((await output('replay', 'enrich', '--from', '7d')).code).toBe(0);
    expect((await output('replay', 'store', '--from', '7d')).code).toBe(0);
    expect(await state()).toEqual(after);
    before = after;
  }, 240_000);

  it('killed in mid-run it goes on, and ends as if nothing had been', async () => {
    // By the parser as it is: it takes the better headlines back.
    const parsed = (await readTopic(articleParsed)).length;
    const child = command('replay', 'parse', '--from', 'earliest', '--rate', '20');
    const [, id] = await child.line(/^newsmill: replay (\S+) of parse$/);
    await until('some of it is done', 60_000, async () =>
      (await readTopic(articleParsed)).length > parsed + 10 ? true : undefined,
    );
    expect(await child.end('SIGKILL')).toBe('SIGKILL');
    const stopped = command('replay', 'parse', '--resume', id!, '--rate', '10');
    await stopped.line(/^newsmill: replay/);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect(await stopped.end('SIGINT')).toBe(130);
    await stopped.line(/go on with: newsmill replay parse --resume/);

    const { code, lines } = await output('replay', 'parse', '--resume', id!, '--json');
    expect(code).toBe(0);
    expect(JSON.parse(lines.at(-1)!)).toMatchObject({ finished: true, done: 86, total: 86 });
    const after = await state();
    const headlines = (await client.allArticles()).map(mainHeadline);
    expect(headlines.filter((headline) => headline.endsWith('(better)'))).toEqual([]);
    // Of article 3 the first version gets its right date back before the edited one does, and stands above it until then.
    expect(after.changes).toBe(before.changes + 12);
    expect(after.flow).toEqual(before.flow);
    expect(JSON.parse((await output('replay', 'parse', '--resume', id!, '--json')).lines.at(-1)!)).toMatchObject({
      finished: true,
      outcomes: {},
    });
    before = after;
  }, 240_000);

  it('takes a part of history: by offset, by time, by host, by id', async () => {
    const count = async (...args: string[]): Promise<number> => {
      const { code, lines } = await output('replay', 'parse', '--dry-run', '--json', ...args);
      expect(code).toBe(0);
      return (JSON.parse(lines.at(-1)!) as { selected: number }).selected;
    };
    const lags = await transport.lag(PAGES, groupOf('newsmill', parse));
    expect(await count('--from', 'earliest')).toBe(86);
    expect(await count('--from', `0:${lags[0]!.end - 2n}`)).toBe(2);
    expect(await count('--from', '0', '--to', '1')).toBe(lags.length);
    expect(await count('--from', '1h', '--to', new Date(Date.now() + 60_000).toISOString())).toBe(86);
    expect(await count('--from', 'earliest', '--to', '2026-01-01')).toBe(0);
    expect(await count('--from', 'earliest', '--only', 'site-1.example')).toBe(43);
    const [page] = await readTopic(pageFetched);
    expect(await count('--from', 'earliest', '--only', page!.receiptId, '--only', 'elsewhere.example')).toBe(1);

    const { lines } = await output('replay', 'parse', '--from', 'earliest', '--only', page!.pageId, '--json');
    expect(JSON.parse(lines.at(-1)!)).toMatchObject({ outcomes: { emitted: page!.pageId ? expect.any(Number) : 0 } });
    expect(await state()).toEqual(before);
  }, 240_000);

  it('is received by nobody: the account closes as before, from the metrics too', async () => {
    const metrics = `${running.url}/metrics`;
    const { code, lines } = await output('status', '--json', '--metrics', metrics);
    const report = JSON.parse(lines.join('\n')) as Record<
      string,
      { closes?: boolean; told?: string; replayed?: number }
    >;
    expect([code, report.metrics]).toEqual([0, { closes: true, told: '86 received, as in the database' }]);
    expect(report.counters!.replayed).toBeGreaterThan(86 * 3);
  }, 120_000);

  it.each([
    [['fetch', '--from', '7d'], 2],
    [['parse'], 2],
    [['parse', '--from', 'yesterday'], 2],
    [['parse', '--from', '7d', '--rate', '0'], 2],
    [['parse', '--resume', 'x', '--only', 'y'], 2],
    [['parse', '--resume', 'never-began'], 1],
  ])('replay %j: one line and exit code %i', async (args, expected) => {
    const { code, told } = await output('replay', ...args);
    expect([code, told.length]).toEqual([expected, 1]);
  });
});

type Changes = Partial<Omit<ArticleRecord, 'x'>> & { x?: Partial<ArticleRecord['x']> };

describe('rebuild', () => {
  let before: State;

  /** A version as a newsroom's own format would bring it: numbered, with a status and a note. */
  async function version(number: number, changes: Changes, receiptId: string): Promise<void> {
    const found = (await readTopic(articleEnriched)).find(
      ({ record }) => mainHeadline(record) === `Footbridge ${number} to be repaired`,
    )!;
    const event = {
      ...found,
      receiptId,
      record: { ...found.record, ...changes, x: { ...found.record.x, ...changes.x } },
    };
    await transport.publish([
      encodeEvent('newsmill', articleEnriched, event, { id: receiptId, source: '/test', time: Date.now() }),
    ]);
    await client.settled(receiptId);
  }

  beforeAll(async () => {
    await version(20, { version: '2', x: { corrections: [{ text: 'We erred.' }] } }, 'corrected');
    await version(21, { version: '2', pubStatus: 'canceled', edNote: 'by court order' }, 'withdrawn');
    await version(22, { version: '2', pubStatus: 'canceled' }, 'withdrawn-without-note');
    await version(23, { version: '2', pubStatus: 'withheld' }, 'withheld');
    await version(24, { version: '2', pubStatus: 'canceled' }, 'gone');
    const acquisition = {
      mode: 'push' as const,
      source: 'desk',
      fetchedAt: new Date().toISOString(),
      restore: true as const,
    };
    await version(24, { version: '3', x: { acquisition } }, 'restored');
    await version(25, { version: '9', headlines: [{ value: 'Nine' }] }, 'nine');
    await version(25, { version: '8', headlines: [{ value: 'Eight, late' }] }, 'eight');
    before = await state();
  });

  it('refuses a store that is not empty', async () => {
    const { code, told } = await output('rebuild');
    expect([code, told.length]).toEqual([1, 1]);
    expect(told[0]).toContain('--force');
    expect((await output('rebuild', '--into-schema', 'public')).code).toBe(2);
    expect(await state()).toEqual(before);
  });

  it('beside the store ends in the same hashes', async () => {
    const { code, lines } = await output('rebuild', '--into-schema', 'store_again', '--json');
    expect([code, lines.length]).toEqual([0, 1]);
    expect(JSON.parse(lines[0]!)).toMatchObject({ ...before.hash, changes: before.changes, caughtUp: 0 });
    const hash = JSON.parse((await output('store-hash', '--json')).lines[0]!) as StoreHash;
    expect(JSON.parse((await output('store-hash', '--json', '--schema', 'store_again')).lines[0]!)).toEqual(hash);
    expect((await output('store-hash', '--schema', 'nowhere')).told).toEqual([
      'newsmill: no store is in schema "nowhere"',
    ]);
    const beside = await openStore('store_again');
    const waiting = await beside.query<object[]>('SELECT * FROM outbox');
    const late = await beside.query<object[]>("SELECT * FROM article_version WHERE receipt_id = 'eight'");
    await beside.destroy();
    expect([waiting.length, late.length]).toEqual([0, 1]);
    expect(await state()).toEqual(before);
  }, 120_000);

  it('beside the store replaces what was made there, and waits for nobody to tell of it', async () => {
    const beside = await openStore('store_again');
    try {
      await beside.query(
        'INSERT INTO outbox (article_id, revision, revision_id) SELECT article_id, revision, id FROM article_revision LIMIT 1',
      );
      const { code, lines } = await output('rebuild', '--into-schema', 'store_again', '--force', '--json');
      expect([code, JSON.parse(lines[0]!)]).toMatchObject([0, { ...before.hash, caughtUp: 0 }]);
      expect(await beside.query<object[]>('SELECT * FROM outbox')).toEqual([]);
    } finally {
      await beside.destroy();
    }
  }, 120_000);

  it('killed in mid-run leaves the store as it was; again it replaces it and tells nobody', async () => {
    // It has emptied half of the tables when it has to wait for this one.
    const lock = stored.createQueryRunner();
    try {
      await lock.startTransaction();
      await lock.query('LOCK TABLE article_url IN SHARE MODE');
      const child = command('rebuild', '--force');
      await until('it is at work', 60_000, async () => {
        const waiting = await stored.query<object[]>(
          "SELECT FROM pg_locks WHERE relation = 'article_url'::regclass AND NOT granted",
        );
        return waiting.length > 0 ? true : undefined;
      });
      expect(await child.end('SIGKILL')).toBe('SIGKILL');
    } finally {
      await lock.rollbackTransaction();
      await lock.release();
    }
    expect(await state()).toEqual(before);

    const live = pushAll(200, 220);
    const { code } = await output('rebuild', '--force', '--json');
    expect(code).toBe(0);
    for (const receipt of await live) expect((await client.settled(receipt)).state).toBe('stored');
    const after = await state();
    expect(after.changes).toBe(before.changes + 20);
    expect(after.hash.articles).toBe(before.hash.articles + 20);
    expect(after.flow).toMatchObject({ received: before.flow.received + 20, closes: true });
  }, 240_000);

  it('keeps a withdrawn article withdrawn, whatever comes again of it', async () => {
    const now = await state();
    expect((await output('replay', 'parse', '--from', 'earliest')).code).toBe(0);
    expect(await state()).toEqual(now);
  });

  it('tells what the lost store had settled and not told yet', async () => {
    await running.close();
    // The store is lost with a change that it settled and that never left its outbox.
    const found = (await readTopic(articleEnriched)).find(({ receiptId }) => receiptId === 'nine')!;
    const event = {
      ...found,
      receiptId: 'ten',
      record: { ...found.record, version: '10', headlines: [{ value: 'Ten' }] },
    };
    await transport.publish([
      encodeEvent('newsmill', articleEnriched, event, { id: 'ten', source: '/test', time: Date.now() }),
    ]);
    const group = groupOf('newsmill', { name: 'store' });
    await transport.seek(topicAddress('newsmill', articleEnriched), group, 'latest');
    await stored.query('DROP SCHEMA store CASCADE');
    const { lines } = await output('rebuild', '--json');
    expect(JSON.parse(lines[0]!)).toMatchObject({ caughtUp: 1 });
    running = await runServices(services, { environment });
    client = new NewsmillClient(running.url, KEY);
    await quiet();
    const told = await readTopic(articleChanges);
    expect(told.filter(({ record }) => record !== undefined && mainHeadline(record) === 'Ten')).toHaveLength(1);
    expect(mainHeadline(await client.article(found.articleId))).toBe('Ten');
  });
});
