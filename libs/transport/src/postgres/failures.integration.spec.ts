import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { freshDatabase, postgresUnavailable, topicPrefix } from '../../../../test/support/real-parts.ts';
import {
  Bench,
  numbers,
  type Reader,
  readAll,
  record,
  records,
  sortedNumbers,
  values,
  valuesByKey,
} from '../conformance/bench.js';
import { PartitionLost } from '../partition-lane.js';
import { PostgresTransport } from '../postgres.transport.js';
import { Database } from './database.js';
import { PostgresPartition, type Taken } from './held-partition.js';
import { KnownEnds } from './known-ends.js';
import { LogReader } from './log-reader.js';
import { Publisher } from './publisher.js';
import { Session } from './session.js';
import { TopicDirectory } from './topic-directory.js';

const describePostgres = (await postgresUnavailable()) ? describe.skip : describe;

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));

/** Handles each batch when it is told to on stdin; its output is `child`. Says what it does on stdout. */
const CHILD = `
  import { once } from 'node:events';
  import { PostgresTransport } from '@newsmill/transport';
  const [url, topic, group, output] = process.argv.slice(1);
  const transport = new PostgresTransport({ url });
  await transport.connect();
  const consumer = await transport.subscribe({ topic, group, batchSize: 10, batchBytes: 1_000_000, onBatch: async (batch) => {
    console.log('handling ' + batch.records.length);
    await once(process.stdin, 'data');
    console.log('handled');
    return {
      publish: batch.records.map(({ key, value }) => ({ topic: output, key, value: Buffer.from('child ' + value), headers: {} })),
      onSettled: () => console.log('settled'),
    };
  } });
  let state;
  setInterval(() => {
    if (consumer.state + consumer.assigned !== state) console.log((state = consumer.state + consumer.assigned));
  }, 20);
`;

