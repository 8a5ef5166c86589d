import { describe, expect, it } from '@jest/globals';
import type { LogRecord, NewRecord } from '@newsmill/stage';
import { partitionOf } from '../partitioner.js';
import {
  type Bench,
  CASE_TIMEOUT_MS,
  noise,
  numbers,
  readAll,
  record,
  records,
  sortedNumbers,
  valuesByKey,
} from './bench.js';

/** Bytes, order and batches. */
export function describeRecords(bench: Bench): void {
  describe('records', () => {
    it(
      'passes keys, values and headers byte for byte',
      async () => {
        const transport = await bench.transport();
        const topic = await bench.topic(transport, { partitions: 3 });
        const allBytes = Buffer.from(numbers(256));
        const sent: NewRecord[] = [
          { topic, key: Buffer.from('binary'), value: allBytes, headers: { bytes: allBytes, empty: Buffer.alloc(0) } },
          { topic, key: allBytes, value: Buffer.from('binary key'), headers: {} },
          { topic, key: null, value: Buffer.from('no key'), headers: { a: Buffer.from('1'), b: Buffer.from('2') } },
          { topic, key: Buffer.from('tombstone'), value: null, headers: { why: Buffer.from('withdrawn') } },
          { topic, key: Buffer.from('empty value'), value: Buffer.alloc(0), headers: {} },
          { topic, key: Buffer.alloc(0), value: Buffer.from('empty key'), headers: {} },
          {
            topic,
            key: Buffer.from('日本語 🗞 naïve'),
            value: Buffer.from('"Zürich" \\ \u0000 نص 🗞'),
            headers: { 'ce_subject-ß': Buffer.from('Überschrift 🗞') },
          },
        ];
        await transport.publish(sent);
        const reader = await bench.reader(transport, { topic });
        await bench.until('all are read', () => reader.settled.length >= sent.length);
        expect(sorted(reader.settled)).toEqual(sorted(sent));
        expect(sorted(await readAll(transport, topic))).toEqual(sorted(sent));
      },
      CASE_TIMEOUT_MS,
    );

    it(
      'keeps a tombstone of a compacted topic in its place: after what it ends, before what comes again',
      async () => {
        const transport = await bench.transport();
        const topic = await bench.topic(transport, { cleanup: 'compact' });
        const tombstone: NewRecord = { ...record(topic, 'a', ''), value: null, headers: { ce_id: Buffer.from('t') } };
        await transport.publish([record(topic, 'a', 'first'), record(topic, 'a', 'stub'), tombstone]);
        await transport.publish([
          record(topic, 'a', 'again'),
          record(topic, 'b', 'other'),
          { ...tombstone, key: Buffer.from('b') },
        ]);
        const reader = await bench.reader(transport, { topic });
        await bench.until('all are read', () => reader.settled.length >= 6);
        const told = { a: ['first', 'stub', 'null', 'again'], b: ['other', 'null'] };
        expect(valuesByKey(reader.settled)).toEqual(told);
        expect(valuesByKey(await readAll(transport, topic))).toEqual(told);
        const ids = reader.settled
          .filter(({ value }) => value === null)
          .map(({ headers }) => headers.ce_id?.toString());
        expect(ids).toEqual(['t', 't']);
      },
      CASE_TIMEOUT_MS,
    );

    it(
      'carries values of 3 MB, whether they compress or not',
      async () => {
        const transport = await bench.transport();
        const topic = await bench.topic(transport, { maxBytes: 5_000_000 });
        const [random, text] = [noise(3_000_000), Buffer.from('<p>news</p>\n'.repeat(250_000))];
        await transport.publish([random, text].map((value) => ({ ...record(topic, 'big', ''), value })));
        await transport.publish([record(topic, 'big', 'after')]);
        const reader = await bench.reader(transport, { topic });
        await bench.until('all are read', () => reader.settled.length >= 3);
        expect(reader.settled.map(({ value }) => value?.length)).toEqual([random.length, text.length, 5]);
        expect(reader.settled[0]?.value?.equals(random)).toBe(true);
        expect(reader.settled[1]?.value?.equals(text)).toBe(true);
      },
      CASE_TIMEOUT_MS,
    );

    it(
      'keeps the order of every key over batches and partitions',
      async () => {
        const transport = await bench.transport();
        const topic = await bench.topic(transport, { partitions: 4 });
        const sent = records(topic, 300, 11);
        for (let from = 0; from < sent.length; from += 40) await transport.publish(sent.slice(from, from + 40));
        const reader = await bench.reader(transport, { topic, batchSize: 7 });
        await bench.until('all are read', () => reader.settled.length >= sent.length);
        expect(valuesByKey(reader.settled)).toEqual(valuesByKey(sent));
        for (const [partition, own] of byPartition(reader.settled)) {
          const offsets = own.map(({ offset }) => offset);
          expect({ partition, offsets }).toEqual({ partition, offsets: [...offsets].sort(compare) });
        }
      },
      CASE_TIMEOUT_MS,
    );

    it(
      'puts a key into the partition that every other transport chooses',
      async () => {
        const transport = await bench.transport();
        const topic = await bench.topic(transport, { partitions: 5 });
        await transport.publish(records(topic, 60, 30));
        await transport.publish(records(topic, 60, 30));
        const found = await readAll(transport, topic);
        expect(found).toHaveLength(120);
        for (const { key, partition } of found) {
          expect({ key: String(key), partition }).toEqual({ key: String(key), partition: partitionOf(key, 5) });
        }
      },
      CASE_TIMEOUT_MS,
    );

    it(
      'keeps the order of publish calls that are not waited for',
      async () => {
        const transport = await bench.transport();
        const topic = await bench.topic(transport, { partitions: 3 });
        const sent = records(topic, 200, 4);
        await Promise.all(sent.map((one) => transport.publish([one])));
        expect(valuesByKey(await readAll(transport, topic))).toEqual(valuesByKey(sent));
      },
      CASE_TIMEOUT_MS,
    );

    it(
      'gives no batch more than batchSize records or batchBytes bytes, except a single larger record',
      async () => {
        const transport = await bench.transport();
        const topic = await bench.topic(transport);
        const sizes = numbers(60).map((index) => (index % 20 === 7 ? 90_000 : 6_000 + index));
        await transport.publish(sizes.map((size) => ({ ...record(topic, 'k', ''), value: noise(size) })));
        await transport.publish(records(topic, 100));
        const [batchSize, batchBytes] = [12, 50_000];
        const reader = await bench.reader(transport, { topic, batchSize, batchBytes });
        await bench.until('all are read', () => reader.settled.length >= 160);
        for (const { records: own } of reader.batches) {
          const bytes = own.reduce((sum, { value }) => sum + (value?.length ?? 0), 0);
          expect(own.length).toBeGreaterThan(0);
          expect(own.length).toBeLessThanOrEqual(batchSize);
          expect(own.length === 1 || bytes <= batchBytes).toBe(true);
        }
        expect(reader.batches.some(({ records: own }) => own.length > 1)).toBe(true);
        expect(reader.settled.slice(0, 60).map(({ value }) => value?.length)).toEqual(sizes);
      },
      CASE_TIMEOUT_MS,
    );

    it(
      'gives what came within gatherMs of a batch together',
      async () => {
        const transport = await bench.transport();
        const topic = await bench.topic(transport);
        const reader = await bench.reader(transport, { topic, gatherMs: 6_000 });
        await transport.publish([record(topic, 'k', 'first')]);
        await bench.until('the first is read', () => reader.settled.length === 1);
        for (const value of ['one', 'by', 'one']) await transport.publish([record(topic, 'k', value)]);
        await bench.until('the others are read', () => reader.settled.length === 4);
        expect(reader.batches.map(({ records: own }) => own.length)).toEqual([1, 3]);
      },
      CASE_TIMEOUT_MS,
    );

    it(
      'stamps records with the time at which the log took them',
      async () => {
        const transport = await bench.transport();
        const topic = await bench.topic(transport);
        const before = Date.now();
        await transport.publish([record(topic, 'k', 'v')]);
        const [found] = await readAll(transport, topic);
        expect(found?.timestamp).toBeGreaterThanOrEqual(before - 1_000);
        expect(found?.timestamp).toBeLessThanOrEqual(Date.now() + 1_000);
      },
      CASE_TIMEOUT_MS,
    );

    it(
      'skips nothing while several publishers write at once',
      async () => {
        const [one, two, other] = [await bench.transport(), await bench.transport(), await bench.transport()];
        const topic = await bench.topic(one, { partitions: 3 });
        const reader = await bench.reader(other, { topic, batchSize: 25 });
        const sent = records(topic, 600, 50);
        await Promise.all(
          numbers(60).map((index) =>
            (index % 2 === 0 ? one : two).publish(sent.slice(index * 10, index * 10 + 10).reverse()),
          ),
        );
        await bench.until('all are read', () => reader.settled.length >= sent.length);
        expect(sortedNumbers(reader.settled)).toEqual(numbers(600));
      },
      CASE_TIMEOUT_MS,
    );
  });
}

/** What a record carries, in an order that does not hang on partitions. */
function sorted(of: readonly NewRecord[]): object[] {
  return of
    .map(({ key, value, headers }) => ({
      key: key?.toString('hex') ?? null,
      value: value?.toString('hex') ?? null,
      headers: Object.fromEntries(Object.entries(headers).map(([name, bytes]) => [name, bytes.toString('hex')])),
    }))
    .sort((a, b) => compare(`${a.key}/${a.value}`, `${b.key}/${b.value}`));
}

function byPartition(of: readonly LogRecord[]): Map<number, LogRecord[]> {
  return Map.groupBy(of, ({ partition }) => partition);
}

function compare<T extends bigint | string>(a: T, b: T): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
