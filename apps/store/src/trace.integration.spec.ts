import { articleOutcomes, type EventOf } from '@newsmill/contracts';
import { loadSettings, migrate, openDataSource, serviceSettings } from '@newsmill/service';
import { articleIdOf, pageIdOf } from '@newsmill/web';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { DataSource } from 'typeorm';
import { freshDatabase } from '../../../test/support/real-parts.ts';
import { writeGuids } from './article-guids.js';
import { stepsSince, sweepSteps, toSteps } from './receipt-steps.js';
import { ReceiptStore } from './receipt-store.js';
import { toReports } from './store.controller.js';
import { storeDatabase } from './store.database.js';
import { ARTICLES_QUERY, GUID_QUERY, receiptsOf, stepsOf, traceOf, VERSIONS_QUERY } from './trace.js';

type Outcomes = EventOf<typeof articleOutcomes>;

const NOW = Date.parse('2026-03-01T12:00:00.000Z');
const ALWAYS = new Date(0);
const ARTICLE = articleIdOf({ publisher: 'courier', guid: 'g-1' });

let fresh: Awaited<ReturnType<typeof freshDatabase>>;
let database: DataSource;
let receipts: ReceiptStore;

beforeAll(async () => {
  fresh = await freshDatabase();
  const settings = loadSettings(serviceSettings, { NEWSMILL_DATABASE_URL: fresh.url });
  await migrate(storeDatabase, settings);
  database = await openDataSource(storeDatabase, { ...settings, migrate: false }, { queryTimeoutMs: 0 });
  receipts = new ReceiptStore(database);
}, 120_000);

afterAll(async () => {
  await database?.destroy();
  await fresh?.drop();
});

/** What the `record` stage does with outcome events. */
async function record(batches: readonly Outcomes[], since = ALWAYS): Promise<void> {
  const read = batches.map((batch) => articleOutcomes.reader.parse(batch));
  await receipts.reportAll(
    read.flatMap(toReports),
    read.flatMap((batch) => toSteps(batch, since)),
  );
}

const at = (minute: number): string => new Date(NOW + minute * 60_000).toISOString();

/** A batch of one event, settled by a stage. */
const said = (
  stage: string,
  minute: number,
  settled: Omit<Outcomes['settled'][number], 'id'>,
  topic?: string,
): Outcomes => ({
  stage,
  at: at(minute),
  ...(topic !== undefined && { topic, partition: 3 }),
  settled: [{ id: 'https://courier.example/1', ...settled }],
});

const told = async (what: string): Promise<unknown[]> =>
  (await traceOf(database, what, 'courier')).steps.map(({ stage, outcome, reason, topic, partition, offset }) => [
    stage,
    outcome,
    reason,
    topic === null ? null : `${topic}/${partition}/${offset}`,
  ]);

