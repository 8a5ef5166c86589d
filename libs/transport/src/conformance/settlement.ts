import { describe, expect, it } from '@jest/globals';
import {
  type Bench,
  CASE_TIMEOUT_MS,
  gate,
  noise,
  numbers,
  readAll,
  record,
  records,
  sortedNumbers,
  values,
  valuesByKey,
} from './bench.js';

/** Publish, then commit, then tell; and again from the commit when something fails. */
export function describeSettlement(bench: Bench): void {
  describe('settlement', () => {
    it(
      'publishes the outputs, commits, and then calls onSettled once for each batch',
      async () => {
        const transport = await bench.transport();
        const [input, output] = [
          await bench.topic(transport, { partitions: 2 }),
          await bench.topic(transport, { partitions: 3 }),
        ];
        const sent = records(input, 100, 10);
        await transport.publish(sent);
        const reader = await bench.reader(transport, {
          topic: input,
          batchSize: 9,
          handle: (batch) => batch.records.map((one) => ({ ...one, topic: output, headers: { from: one.value! } })),
        });
        await bench.until('all are settled', () => reader.settled.length >= 100);
        const written = await readAll(transport, output);
        expect(valuesByKey(written)).toEqual(valuesByKey(sent));
        expect(written.every(({ headers, value }) => headers['from']?.equals(value!))).toBe(true);
        await bench.until('the group has committed everything', async () =>
          (await transport.lag(input, reader.group)).every(({ lag }) => lag === 0n),
        );
        await reader.consumer.stop();
        expect(reader.settlements).toBe(reader.batches.length);
        expect(sortedNumbers(reader.settled)).toEqual(numbers(100));
      },
      CASE_TIMEOUT_MS,
    );

    it(
      'passes outputs on from stage to stage, and counts no lag when the last has settled them',
      async () => {
        const transport = await bench.transport();
        const topics = [
          await bench.topic(transport),
          await bench.topic(transport),
          await bench.topic(transport),
        ] as const;
        const groups: string[] = [];
        for (const [from, to] of [topics.slice(0, 2), topics.slice(1)] as [string, string][]) {
          const { group } = await bench.reader(transport, {
            topic: from,
            batchSize: 7,
            handle: (batch) => batch.records.map((one) => ({ ...one, topic: to })),
          });
          groups.push(group);
        }
        await transport.publish(records(topics[0], 30, 3));
        const lagOf = async (index: number) => (await transport.lag(topics[index]!, groups[index]!))[0]!.lag;
        await bench.until('the last topic holds all', async () => (await readAll(transport, topics[2])).length >= 30);
        await bench.until('nobody lags', async () => (await lagOf(0)) === 0n && (await lagOf(1)) === 0n);
        expect(valuesByKey(await readAll(transport, topics[2]))).toEqual(valuesByKey(records(topics[0], 30, 3)));
      },
      CASE_TIMEOUT_MS,
    );

    it(
      'shows the outputs of a batch by the time onSettled is called',
      async () => {
        const transport = await bench.transport();
        const [input, output] = [await bench.topic(transport), await bench.topic(transport)];
        await transport.publish([record(input, 'k', 'in')]);
        const seen = Promise.withResolvers<string[]>();
        const consumer = await transport.subscribe({
          topic: input,
          group: bench.name('group'),
          batchSize: 10,
          batchBytes: 1_000_000,
          onBatch: async () => ({
            publish: [record(output, 'k', 'out')],
            onSettled: () => seen.resolve(readAll(transport, output).then(values)),
          }),
        });
        expect(await seen.promise).toEqual(['out']);
        await consumer.stop();
      },
      CASE_TIMEOUT_MS,
    );

    it(
      'gives a batch again when the handler throws, skipping nothing and keeping the order',
      async () => {
        const transport = await bench.transport();
        const [input, output] = [await bench.topic(transport, { partitions: 2 }), await bench.topic(transport)];
        const sent = records(input, 60, 6);
        await transport.publish(sent);
        const failedOnce = new Set<string>();
        const reader = await bench.reader(transport, {
          topic: input,
          batchSize: 8,
          handle: (batch) => {
            const first = `${batch.partition}/${batch.records[0]!.offset}`;
            if (batch.records.some(({ value }) => Number(value) % 25 === 3) && !failedOnce.has(first)) {
              failedOnce.add(first);
              throw new Error('the handler fails');
            }
            return batch.records.map((one) => ({ ...one, topic: output }));
          },
        });
        await bench.until('all are settled', () => reader.settled.length >= 60);
        expect(valuesByKey(reader.settled)).toEqual(valuesByKey(sent));
        expect(valuesByKey(await readAll(transport, output))).toEqual(valuesByKey(sent));
        expect(failedOnce.size).toBeGreaterThan(0);
        expect(reader.batches.length).toBe(reader.settlements + failedOnce.size);
      },
      CASE_TIMEOUT_MS,
    );

    it.each([
      ['goes to a topic that does not exist', (missing: string) => record(missing, 'k', 'nowhere to go')],
      ['is over maxBytes', (_: string, small: string) => ({ ...record(small, 'k', ''), value: noise(60_000) })],
    ])(
      'commits nothing when an output %s: the batch comes again',
      async (_, badRecord) => {
        const transport = await bench.transport();
        const input = await bench.topic(transport);
        const output = await bench.topic(transport, { maxBytes: 50_000 });
        const bad = badRecord(bench.name('missing'), output);
        await transport.publish(records(input, 10));
        const { opened, open } = gate();
        let calls = 0;
        const reader = await bench.reader(transport, {
          topic: input,
          batchSize: 10,
          handle: async (batch) => {
            calls += 1;
            if (calls === 1) return [bad];
            await opened;
            return batch.records.map((one) => ({ ...one, topic: output }));
          },
        });
        await bench.until('the batch comes again', () => reader.batches.length >= 2);
        expect(reader.settlements).toBe(0);
        expect(reader.batches[1]?.records[0]?.offset).toBe(reader.batches[0]?.records[0]?.offset);
        const lag = await transport.lag(input, reader.group);
        expect(lag.map((one) => one.lag)).toEqual([10n]);
        open();
        await bench.until('all are settled', () => reader.settled.length >= 10);
        expect(values(reader.settled)).toEqual(numbers(10).map(String));
        expect(values(await readAll(transport, output))).toEqual(numbers(10).map(String));
      },
      CASE_TIMEOUT_MS,
    );

    it(
      'publishes nothing of a handler that throws',
      async () => {
        const transport = await bench.transport();
        const [input, output] = [await bench.topic(transport), await bench.topic(transport)];
        await transport.publish(records(input, 5));
        const reader = await bench.reader(transport, {
          topic: input,
          handle: () => {
            throw new Error('always');
          },
        });
        await bench.until('the batch came three times', () => reader.batches.length >= 3);
        await reader.consumer.stop(0);
        expect(reader.settlements).toBe(0);
        expect(await readAll(transport, output)).toEqual([]);
        const next = await bench.reader(transport, { topic: input, group: reader.group });
        await bench.until('the next member gets them all', () => next.settled.length >= 5);
        expect(values(next.settled)).toEqual(numbers(5).map(String));
      },
      CASE_TIMEOUT_MS,
    );

    it(
      'lets the other partitions go on while a batch of one waits',
      async () => {
        const transport = await bench.transport();
        const topic = await bench.topic(transport, { partitions: 2 });
        await transport.publish(records(topic, 40, 20));
        const { opened, open } = gate();
        const stuck: number[] = [];
        const reader = await bench.reader(transport, {
          topic,
          batchSize: 5,
          handle: async (batch) => {
            stuck[0] ??= batch.partition;
            if (batch.partition === stuck[0]) await opened;
          },
        });
        await bench.until('a batch waits', () => stuck.length === 1);
        const others = (await readAll(transport, topic)).filter(({ partition }) => partition !== stuck[0]).length;
        await bench.until('the other partition is done', () => reader.settled.length >= others);
        expect(reader.settled.every(({ partition }) => partition !== stuck[0])).toBe(true);
        open();
        await bench.until('all are settled', () => reader.settled.length >= 40);
        expect(sortedNumbers(reader.settled)).toEqual(numbers(40));
      },
      CASE_TIMEOUT_MS,
    );
  });
}
