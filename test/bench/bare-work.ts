/**
 * The least that the same articles cost: extraction, kafkajs transactions for the same bytes over the same number of
 * topics, and batched upserts of the same rows; no envelope, no checks, no enrichment, no receipts. One process on the
 * broker and the database of the bench, which measures its CPU time.
 *
 * node bare-work.ts '{"brokers": [...], "databaseUrl": "...", "articles": 2000}'; prints `done`.
 */
import { randomUUID } from 'node:crypto';
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { extractArticle } from '@newsmill/extraction';
import kafkajs, { type Consumer, type EachBatchPayload, type Message, type Producer } from 'kafkajs';
import pg from 'pg';
import { benchPages } from './pages.ts';

const { brokers, databaseUrl, articles } = JSON.parse(process.argv[2]!) as {
  brokers: string[];
  databaseUrl: string;
  articles: number;
};
const PARTITIONS = 6;
/** Records a transaction. */
const BATCH = 64;
const FLOW = ['page', 'parsed', 'enriched', 'changes', 'state'] as const;
type Step = (typeof FLOW)[number];

const { ZSTD } = kafkajs.CompressionTypes;
kafkajs.CompressionCodecs[ZSTD] = () => ({
  compress: async ({ buffer }: { buffer: Buffer }) => zstdCompressSync(buffer),
  decompress: async (buffer: Buffer) => zstdDecompressSync(buffer),
});
const run = randomUUID().slice(0, 8);
const topicOf = (step: Step): string => `bare-${run}-${step}`;
const kafka = new kafkajs.Kafka({ clientId: 'bare', brokers, logLevel: kafkajs.logLevel.NOTHING });
const database = new pg.Pool({ connectionString: databaseUrl, max: 2 });

const admin = kafka.admin();
await admin.connect();
await admin.createTopics({
  waitForLeaders: true,
  topics: FLOW.map((step) => ({ topic: topicOf(step), numPartitions: PARTITIONS, replicationFactor: 1 })),
});
await admin.disconnect();
await database.query('CREATE SCHEMA bare');
await database.query('CREATE TABLE bare.article (id uuid PRIMARY KEY, record json NOT NULL, changed_at timestamptz)');
await database.query(
  'CREATE TABLE bare.version (id uuid, revision int, record json NOT NULL, PRIMARY KEY (id, revision))',
);

let stored = 0;
const finished = Promise.withResolvers<void>();
const open: { disconnect(): Promise<void> }[] = [];
await copy('page', 'parsed', (messages) =>
  messages.map(({ key, value }) => {
    const { url, html } = JSON.parse(String(value)) as { url: string; html: string };
    return { key: key ?? null, value: JSON.stringify(extractArticle({ url, html })) };
  }),
);
await copy('parsed', 'enriched', (messages) =>
  messages.map(({ key = null, value }) => ({ key, value: JSON.stringify(JSON.parse(String(value))) })),
);
await consume('enriched', async (batch) => {
  await upsert(batch.batch.messages);
  return [
    { topic: topicOf('changes'), messages: batch.batch.messages.map(({ key, value }) => ({ key, value })) },
    { topic: topicOf('state'), messages: batch.batch.messages.map(({ key, value }) => ({ key, value })) },
  ];
});

const source = await producer('source');
const pages = benchPages(articles);
while (pages.length > 0) {
  const messages = pages.splice(0, BATCH).map((page) => ({ key: randomUUID(), value: JSON.stringify(page) }));
  const transaction = await source.transaction();
  await transaction.sendBatch({ compression: ZSTD, topicMessages: [{ topic: topicOf('page'), messages }] });
  await transaction.commit();
}
await finished.promise;
console.log('done');
await Promise.all(open.map((one) => one.disconnect()));
await database.query('DROP SCHEMA bare CASCADE');
await database.end();

function copy(from: Step, to: Step, work: (messages: Message[]) => Message[]): Promise<void> {
  return consume(from, async ({ batch }) => [{ topic: topicOf(to), messages: work(batch.messages) }]);
}

/** A consumer whose batches leave in transactions, one producer a partition. */
async function consume(
  step: Step,
  work: (payload: EachBatchPayload) => Promise<{ topic: string; messages: Message[] }[]>,
): Promise<void> {
  const groupId = topicOf(step);
  const consumer: Consumer = kafka.consumer({ groupId, maxWaitTimeInMs: 100, readUncommitted: false });
  const producers = new Map<number, Promise<Producer>>();
  open.push(consumer);
  await consumer.connect();
  await consumer.subscribe({ topic: groupId, fromBeginning: true });
  await consumer.run({
    autoCommit: false,
    partitionsConsumedConcurrently: PARTITIONS,
    eachBatch: async (payload) => {
      const { partition, messages } = payload.batch;
      if (!producers.has(partition)) producers.set(partition, producer(`${groupId}-${partition}`));
      const transaction = await (await producers.get(partition)!).transaction();
      const outputs = await work(payload);
      await transaction.sendBatch({ compression: ZSTD, topicMessages: outputs });
      const offset = String(BigInt(messages.at(-1)!.offset) + 1n);
      const topics = [{ topic: groupId, partitions: [{ partition, offset }] }];
      await transaction.sendOffsets({ consumerGroupId: groupId, topics });
      await transaction.commit();
      if (step === 'enriched' && (stored += messages.length) === articles) finished.resolve();
    },
  });
}

async function producer(name: string): Promise<Producer> {
  const made = kafka.producer({ transactionalId: `${run}-${name}`, maxInFlightRequests: 1 });
  await made.connect();
  open.push(made);
  return made;
}

async function upsert(messages: readonly Message[]): Promise<void> {
  const ids = messages.map(({ key }) => String(key));
  const records = messages.map(({ value }) => String(value));
  const client = await database.connect();
  try {
    await client.query('BEGIN');
    await client.query(
      `INSERT INTO bare.article SELECT *, now() FROM unnest($1::uuid[], $2::json[])
       ON CONFLICT (id) DO UPDATE SET record = excluded.record, changed_at = excluded.changed_at`,
      [ids, records],
    );
    await client.query(
      'INSERT INTO bare.version SELECT id, 1, record FROM unnest($1::uuid[], $2::json[]) AS v (id, record) ON CONFLICT DO NOTHING',
      [ids, records],
    );
    await client.query('COMMIT');
  } finally {
    client.release();
  }
}
