/**
 * Keeps a model of all articles from the public topics of a newsmill, in a file.
 *
 *   node main.ts <brokers> <topic prefix> <consumer group> <file> [--once]
 *
 * With --once it ends as soon as it has read what stood on the topics when it began, and prints the model.
 */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import kafkajs from 'kafkajs';
import { Model, type PublicEvent } from './model.ts';

// The topics are compressed with zstd, which kafkajs does not bring.
kafkajs.CompressionCodecs[kafkajs.CompressionTypes.ZSTD] = () => ({
  compress: async ({ buffer }: { buffer: Buffer }) => zstdCompressSync(buffer),
  decompress: async (buffer: Buffer) => zstdDecompressSync(buffer),
});

/** A first start takes up `changes` from this long ago: more than both topics can be apart. */
const OVERLAP_MS = 60 * 60 * 1000;
/** How often model and offsets are kept. */
const SAVE_MS = 1_000;

const [brokers, prefix, groupId, file, once] = process.argv.slice(2);
if (brokers === undefined || prefix === undefined || groupId === undefined || file === undefined) {
  throw new Error('usage: node main.ts <brokers> <topic prefix> <consumer group> <file> [--once]');
}
const [stateTopic, changesTopic] = [`${prefix}.news.article.state.v1`, `${prefix}.news.article.changes.v1`];
const topics = [stateTopic, changesTopic];
const kafka = new kafkajs.Kafka({ clientId: groupId, brokers: brokers.split(','), logLevel: kafkajs.logLevel.WARN });

/** By partition: where reading goes on, and where the topic ended when we began. */
interface Span {
  topic: string;
  partition: number;
  next: bigint;
  end: bigint;
}

/** Goes on where the group stands. At the first start, or when `changes` has gone past it: anew. */
async function whereToBegin(): Promise<{ spans: Span[]; model: Model }> {
  const admin = kafka.admin();
  await admin.connect();
  try {
    // First `changes`, then `state`: what happens in between is told twice, not left out.
    const since = await admin.fetchTopicOffsetsByTimestamp(changesTopic, Date.now() - OVERLAP_MS);
    const read = async (topic: string) => ({
      topic,
      offsets: await admin.fetchTopicOffsets(topic),
      committed: (await patiently(() => admin.fetchOffsets({ groupId: groupId!, topics: [topic] })))[0]!.partitions,
    });
    const found = [await read(changesTopic), await read(stateTopic)];
    const spans = found.flatMap(({ topic, offsets, committed }) =>
      offsets.map(({ partition, low, high }) => {
        const next = BigInt(committed.find((other) => other.partition === partition)?.offset ?? -1);
        return { topic, partition, next, low: BigInt(low), end: BigInt(high) };
      }),
    );
    const isLost = spans.some(({ topic, next, low }) => next < 0n || (topic === changesTopic && next < low));
    if (!isLost && existsSync(file!)) return { spans, model: Model.load(readFileSync(file!, 'utf8')) };
    for (const span of spans) {
      const at = since.find(({ partition }) => partition === span.partition);
      span.next = span.topic === changesTopic && at !== undefined ? BigInt(at.offset) : span.low;
    }
    keep(new Model());
    for (const topic of topics) {
      const ofTopic = spans.filter((span) => span.topic === topic);
      const partitions = ofTopic.map(({ partition, next }) => ({ partition, offset: String(next) }));
      await patiently(() => admin.setOffsets({ groupId: groupId!, topic, partitions }));
    }
    return { spans, model: new Model() };
  } finally {
    await admin.disconnect();
  }
}

/** Asks again while the group's coordinator wakes up, which kafkajs leaves to the caller. */
async function patiently<T>(ask: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await ask();
    } catch (error) {
      if (tries === 30 || !(error instanceof kafkajs.KafkaJSError && error.retriable)) throw error;
      await sleep(500);
    }
  }
}

/** A file is there as a whole or not at all. */
function keep(kept: Model): void {
  writeFileSync(`${file}.new`, kept.save());
  renameSync(`${file}.new`, file!);
}

const { spans, model } = await whereToBegin();
const consumer = kafka.consumer({ groupId });
const caughtUp = Promise.withResolvers<void>();
const isCaughtUp = (): boolean => spans.every(({ next, end }) => next >= end);
let savedAt = Date.now();

/** The model first: after a crash in between, records come again, which changes nothing. */
async function save(): Promise<void> {
  keep(model);
  await consumer.commitOffsets(spans.map(({ topic, partition, next }) => ({ topic, partition, offset: String(next) })));
  savedAt = Date.now();
}

if (isCaughtUp()) caughtUp.resolve();
await consumer.connect();
await consumer.subscribe({ topics, fromBeginning: true });
consumer.on(consumer.events.CRASH, ({ payload }) => {
  if (payload.restart) return;
  console.error(payload.error);
  process.exit(1);
});
await consumer.run({
  autoCommit: false,
  eachBatch: async ({ batch, resolveOffset, heartbeat }) => {
    const span = spans.find(({ topic, partition }) => topic === batch.topic && partition === batch.partition);
    if (span === undefined) throw new Error(`${batch.topic} has grown: start anew`);
    for (const { key, value, offset } of batch.messages) {
      const event = value === null ? null : (JSON.parse(value.toString()) as PublicEvent);
      model.apply({ topic: batch.topic, key: String(key), value: event });
      span.next = BigInt(offset) + 1n;
      resolveOffset(offset);
      await heartbeat();
    }
    if (isCaughtUp() || Date.now() - savedAt >= SAVE_MS) await save();
    // Only now may the model be shown: until then an article that is gone may still stand in it.
    if (isCaughtUp()) caughtUp.resolve();
  },
});

await caughtUp.promise;
if (once === '--once') {
  await consumer.disconnect();
  process.stdout.write(`${model.toJson()}\n`);
}
