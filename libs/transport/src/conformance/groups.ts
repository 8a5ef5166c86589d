import { describe, expect, it } from '@jest/globals';
import { type Bench, CASE_TIMEOUT_MS, numbers, records, sortedNumbers, values, valuesByKey } from './bench.js';

/** Groups, and members that share partitions. */
export function describeGroups(bench: Bench): void {
  describe('groups', () => {
    it(
      'gives every group everything, from the beginning, whenever it starts',
      async () => {
        const transport = await bench.transport();
        const topic = await bench.topic(transport, { partitions: 3 });
        const sent = records(topic, 90, 12);
        await transport.publish(sent.slice(0, 30));
        const early = await bench.reader(transport, { topic });
        const other = await bench.reader(await bench.transport(), { topic });
        await transport.publish(sent.slice(30));
        await bench.until('both read all', () => early.settled.length >= 90 && other.settled.length >= 90);
        const late = await bench.reader(await bench.transport(), { topic });
        await bench.until('the late group reads all', () => late.settled.length >= 90);
        for (const { settled } of [early, other, late]) expect(valuesByKey(settled)).toEqual(valuesByKey(sent));
      },
      CASE_TIMEOUT_MS,
    );

    it(
      'goes on where the group stopped',
      async () => {
        const transport = await bench.transport();
        const topic = await bench.topic(transport);
        await transport.publish(records(topic, 20));
        const first = await bench.reader(transport, { topic, batchSize: 6 });
        await bench.until('the first part is settled', () => first.settled.length >= 20);
        await first.consumer.stop();
        await transport.publish(records(topic, 10, 1, 20));
        const second = await bench.reader(await bench.transport(), { topic, group: first.group });
        await bench.until('the second part is settled', () => second.settled.length >= 10);
        expect(values([...first.settled, ...second.settled])).toEqual(numbers(30).map(String));
      },
      CASE_TIMEOUT_MS,
    );

    it(
      'counts the lag of a group, also of one that never ran',
      async () => {
        const transport = await bench.transport();
        const topic = await bench.topic(transport, { partitions: 2 });
        await transport.publish(records(topic, 25, 10));
        const group = bench.name('group');
        const total = async () => (await transport.lag(topic, group)).reduce((sum, { lag }) => sum + lag, 0n);
        expect(await total()).toBe(25n);
        const reader = await bench.reader(transport, { topic, group });
        await bench.until('nothing is left', async () => (await total()) === 0n);
        await reader.consumer.stop();
        await transport.publish(records(topic, 8, 8));
        expect(await total()).toBe(8n);
        const lags = await transport.lag(topic, group);
        expect(lags.map(({ partition }) => partition)).toEqual([0, 1]);
        for (const { committed, end, lag } of lags) expect(end - committed).toBe(lag);
      },
      CASE_TIMEOUT_MS,
    );

    it(
      'turns its loop also when there is nothing to read',
      async () => {
        const transport = await bench.transport();
        const { consumer } = await bench.reader(transport, { topic: await bench.topic(transport) });
        await bench.until('the consumer runs', () => consumer.state === 'running');
        const before = consumer.lastTurn;
        await bench.until('the loop turns', () => consumer.lastTurn > before);
        expect(consumer.assigned).toEqual([0]);
        await consumer.stop();
        expect(consumer.state).toBe('stopped');
        expect(consumer.assigned).toEqual([]);
      },
      CASE_TIMEOUT_MS,
    );

    it(
      'shares partitions between two members, and the other takes over when one leaves; nothing settles twice',
      async () => {
        const [one, two, publisher] = [await bench.transport(), await bench.transport(), await bench.transport()];
        const topic = await bench.topic(publisher, { partitions: 4 });
        const sent = records(topic, 900, 60);
        const a = await bench.reader(one, { topic, batchSize: 10 });
        const b = await bench.reader(two, { topic, batchSize: 10, group: a.group });
        await bench.untilShared(4, [a.consumer, b.consumer]);

        await publisher.publish(sent.slice(0, 300));
        await bench.until('both have work', () => a.settled.length > 0 && b.settled.length > 0);
        const leaving = b.consumer.stop();
        await publisher.publish(sent.slice(300, 600));
        await leaving;
        await bench.untilShared(4, [a.consumer]);
        await publisher.publish(sent.slice(600));
        await bench.until('all are settled', () => a.settled.length + b.settled.length >= 900);

        expect(sortedNumbers([...a.settled, ...b.settled])).toEqual(numbers(900));
        expect(valuesByKey([...b.settled, ...a.settled].sort(byOffset))).toEqual(valuesByKey(sent));
      },
      CASE_TIMEOUT_MS,
    );

    it(
      'lets a third member join while records flow; nothing is skipped, nothing settles twice',
      async () => {
        const publisher = await bench.transport();
        const topic = await bench.topic(publisher, { partitions: 6 });
        const sent = records(topic, 1_200, 80);
        const a = await bench.reader(await bench.transport(), { topic, batchSize: 10 });
        const b = await bench.reader(await bench.transport(), { topic, batchSize: 10, group: a.group });
        await bench.untilShared(6, [a.consumer, b.consumer]);
        await publisher.publish(sent.slice(0, 400));
        const joining = bench.reader(await bench.transport(), { topic, batchSize: 10, group: a.group });
        await publisher.publish(sent.slice(400, 800));
        const c = await joining;
        await bench.untilShared(6, [a.consumer, b.consumer, c.consumer]);
        await publisher.publish(sent.slice(800));
        const settled = () => [a, b, c].flatMap((reader) => reader.settled);
        await bench.until('all are settled', () => settled().length >= 1_200);
        expect(sortedNumbers(settled())).toEqual(numbers(1_200));
        expect(valuesByKey(settled().sort(byOffset))).toEqual(valuesByKey(sent));
        expect(c.settled.length).toBeGreaterThan(0);
      },
      CASE_TIMEOUT_MS,
    );
  });
}

function byOffset(a: { partition: number; offset: bigint }, b: { partition: number; offset: bigint }): number {
  return a.partition - b.partition || Number(a.offset - b.offset);
}
