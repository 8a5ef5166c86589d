/**
 * The least that the same articles cost: extraction, kafkajs transactions for the same bytes over the same number of
 * topics, and batched upserts of the same rows, which it copies from the store's tables; no door, no envelope, no checks,
 * no enrichment, no decisions. One process on the broker and the database of the bench, which measures its CPU time.
 *
 * node bare-work.ts '{"brokers": [...], "databaseUrl": "...", "articles": 2000, "warmUp": 200}'; prints `ready` when it is
 * warm, goes on when it is told anything, and prints `done`.
 */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { extractArticle } from '@newsmill/extraction';
import kafkajs, { type Consumer, type EachBatchPayload, type Message, type Producer } from 'kafkajs';
import pg from 'pg';
import { benchPages } from './pages.ts';
import { StoredRows } from './stored-rows.ts';

const { brokers, databaseUrl, articles, warmUp } = JSON.parse(process.argv[2]!) as {
  brokers: string[];
  databaseUrl: string;
  articles: number;
  warmUp: number;
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
const rows = await StoredRows.read(database, articles + warmUp);

let stored = 0;
let reached = { count: warmUp, resolve: (): void => undefined };
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
  await rows.upsert(batch.batch.messages.length);
  return [
    { topic: topicOf('changes'), messages: batch.batch.messages.map(({ key, value }) => ({ key, value })) },
    { topic: topicOf('state'), messages: batch.batch.messages.map(({ key, value }) => ({ key, value })) },
  ];
});

const source = await producer('source');
const pages = benchPages(articles + warmUp);
await work(pages.splice(0, warmUp));
// What the deployment has left to be tidied up is not this work's.
await database.query('VACUUM (ANALYZE)');
await database.query('CHECKPOINT');
console.log('ready');
await once(process.stdin, 'data');
await work(pages);
console.log('done');
process.stdin.destroy();
await Promise.all(open.map((one) => one.disconnect()));
await rows.drop();
await database.end();

/** Puts pages in, and waits until they are stored. */
async function work(batch: { url: string; html: string }[]): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  reached = { count: stored + batch.length, resolve };
  while (batch.length > 0) {
    const messages = batch.splice(0, BATCH).map((page) => ({ key: randomUUID(), value: JSON.stringify(page) }));
    const transaction = await source.transaction();
    await transaction.sendBatch({ compression: ZSTD, topicMessages: [{ topic: topicOf('page'), messages }] });
    await transaction.commit();
  }
  await promise;
}

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
      const outputs = await work(payload).catch(fail);
      await transaction.sendBatch({ compression: ZSTD, topicMessages: outputs });
      const offset = String(BigInt(messages.at(-1)!.offset) + 1n);
      const topics = [{ topic: groupId, partitions: [{ partition, offset }] }];
      await transaction.sendOffsets({ consumerGroupId: groupId, topics });
      await transaction.commit();
      if (step === 'enriched' && (stored += messages.length) === reached.count) reached.resolve();
    },
  });
}

/** Whatever fails is a fault of the bench; kafkajs would try it again without a word. */
function fail(error: unknown): never {
  console.error(error);
  process.exit(1);
}

async function producer(name: string): Promise<Producer> {
  const made = kafka.producer({ transactionalId: `${run}-${name}`, maxInFlightRequests: 1 });
  await made.connect();
  open.push(made);
  return made;
}