describe('the steps of a receipt', () => {
  const way = [
    said('push', 0, { receiptId: 'r-1', outcome: 'received' }),
    said('fetch', 1, { receiptId: 'r-1', outcome: 'dead', reason: 'remote: 503', offset: '7' }, 'n.link.v1'),
    said('redrive', 2, { receiptId: 'r-1', outcome: 'received', redrives: 1, reason: 're-driven from fetch/3/0' }),
    said('fetch', 3, { receiptId: 'r-1', outcome: 'emitted', redrives: 1, offset: '8' }, 'n.link.v1'),
    said(
      'parse',
      4,
      { receiptId: 'r-1', outcome: 'emitted', redrives: 1, offset: '90', articleId: ARTICLE },
      'n.page.v1',
    ),
    said('enrich', 5, { receiptId: 'r-1', outcome: 'emitted', redrives: 1, offset: '1', articleId: ARTICLE }, 'n.p.v1'),
    said(
      'store',
      6,
      { receiptId: 'r-1', outcome: 'done', reason: 'stored', redrives: 1, offset: '9007199254740993' },
      'n.e.v1',
    ),
  ];
  const expected = [
    ['push', 'received', null, null],
    ['fetch', 'dead', 'remote: 503', 'n.link.v1/3/7'],
    ['redrive', 'received', 're-driven from fetch/3/0', null],
    ['fetch', 'emitted', null, 'n.link.v1/3/8'],
    ['parse', 'emitted', null, 'n.page.v1/3/90'],
    ['enrich', 'emitted', null, 'n.p.v1/3/1'],
    ['store', 'done', 'stored', 'n.e.v1/3/9007199254740993'],
  ];

  it('are told in their order, with place and reason, also of what died, under every name of the thing', async () => {
    await record(way);
    for (const what of ['r-1', 'https://courier.example/1?utm_source=x', ARTICLE, 'g-1']) {
      expect([what, await told(what)]).toEqual([what, expected]);
    }
  });

  it('stay the same when batches come again: in any order, cut otherwise, at another time', async () => {
    await record([...way].reverse());
    await record(way.slice(2, 4).map((batch) => ({ ...batch, at: at(60) })));
    expect(await told('r-1')).toEqual(expected);
  });

  it('of what is rejected tell why; what no text may hold is taken out', async () => {
    const subject = pageIdOf({ publisher: 'courier', guid: 'g-2' });
    const rejected = said(
      'parse',
      1,
      { receiptId: 'r-2', outcome: 'rejected', reason: 'a list\0 page \ud800' },
      'n.page.v1',
    );
    await record([{ ...rejected, settled: [{ ...rejected.settled[0]!, id: subject, offset: '4' }] }]);
    expect(await told('g-2')).toEqual([['parse', 'rejected', 'a list page \ufffd', 'n.page.v1/3/4']]);
  });

  it('of a replay stand beside those of the first way; older events without a place are taken too', async () => {
    const first = { receiptId: 'r-3', outcome: 'emitted', offset: '5' } as const;
    await record([
      said('parse', 1, first, 'n.page.v1'),
      said('parse', 2, { ...first, replay: 'news.page.fetched.v1=20260301T1201-a' }, 'n.page.v1'),
      said('enrich', 3, { receiptId: 'r-3', outcome: 'emitted' }),
    ]);
    const { steps } = await traceOf(database, 'r-3', 'default');
    expect(steps.map(({ stage, replay, topic }) => [stage, replay, topic])).toEqual([
      ['parse', '', 'n.page.v1'],
      ['parse', 'news.page.fetched.v1=20260301T1201-a', 'n.page.v1'],
      ['enrich', '', null],
    ]);
  });

  it('are swept when their time is over, and not taken again; the receipt stays', async () => {
    const [old, young] = [
      said('parse', -31 * 24 * 60, { receiptId: 'r-4', outcome: 'emitted', offset: '1' }, 'n.page.v1'),
      said('store', 0, { receiptId: 'r-4', outcome: 'done', reason: 'stored', offset: '1' }, 'n.e.v1'),
    ];
    await record([old, young]);
    expect(await told('r-4')).toHaveLength(2);
    expect(await sweepSteps(database, stepsSince(30, NOW))).toBe(1);
    await record([old, young], stepsSince(30, NOW));
    expect(await told('r-4')).toEqual([['store', 'done', 'stored', 'n.e.v1/3/1']]);
    await sweepSteps(database, stepsSince(0, NOW + 24 * 60 * 60_000));
    const trace = await traceOf(database, 'r-4', 'default');
    expect([trace.steps, trace.receipts.map(({ state }) => state)]).toEqual([[], ['stored']]);
  });

  it('are removed in many statements where they are many', async () => {
    await database.query(
      `INSERT INTO receipt_step (receipt_id, id, at, stage, outcome, redrives, replay)
       SELECT 'r-5', gen_random_uuid(), '2020-01-01', 'parse', 'emitted', 0, '' FROM generate_series(1, 12000)`,
    );
    expect(await sweepSteps(database, new Date('2021-01-01'))).toBe(12_000);
    expect(await sweepSteps(database, new Date('2021-01-01'))).toBe(0);
  });
});

