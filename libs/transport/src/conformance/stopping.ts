import { describe, expect, it } from '@jest/globals';
import {
  type Bench,
  CASE_TIMEOUT_MS,
  gate,
  hangUntilAborted,
  numbers,
  readAll,
  record,
  records,
  sortedNumbers,
  values,
} from './bench.js';

/** Leaving: in peace, in haste, and with a handler that does not come back. */
export function describeStopping(bench: Bench): void {
  describe('stopping', () => {
    it.each(['stop', 'close'] as const)(
      'lets the batch in hand settle on %s; it does not come again',
      async (how) => {
        const [transport, admin] = [await bench.transport(), await bench.transport()];
        const [topic, output] = [await bench.topic(admin), await bench.topic(admin)];
        await admin.publish(records(topic, 30));
        const { opened, open } = gate();
        const reader = await bench.reader(transport, {
          topic,
          batchSize: 10,
          handle: async (batch) => {
            await opened;
            return batch.records.map((one) => ({ ...one, topic: output }));
          },
        });
        await bench.until('a batch is in hand', () => reader.batches.length === 1);
        const stopped = how === 'stop' ? reader.consumer.stop() : transport.close();
        open();
        await stopped;
        expect(reader.consumer.state).toBe('stopped');
        expect(reader.batches).toHaveLength(1);
        expect(reader.settlements).toBe(1);
        expect(values(await readAll(admin, output))).toEqual(values(reader.settled));

        const next = await bench.reader(admin, { topic, group: reader.group });
        await bench.until('the rest is settled', () => reader.settled.length + next.settled.length >= 30);
        expect(values([...reader.settled, ...next.settled])).toEqual(numbers(30).map(String));
      },
      CASE_TIMEOUT_MS,
    );

    it(
      'aborts a handler that hangs when there is no grace, and hands its batch back',
      async () => {
        const [transport, admin] = [await bench.transport(), await bench.transport()];
        const topic = await bench.topic(admin);
        await admin.publish(records(topic, 5));
        const signals: AbortSignal[] = [];
        const reader = await bench.reader(transport, {
          topic,
          handle: (_, { signal }) => {
            signals.push(signal);
            return hangUntilAborted(signal);
          },
        });
        await bench.until('a batch is in hand', () => signals.length === 1);
        expect(signals[0]?.aborted).toBe(false);
        await reader.consumer.stop(0);
        expect(signals[0]?.aborted).toBe(true);
        expect(reader.settlements).toBe(0);

        const next = await bench.reader(admin, { topic, group: reader.group });
        await bench.until('the next member settles them', () => next.settled.length >= 5);
        expect(values(next.settled)).toEqual(numbers(5).map(String));
      },
      CASE_TIMEOUT_MS,
    );

    it(
      'does not let a batch that was handed back settle late',
      async () => {
        const [transport, admin] = [await bench.transport(), await bench.transport()];
        const [topic, output] = [await bench.topic(admin), await bench.topic(admin)];
        await admin.publish(records(topic, 5));
        const { opened, open } = gate();
        const finished = gate();
        const reader = await bench.reader(transport, {
          topic,
          handle: async () => {
            await opened;
            setImmediate(finished.open);
            return [record(output, 'k', 'late')];
          },
        });
        await bench.until('a batch is in hand', () => reader.batches.length === 1);
        await reader.consumer.stop(0);
        const next = await bench.reader(admin, {
          topic,
          group: reader.group,
          handle: () => [record(output, 'k', 'in time')],
        });
        await bench.until('the next member settles them', () => next.settled.length >= 5);
        open();
        await finished.opened;
        await transport.close();
        expect(reader.settlements).toBe(0);
        expect(new Set(values(await readAll(admin, output)))).toEqual(new Set(['in time']));
      },
      CASE_TIMEOUT_MS,
    );

    it(
      'gives every record to someone while members come and go',
      async () => {
        const publisher = await bench.transport();
        const topic = await bench.topic(publisher, { partitions: 3 });
        const group = bench.name('group');
        const seen = new Set<string>();
        const join = async () =>
          bench.reader(await bench.transport(), {
            topic,
            group,
            batchSize: 5,
            handle: (batch) => values(batch.records).forEach((value) => seen.add(value)),
          });
        const members = [await join()];
        for (const round of numbers(4)) {
          await publisher.publish(records(topic, 50, 20, round * 50));
          members.push(await join());
          await members[round]?.consumer.stop(0);
        }
        await bench.until('all are handled', () => seen.size >= 200);
        await bench.until('nothing is left', async () =>
          (await publisher.lag(topic, group)).every(({ lag }) => lag === 0n),
        );
        expect(new Set(sortedNumbers(members.flatMap(({ settled }) => settled)))).toEqual(new Set(numbers(200)));
      },
      CASE_TIMEOUT_MS,
    );
  });
}
