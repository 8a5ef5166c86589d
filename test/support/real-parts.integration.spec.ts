import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from '@jest/globals';
import { Kafka, logLevel } from 'kafkajs';
import { Client } from 'pg';
import {
  freshDatabase,
  kafkaUnavailable,
  postgresUnavailable,
  startKafka,
  startPostgres,
  topicPrefix,
} from './real-parts.ts';

const describePostgres = (await postgresUnavailable()) ? describe.skip : describe;
const describeKafka = (await kafkaUnavailable()) ? describe.skip : describe;

describePostgres('the real PostgreSQL', () => {
  it('is version 18 and commits synchronously', async () => {
    const { url, via } = await startPostgres();
    expect(['given', 'testcontainers', 'embedded']).toContain(via);
    const [row] = await query(
      url,
      `SELECT current_setting('server_version_num')::int AS version, current_setting('synchronous_commit') AS sync`,
    );
    expect(row).toEqual({ version: expect.any(Number), sync: 'on' });
    expect(row?.['version']).toBeGreaterThanOrEqual(180_000);
  });

  it('gives each asker a database of its own', async () => {
    const [first, second] = await Promise.all([freshDatabase(), freshDatabase()]);
    await query(first.url, 'CREATE TABLE mine (id int)');
    expect(await query(second.url, `SELECT to_regclass('mine')::text AS found`)).toEqual([{ found: null }]);
    await Promise.all([first.drop(), second.drop()]);
    await expect(query(first.url, 'SELECT 1')).rejects.toThrow(/does not exist/);
  });
});

describeKafka('the real Kafka', () => {
  it('keeps what was produced and gives it to a consumer', async () => {
    const { brokers } = await startKafka();
    const kafka = new Kafka({ brokers, logLevel: logLevel.NOTHING });
    const topic = `${topicPrefix()}.answered`;
    const [admin, producer, consumer] = [kafka.admin(), kafka.producer(), kafka.consumer({ groupId: topic })];
    await Promise.all([admin.connect(), producer.connect(), consumer.connect()]);
    try {
      await admin.createTopics({ topics: [{ topic, numPartitions: 1 }], waitForLeaders: true });
      await producer.send({ topic, acks: -1, messages: [{ key: 'k', value: 'v' }] });
      const received = Promise.withResolvers<[string | undefined, string | undefined]>();
      await consumer.subscribe({ topic, fromBeginning: true });
      await consumer.run({
        eachMessage: async ({ message }) => received.resolve([message.key?.toString(), message.value?.toString()]),
      });
      expect(await received.promise).toEqual(['k', 'v']);
    } finally {
      await consumer.disconnect();
      await producer.disconnect();
      await admin.deleteTopics({ topics: [topic] });
      await admin.disconnect();
    }
  });
});

describePostgres('a test run that is killed', () => {
  let run: ChildProcess | undefined;
  afterEach(() => {
    run?.kill('SIGKILL');
  });

  it.each(['SIGINT', 'SIGKILL'] as const)('leaves no server and no folder behind (%s)', async (signal) => {
    const support = (file: string): string => fileURLToPath(new URL(file, import.meta.url));
    const program = `
      const { startEmbeddedPostgres } = await import('@newsmill/embedded-postgres');
      const { holdFolder } = await import(process.argv[1]);
      const folder = await holdFolder('killed');
      const { url } = await startEmbeddedPostgres({ dataDir: folder.path, durable: false });
      console.log(JSON.stringify({ url, folder: folder.path }));
      setInterval(() => undefined, 1000);
    `;
    run = spawn(
      process.execPath,
      ['--import', support('./resolve-sources.ts'), '--input-type=module', '-e', program, support('./held-folder.ts')],
      { stdio: ['ignore', 'pipe', 'inherit'], cwd: support('.') },
    );
    const [line] = (await once(createInterface({ input: run.stdout! }), 'line')) as [string];
    const { url, folder } = JSON.parse(line) as { url: string; folder: string };
    expect(await query(url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    expect(existsSync(folder)).toBe(true);
    run.kill(signal);
    while (existsSync(folder)) await delay(50);
    await expect(query(url, 'SELECT 1')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });
});

async function query(url: string, statement: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(statement)).rows;
  } finally {
    await client.end();
  }
}