describe('guids', () => {
  const id = (number: number): string => articleIdOf({ url: `https://guids.example/${number}` });
  const store = (number: number, ...guids: (string | undefined)[]): Promise<void> => {
    const altIds = guids.map((value) => ({ role: 'guid', ...(value !== undefined && { value }) }));
    return writeGuids(database.manager, [
      { articleId: id(number), record: { altIds: [{ role: 'url', value: 'u' }, ...altIds] } },
    ]);
  };
  const found = async (guid: string): Promise<string[]> => (await traceOf(database, guid, 'another')).articleIds;

  it('lead to their articles whoever the publisher is, long ones and odd ones too', async () => {
    const long = '🗞'.repeat(2_000);
    await store(1, 'tag:x,2026:1', 'tag:x,2026:1');
    await store(1, 'tag:x,2026:1');
    await store(2, 'tag:x,2026:1', long);
    await store(3, 'with\0nul', '\ud800', '', undefined);
    await writeGuids(database.manager, [{ articleId: id(4), record: {} }]);
    expect((await found('tag:x,2026:1')).sort()).toEqual([id(1), id(2)].sort());
    expect(await found(long)).toEqual([id(2)]);
    expect(await found('withnul')).toEqual([id(3)]);
    expect(await found('u')).toEqual([]);
  });
});

describe('the migration', () => {
  it('learns the guids of articles that are there, but of those that PostgreSQL cannot look into', async () => {
    const own = await freshDatabase();
    const settings = loadSettings(serviceSettings, { NEWSMILL_DATABASE_URL: own.url, NEWSMILL_MIGRATE: 'false' });
    const at = storeDatabase.migrations.findIndex(({ name }) => name === 'ReceiptSteps1764288000000');
    await migrate({ ...storeDatabase, migrations: storeDatabase.migrations.slice(0, at) }, settings);
    const source = await openDataSource(storeDatabase, settings);
    try {
      const records = [
        {
          altIds: [
            { role: 'url', value: 'u' },
            { role: 'guid', value: 'g' },
            { role: 'guid', value: 'g' },
          ],
        },
        { altIds: [{ role: 'guid', value: 'nul' }], by: '\0' },
        { altIds: [{ role: 'guid', value: 'half' }], by: '\ud83d' },
        {},
      ];
      for (const [index, record] of records.entries()) {
        await source.query(
          `INSERT INTO article (id, revision, pub_status, record, receipt_id, replay, stored_at, changed_at)
           VALUES ($1, 1, 'usable', $2, 'r', '', now(), now())`,
          [articleIdOf({ url: `https://old.example/${index}` }), JSON.stringify(record)],
        );
      }
      await migrate(storeDatabase, settings);
      expect(await source.query('SELECT guid, article_id AS id FROM article_guid')).toEqual([
        { guid: 'g', id: articleIdOf({ url: 'https://old.example/0' }) },
      ]);
    } finally {
      await source.destroy();
      await own.drop();
    }
  });
});

