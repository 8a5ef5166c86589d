import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawnCopier } from '../../../test/support/copier.ts';
import { freshDatabase, postgresUnavailable, topicPrefix } from '../../../test/support/real-parts.ts';
import { Bench, numbers, readAll, record, records, sortedNumbers, values, valuesByKey } from './conformance/bench.js';
import { LogUnavailable } from './log-unavailable.js';
import { partitionOf } from './partitioner.js';
import { append, toRow } from './postgres/append.js';
import { Database } from './postgres/database.js';
import { TopicDirectory } from './postgres/topic-directory.js';
import { PostgresTransport } from './postgres.transport.js';
import { describeTransport, type World } from './transport.conformance.js';

/** A process that sleeps keeps its locks while its connections last: the server ends them, as it would by keepalive. */
async function endBackends(url: string): Promise<void> {
  const database = new Database(url, 'newsmill_log');
  await database.query(
    'terminate',
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE datname = current_database() AND application_name = 'newsmill log' AND pid <> pg_backend_pid()`,
  );
  await database.end();
}

const describePostgres = (await postgresUnavailable()) ? describe.skip : describe;

describePostgres('PostgresTransport on a real server', () => {
  let url: string;
  let drop: () => Promise<void>;
  const create = async (schema?: string) => {
    const transport = new PostgresTransport(schema === undefined ? { url } : { url, schema });
    await transport.connect();
    return transport;
  };
  const openWorld = async (): Promise<World> => ({
    prefix: topicPrefix(),
    create,
    dispose: async () => undefined,
    spawnCopier: (options) => spawnCopier({ postgres: url, ...options }),
    forgetSleepers: () => endBackends(url),
  });

  beforeAll(async () => ({ url, drop } = await freshDatabase()));
  afterAll(async () => drop?.());

  describeTransport('postgres', openWorld);

  describe('publishers', () => {
    const bench = new Bench(openWorld);
    let database: Database;
    beforeAll(async () => {
      await bench.begin();
      database = new Database(url, 'newsmill_log');
    });
    afterAll(async () => {
      await bench.end();
      await database.end();
    });

    it('skip nothing when an earlier transaction commits later, and no foreign transaction holds readers up', async () => {
      const transport = await bench.transport();
      const topic = await bench.topic(transport, { partitions: 2 });
      const [held, free] = [0, 1].map((wanted) =>
        numbers(50)
          .map((n) => `key-${n}`)
          .find((key) => partitionOf(Buffer.from(key), 2) === wanted)!,
      ) as [string, string];
      const reader = await bench.reader(await bench.transport(), { topic, batchSize: 10 });

      const [foreign, open] = [database.client(), database.client()];
      await Promise.all([foreign.connect(), open.connect()]);
      await foreign.query('BEGIN; CREATE TABLE unrelated (n int); INSERT INTO unrelated VALUES (1)');
      await open.query('BEGIN');
      const topics = new TopicDirectory(database);
      const row = await toRow(record(topic, held, '0'), (address) => topics.find(address));
      await append(open, database.schema, [row]);

      const behind = (await bench.transport()).publish([record(topic, held, '1')]);
      const elsewhere = await bench.transport();
      await elsewhere.publish([record(topic, free, '2')]);
      await bench.until('the free partition is read', () => reader.settled.length > 0);
      await elsewhere.publish([record(topic, free, '3')]);
      await bench.until('the free partition goes on', () => reader.settled.length > 1);
      expect(sortedNumbers(reader.settled)).toEqual([2, 3]);

      await open.query('COMMIT');
      await behind;
      await bench.until('the held partition is read', () => reader.settled.length > 3);
      expect(valuesByKey(reader.settled)).toEqual({ [free]: ['2', '3'], [held]: ['0', '1'] });
      expect((await foreign.query('SELECT n FROM unrelated')).rows).toEqual([{ n: 1 }]);
      await Promise.all([foreign.end(), open.end()]);
    });

    it('give the offsets of a transaction that rolled back to the next one', async () => {
      const transport = await bench.transport();
      const topic = await bench.topic(transport);
      const topics = new TopicDirectory(database);
      const row = await toRow(record(topic, 'k', 'lost'), (address) => topics.find(address));
      const open = database.client();
      await open.connect();
      await open.query('BEGIN');
      await append(open, database.schema, [row, row]);
      await open.end();
      await transport.publish([record(topic, 'k', 'kept')]);
      expect((await readAll(transport, topic)).map(({ offset, value }) => [offset, String(value)])).toEqual([
        [0n, 'kept'],
      ]);
    });

    it('do not deadlock when they write to the same topics in different orders', async () => {
      const transports = await Promise.all(numbers(4).map(() => bench.transport()));
      const topics = await Promise.all(numbers(3).map(() => bench.topic(transports[0]!, { partitions: 3 })));
      await Promise.all(
        numbers(60).map((round) => {
          const order = round % 2 === 0 ? topics : [...topics].reverse();
          return transports[round % 4]!.publish(order.flatMap((topic) => records(topic, 4, 4, round * 4)));
        }),
      );
      for (const topic of topics) {
        const found = await readAll(transports[0]!, topic);
        expect(sortedNumbers(found)).toEqual(numbers(240));
        for (const partition of numbers(3)) {
          const offsets = found.filter((one) => one.partition === partition).map(({ offset }) => Number(offset));
          expect(offsets).toEqual(numbers(offsets.length));
        }
      }
    });

    it('cut what is too large for one statement, in one settlement too', async () => {
      const transport = await bench.transport();
      const [topic, output] = [
        await bench.topic(transport, { maxBytes: 4_000_000 }),
        await bench.topic(transport, { partitions: 3, maxBytes: 4_000_000 }),
      ];
      const noise = (await import('./conformance/bench.js')).noise(3_000_000);
      const big = numbers(7).map((n) => ({ ...record(topic, `key-${n}`, ''), value: noise, headers: {} }));
      await transport.publish(big);
      const reader = await bench.reader(transport, {
        topic,
        batchBytes: 100_000_000,
        handle: (batch) => batch.records.map((one) => ({ ...one, topic: output })),
      });
      await bench.until('all are settled', () => reader.settled.length >= 7);
      const found = await readAll(transport, output);
      expect(found.map(({ key }) => String(key)).sort()).toEqual(numbers(7).map((n) => `key-${n}`));
      expect(found.every(({ value }) => value?.equals(noise))).toBe(true);
    });
  });

  describe('schema', () => {
    it('is made once by processes that start together, and schemas do not meet', async () => {
      const together = await Promise.all(numbers(4).map(() => create('other_log')));
      const bench = new Bench(openWorld);
      await together[0]!.applyTopics([bench.spec('a')]);
      await together[1]!.publish([record('a', 'k', 'v')]);
      expect(values(await readAll(together[2]!, 'a'))).toEqual(['v']);
      const first = await create();
      expect(await first.listTopics()).not.toContain('a');
      await Promise.all([first, ...together].map((transport) => transport.close()));
    });

    it('is refused when a newer newsmill made it', async () => {
      const transport = await create('newer_log');
      await transport.close();
      const database = new Database(url, 'newer_log');
      await database.query('raise the version', 'UPDATE newer_log.schema_version SET version = 99');
      await expect(create('newer_log')).rejects.toThrow(/version 99.*newer newsmill/);
      await database.end();
    });

    it('has a name that needs no quoting', () => {
      expect(() => new PostgresTransport({ url, schema: 'Robert"; DROP' })).toThrow(/schema: /);
    });
  });

  it('has one member of a group in a transport', async () => {
    const transport = await create();
    const bench = new Bench(openWorld);
    await transport.applyTopics([bench.spec('single')]);
    const options = {
      topic: 'single',
      group: 'g',
      batchSize: 1,
      batchBytes: 1,
      onBatch: async () => ({ publish: [] }),
    };
    const consumer = await transport.subscribe(options);
    await expect(transport.subscribe(options)).rejects.toThrow(/g already has a member on single/);
    await consumer.stop();
    await transport.subscribe(options);
    await transport.close();
  });

  it('says LogUnavailable, without the password, when no server answers', async () => {
    const transport = new PostgresTransport({ url: 'postgresql://user:secret@127.0.0.1:1/newsmill' });
    const failure: unknown = await transport.connect().catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(LogUnavailable);
    expect(String(failure)).toMatch(/127\.0\.0\.1:1\/newsmill/);
    expect(String(failure)).not.toContain('secret');
    await expect(transport.publish([record('t', 'k', 'v')])).rejects.toBeInstanceOf(LogUnavailable);
    await expect(transport.ping()).rejects.toBeInstanceOf(LogUnavailable);
    await transport.close();
  });
});