describePostgres('PostgresTransport when things break', () => {
  let fresh: Awaited<ReturnType<typeof freshDatabase>>;
  let database: Database;
  const children: ChildProcess[] = [];
  const bench = new Bench(async () => ({
    prefix: topicPrefix(),
    create: async () => {
      const transport = new PostgresTransport({ url: fresh.url });
      await transport.connect();
      return transport;
    },
    dispose: () => fresh.drop(),
  }));

  beforeAll(async () => {
    fresh = await freshDatabase();
    database = new Database(fresh.url, 'newsmill_log');
    await bench.begin();
  });
  afterEach(async () => {
    for (const child of children.splice(0)) {
      child.kill('SIGKILL');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    }
    await bench.clear();
  });
  afterAll(async () => {
    await database?.end();
    await bench.end();
  });

  /** Backends of transports, but not of this file's own pool. */
  const terminate = async (): Promise<number> => {
    const rows = await database.query(
      'terminate',
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE datname = current_database() AND application_name = 'newsmill log' AND pid <> pg_backend_pid()`,
    );
    return rows.length;
  };

  const startChild = (...args: string[]) => {
    const child = spawn(
      process.execPath,
      [
        ...['--experimental-transform-types', '--disable-warning=ExperimentalWarning'],
        ...['--import', './test/support/resolve-sources.ts', '--input-type=module', '--eval', CHILD, '--'],
        ...args,
      ],
      { cwd: ROOT, stdio: ['pipe', 'pipe', 'inherit'] },
    );
    children.push(child);
    const said: string[] = [];
    createInterface(child.stdout).on('line', (line) => said.push(line));
    return { child, said };
  };

  it('refuses the commit and the outputs of a holder that was replaced', async () => {
    const transport = await bench.transport();
    const [input, output] = [await bench.topic(transport), await bench.topic(transport)];
    await transport.publish(records(input, 4));
    const topics = new TopicDirectory(database);
    const topic = await topics.find(input);
    const parts = {
      database,
      session: new Session(database, { onLost: () => undefined, onNotified: () => undefined }),
      reader: new LogReader(database),
      publisher: new Publisher(database, topics, () => undefined),
      ends: new KnownEnds(),
      announceGroup: () => undefined,
      heardEnds: () => undefined,
      announceEnds: () => undefined,
    };
    parts.ends.raise({ topicId: topic.id, partition: 0, end: 4n });
    const take = async () => {
      const [taken] = await database.query<Taken>(
        'take',
        `INSERT INTO newsmill_log.positions AS p VALUES ($1, 'g', 0, 0, 1)
         ON CONFLICT (topic_id, group_name, partition) DO UPDATE SET epoch = p.epoch + 1 RETURNING committed, epoch`,
        [topic.id],
      );
      const options = {
        topic: input,
        group: 'g',
        batchSize: 2,
        batchBytes: 1_000,
        onBatch: async () => ({ publish: [] }),
      };
      return new PostgresPartition(parts, topic, options, 0, taken!);
    };
    const { signal } = new AbortController();
    const zombie = await take();
    const stale = (await zombie.next())!;
    const holder = await take();
    const batch = (await holder.next())!;
    expect(values(batch.records)).toEqual(values(stale.records));

    await expect(zombie.settle(stale, [record(output, 'k', 'zombie')], signal)).rejects.toBeInstanceOf(PartitionLost);
    await expect(zombie.settle(stale, [], signal)).rejects.toBeInstanceOf(PartitionLost);
    await holder.settle(batch, [record(output, 'k', 'holder')], signal);
    await expect(zombie.settle(stale, [record(output, 'k', 'zombie')], signal)).rejects.toBeInstanceOf(PartitionLost);
    expect(values(await readAll(transport, output))).toEqual(['holder']);
    expect((await transport.lag(input, 'g')).map(({ committed }) => committed)).toEqual([2n]);
  });

  it('settles every batch exactly once while connections are cut again and again', async () => {
    const admin = await bench.transport();
    const [input, output] = [await bench.topic(admin, { partitions: 4 }), await bench.topic(admin, { partitions: 3 })];
    const sent = records(input, 1_500, 40);
    await admin.publish(sent);
    const group = bench.name('group');
    const handle = async (batch: { records: typeof sent }) => {
      await sleep(10);
      return batch.records.map(({ key, value }) => ({ topic: output, key, value, headers: {} }));
    };
    const members: Reader[] = [];
    for (const transport of [await bench.transport(), await bench.transport()]) {
      members.push(await bench.reader(transport, { topic: input, group, batchSize: 5, handle }));
    }
    for (const round of numbers(8)) {
      const before = members.flatMap(({ settled }) => settled).length;
      await bench.until(`work goes on after cut ${round}`, () => {
        const now = members.flatMap(({ settled }) => settled).length;
        return now > before || now >= 1_400;
      });
      expect(await terminate()).toBeGreaterThan(0);
    }
    await bench.until('nothing is left', async () => {
      const lags = await admin.lag(input, group).catch(() => []);
      return lags.length > 0 && lags.every(({ lag }) => lag === 0n);
    });
    const written = await readAll(admin, output);
    expect(sortedNumbers(written)).toEqual(numbers(1_500));
    expect(valuesByKey(written)).toEqual(valuesByKey(sent));
    await bench.untilShared(
      4,
      members.map(({ consumer }) => consumer),
    );
  });

  it('takes over at once from a process that was killed in mid-batch', async () => {
    const transport = await bench.transport();
    const [input, output, group] = [await bench.topic(transport), await bench.topic(transport), bench.name('group')];
    await transport.publish(records(input, 20));
    const { child, said } = startChild(fresh.url, input, group, output);
    await bench.until('the child has a batch in hand', () => said.includes('handling 10'));
    child.stdin.write('go\n');
    await bench.until(
      'the child has the second batch in hand',
      () => said.filter((line) => line === 'handling 10').length === 2,
    );
    const heir = await bench.reader(transport, {
      topic: input,
      group,
      handle: (batch) => batch.records.map(({ key, value }) => ({ topic: output, key, value, headers: {} })),
    });
    await bench.until('the heir waits', () => heir.consumer.state === 'running');
    expect(heir.batches).toEqual([]);
    child.kill('SIGKILL');
    await bench.until('the heir has settled the rest', () => heir.settled.length >= 10);
    expect(values(await readAll(transport, output))).toEqual(numbers(20).map((n) => (n < 10 ? `child ${n}` : `${n}`)));
  });

  it('lets a process that slept through its replacement settle nothing; it joins again', async () => {
    const publisher = await bench.transport();
    const [input, output, group] = [
      await bench.topic(publisher, { partitions: 2 }),
      await bench.topic(publisher),
      bench.name('group'),
    ];
    await bench.clear();
    const { child, said } = startChild(fresh.url, input, group, output);
    await bench.until('the child holds both partitions', () => said.includes('running0,1'));
    const transport = await bench.transport();
    await transport.publish(records(input, 10));
    await bench.until('the child has a batch in hand', () => said.some((line) => line.startsWith('handling')));
    child.kill('SIGSTOP');
    await terminate();
    const heir = await bench.reader(transport, {
      topic: input,
      group,
      handle: (batch) => batch.records.map(({ key, value }) => ({ topic: output, key, value, headers: {} })),
    });
    await bench.until('the heir has settled everything', () => heir.settled.length >= 10);
    child.stdin.write('go\ngo\n');
    child.kill('SIGCONT');
    await bench.until('both share the partitions', () => /^running[01]$/.test(said.at(-1) ?? ''));
    expect(said).not.toContain('settled');
    expect(sortedNumbers(await readAll(transport, output))).toEqual(numbers(10));
  });
});