describe('among 100,000 receipts', () => {
  beforeAll(async () => {
    await database.query(
      `INSERT INTO article (id, revision, pub_status, record, receipt_id, replay, stored_at, changed_at)
       SELECT ('00000000-0000-8000-8000-' || lpad(n::text, 12, '0'))::uuid, 1, 'usable',
         '{}',
         'many-r-' || n, '', now(), now()
       FROM generate_series(1, 100000) AS n`,
    );
    await database.query(
      `INSERT INTO article_url (url, article_id, is_own)
       SELECT 'https://many.example/' || n, ('00000000-0000-8000-8000-' || lpad(n::text, 12, '0'))::uuid, true
       FROM generate_series(1, 100000) AS n`,
    );
    await database.query(
      `INSERT INTO article_guid (guid, article_id)
       SELECT 'many-' || n, ('00000000-0000-8000-8000-' || lpad(n::text, 12, '0'))::uuid
       FROM generate_series(1, 100000) AS n`,
    );
    await database.query(
      `INSERT INTO article_version (receipt_id, article_id, replay, confirmed, superseded, version_created, accepted_at,
         pub_status, restores, record, stored_at)
       SELECT receipt_id, id, '', '', false, stored_at, stored_at, 'usable', false, '{}', stored_at
       FROM article WHERE receipt_id LIKE 'many-%'`,
    );
    await database.query(
      `INSERT INTO article_revision (article_id, revision, change_kind, fields, pub_status, version_id, told_at)
       SELECT article_id, 1, 'new', '{}', 'usable', id, stored_at FROM article_version WHERE receipt_id LIKE 'many-%'`,
    );
    await database.query(
      `INSERT INTO receipt (id, state, rank, article_id, updated_at, door, subject, received_at)
       SELECT 'many-r-' || n, 'stored', 30001, ('00000000-0000-8000-8000-' || lpad(n::text, 12, '0'))::uuid, now(), 'push',
         'https://many.example/' || n, now()
       FROM generate_series(1, 100000) AS n`,
    );
    await database.query(
      `INSERT INTO receipt_step (receipt_id, id, at, stage, outcome, redrives, replay)
       SELECT 'many-r-' || n, gen_random_uuid(), timestamptz '2026-03-01' + n * interval '1 second', stage, 'emitted', 0, ''
       FROM generate_series(1, 100000) AS n, unnest(ARRAY['push', 'fetch', 'parse', 'enrich', 'store']) AS stage`,
    );
    await database.query('ANALYZE');
  }, 180_000);

  const article = '00000000-0000-8000-8000-000000050000';

  /** Kinds of nodes in the plan of a statement, and the indexes that it uses. */
  async function plan(sql: string, parameters: unknown[]): Promise<{ kinds: string[]; indexes: string[] }> {
    const [{ 'QUERY PLAN': plans }] = await database.query<[{ 'QUERY PLAN': [{ Plan: PlanNode }] }]>(
      `EXPLAIN (FORMAT JSON) ${sql}`,
      parameters,
    );
    const nodes: PlanNode[] = [plans[0].Plan];
    for (const node of nodes) nodes.push(...(node.Plans ?? []));
    return {
      kinds: nodes.map((node) => node['Node Type']),
      indexes: nodes.flatMap((node) => node['Index Name'] ?? []).sort(),
    };
  }

  interface PlanNode {
    'Node Type': string;
    'Index Name'?: string;
    Plans?: PlanNode[];
  }

  const statements: [string, () => [string, unknown[]], unknown[]][] = [
    [
      'an article by address or id',
      () => [ARTICLES_QUERY, [['https://many.example/50000'], [article]]],
      ['article_url_pk', 'article_version_article_idx'],
    ],
    ['an article by guid', () => [GUID_QUERY, ['many-50000']], ['article_guid_pk']],
    [
      'receipts',
      () => {
        const ids = ['https://many.example/50000', 'many-r-50000'];
        const [sql, parameters] = receiptsOf(database, 'many-r-50000', ids, [article]).getQueryAndParameters();
        return [sql, parameters];
      },
      ['receipt_article_idx', 'receipt_pk', 'receipt_subject_idx'],
    ],
    [
      'steps',
      () => {
        const [sql, parameters] = stepsOf(database, ['many-r-50000', 'many-r-50001']).getQueryAndParameters();
        return [sql, parameters];
      },
      ['receipt_step_pk'],
    ],
    [
      'versions',
      () => [VERSIONS_QUERY, [[article], 1000]],
      [expect.stringMatching(/^article_revision_/), 'article_version_article_idx'],
    ],
    [
      'what is to be swept',
      () => ['SELECT ctid FROM receipt_step WHERE at < $1 LIMIT 5000', [new Date(NOW - 1e10)]],
      ['receipt_step_at_idx'],
    ],
  ];

  it.each(statements)('%s: found by index, no table is read through', async (_, statement, indexes) => {
    const used = await plan(...statement());
    expect(used.kinds).not.toContain('Seq Scan');
    expect(used.indexes).toEqual(indexes);
  });

  it('finds the whole story under each name', async () => {
    for (const what of ['many-r-50000', 'https://many.example/50000', article, 'many-50000']) {
      const trace = await traceOf(database, what, 'default');
      expect([what, trace.receipts.map(({ id }) => id), trace.steps.length, trace.versions.length]).toEqual([
        what,
        ['many-r-50000'],
        5,
        1,
      ]);
    }
  });
});
