import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { NewRecord } from '@newsmill/stage';
import { freshDatabase, postgresUnavailable } from '../../../../test/support/real-parts.ts';
import { Bench, numbers, readAll, record, records, values } from '../conformance/bench.js';
import { PostgresTransport } from '../postgres.transport.js';
import { Database } from './database.js';
import { Janitor } from './janitor.js';

const describePostgres = (await postgresUnavailable()) ? describe.skip : describe;

describePostgres('Janitor', () => {
  let fresh: Awaited<ReturnType<typeof freshDatabase>>;
  let database: Database;
  let transport: PostgresTransport;
  let janitor: Janitor;
  const bench = new Bench(async () => {
    throw new Error('not used');
  });
  const group = (topic: string) => `reads-${topic}`;

  beforeAll(async () => {
    fresh = await freshDatabase();
    database = new Database(fresh.url, 'newsmill_log');
    transport = new PostgresTransport({ url: fresh.url });
    await transport.connect();
    janitor = new Janitor(database, () => undefined);
  });

  afterAll(async () => {
    await transport?.close();
    await database?.end();
    await fresh?.drop();
  });

  it('removes records by age, also those that nobody has read, and readers go on behind them', async () => {
    await transport.applyTopics([bench.spec('aged', { retentionMs: 86_400_000 })]);
    await transport.publish(records('aged', 1_200));
    expect(await janitor.sweep()).toBe(0);
    await sleep(60);
    await transport.applyTopics([bench.spec('aged', { retentionMs: 50 })]);
    expect(await janitor.sweep()).toBe(1_200);
    await transport.applyTopics([bench.spec('aged', { retentionMs: 86_400_000 })]);
    expect(await transport.lag('aged', group('aged'))).toEqual([
      { partition: 0, committed: 1_200n, end: 1_200n, lag: 0n },
    ]);
    await transport.publish(records('aged', 3, 1, 1_200));
    expect((await readAll(transport, 'aged')).map(({ offset }) => offset)).toEqual([1_200n, 1_201n, 1_202n]);

    const seen = Promise.withResolvers<string[]>();
    const consumer = await transport.subscribe({
      topic: 'aged',
      group: group('aged'),
      batchSize: 10,
      batchBytes: 1_000,
      onBatch: async (batch) => {
        seen.resolve(values(batch.records));
        return { publish: [] };
      },
    });
    expect(await seen.promise).toEqual(['1200', '1201', '1202']);
    await consumer.stop();
  });

  it('keeps the young records of a partition', async () => {
    await transport.applyTopics([bench.spec('young', { retentionMs: 3_600_000 })]);
    await transport.publish(records('young', 5));
    await database.query('age two', 'UPDATE newsmill_log.records SET logged_at = 0 WHERE record_offset < 2');
    await janitor.sweep();
    expect(values(await readAll(transport, 'young'))).toEqual(['2', '3', '4']);
  });

  it('keeps the latest record of each key on a compacted topic, in order and at its offset', async () => {
    await transport.applyTopics([bench.spec('state', { cleanup: 'compact', retentionMs: 3_600_000 })]);
    await transport.publish(records('state', 1_500, 7));
    await transport.publish([{ ...record('state', 'key-2', ''), value: null }]);
    await janitor.sweep();
    const latest = () => readAll(transport, 'state');
    const expected = [...numbers(1_500).slice(-7)].filter((n) => n % 7 !== 2).map(String);
    expect(values(await latest())).toEqual([...expected, '<null>']);
    expect((await latest()).at(-1)?.offset).toBe(1_500n);

    await transport.publish([record('state', 'key-5', 'newest')]);
    await janitor.sweep();
    expect(values(await latest()).filter((value) => Number(value) % 7 === 5)).toEqual([]);
    expect(values(await latest()).at(-1)).toBe('newest');
  });

  it('removes a tombstone after the retention of its topic, and nothing else', async () => {
    await transport.applyTopics([bench.spec('gone', { cleanup: 'compact', retentionMs: 86_400_000 })]);
    const tombstone: NewRecord = { topic: 'gone', key: Buffer.from('a'), value: null, headers: {} };
    await transport.publish([record('gone', 'a', 'first'), record('gone', 'b', 'stays'), tombstone]);
    await janitor.sweep();
    expect(values(await readAll(transport, 'gone'))).toEqual(['stays', '<null>']);
    await sleep(60);
    await transport.applyTopics([bench.spec('gone', { cleanup: 'compact', retentionMs: 50 })]);
    await janitor.sweep();
    expect(values(await readAll(transport, 'gone'))).toEqual(['stays']);
  });

  it('compacts what was written before a topic became compacted', async () => {
    await transport.applyTopics([bench.spec('turned')]);
    await transport.publish(records('turned', 20, 4));
    await transport.applyTopics([bench.spec('turned', { cleanup: 'compact' })]);
    await janitor.sweep();
    expect(values(await readAll(transport, 'turned'))).toEqual(['16', '17', '18', '19']);
  });

  it('refuses a record without a key on a compacted topic', async () => {
    await transport.applyTopics([bench.spec('keyed', { cleanup: 'compact' })]);
    await expect(transport.publish([record('keyed', null, 'v')])).rejects.toThrow(/keyed.*no key/);
  });

  it('leaves the work to the process that is at it', async () => {
    const client = database.client();
    await client.connect();
    const { lockKey } = await import('./database.js');
    await client.query('SELECT pg_advisory_lock($1)', [lockKey('janitor', database.schema)]);
    expect(await janitor.sweep()).toBeUndefined();
    await client.end();
    const end = Date.now() + 30_000;
    while ((await janitor.sweep()) === undefined && Date.now() < end) await sleep(20);
    expect(await janitor.sweep()).toBe(0);
  });
});
