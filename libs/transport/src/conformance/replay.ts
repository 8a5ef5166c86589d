import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import type { Position } from '@newsmill/stage';
import { type Bench, CASE_TIMEOUT_MS, collect, numbers, readAll, record, records, values } from './bench.js';

/** Reading again: without a group, and by moving one. */
export function describeReplay(bench: Bench): void {
  describe('replay', () => {
    it(
      'reads from an end, an offset or a time to the end as it stood',
      async () => {
        const transport = await bench.transport();
        const topic = await bench.topic(transport);
        await transport.publish(records(topic, 10));
        await sleep(50);
        const time = Date.now();
        await sleep(50);
        await transport.publish(records(topic, 10, 1, 10));
        const read = async (from: Position) => values(await collect(transport.read(topic, from)));
        const all = numbers(20).map(String);
        expect(await read('earliest')).toEqual(all);
        expect(await read('latest')).toEqual([]);
        expect(await read({ time })).toEqual(all.slice(10));
        expect(await read({ time: 0 })).toEqual(all);
        expect(await read({ time: Date.now() + 3_600_000 })).toEqual([]);
        const seventh = (await readAll(transport, topic))[7]!.offset;
        expect(await read({ offsets: { 0: seventh } })).toEqual(all.slice(7));
      },
      CASE_TIMEOUT_MS,
    );

    it(
      'ends a read where the log ended when it began, partition by partition',
      async () => {
        const transport = await bench.transport();
        const topic = await bench.topic(transport, { partitions: 3 });
        await transport.publish(records(topic, 60, 30));
        const found = [];
        for await (const one of transport.read(topic, 'earliest')) {
          if (found.length % 20 === 0) await transport.publish(records(topic, 30, 30, 1_000));
          found.push(one);
        }
        expect(found.map(({ value }) => Number(value)).sort((a, b) => a - b)).toEqual(numbers(60));
        const partitions = found.map(({ partition }) => partition);
        expect(partitions).toEqual([...partitions].sort());
      },
      CASE_TIMEOUT_MS,
    );

    it(
      'reads an empty topic, and stops reading when nobody wants more',
      async () => {
        const transport = await bench.transport();
        const topic = await bench.topic(transport, { partitions: 2 });
        expect(await readAll(transport, topic)).toEqual([]);
        await transport.publish(records(topic, 50, 10));
        for await (const one of transport.read(topic, 'earliest')) {
          expect(one.topic).toBe(topic);
          break;
        }
        expect(await readAll(transport, topic)).toHaveLength(50);
      },
      CASE_TIMEOUT_MS,
    );

    it(
      'moves an idle group to an end, an offset or a time',
      async () => {
        const transport = await bench.transport();
        const topic = await bench.topic(transport);
        await transport.publish(records(topic, 10));
        await sleep(50);
        const time = Date.now();
        await sleep(50);
        await transport.publish(records(topic, 10, 1, 10));
        const fourth = (await readAll(transport, topic))[4]!.offset;
        const group = bench.name('group');
        const replayed = async (to: Position, from: number) => {
          await transport.seek(topic, group, to);
          const reader = await bench.reader(transport, { topic, group });
          await bench.until(`it reads from ${from}`, () => reader.settled.length >= 20 - from);
          await reader.consumer.stop();
          expect(values(reader.settled)).toEqual(numbers(20).map(String).slice(from));
        };
        await replayed('earliest', 0);
        await replayed({ offsets: { 0: fourth } }, 4);
        await replayed({ time }, 10);
        await replayed('earliest', 0);
        await transport.seek(topic, group, 'latest');
        const reader = await bench.reader(transport, { topic, group });
        await bench.until('it runs', () => reader.consumer.assigned.length === 1);
        await transport.publish([record(topic, 'k', 'new')]);
        await bench.until('it reads the new one', () => reader.settled.length > 0);
        expect(values(reader.settled)).toEqual(['new']);
      },
      CASE_TIMEOUT_MS,
    );

    it(
      'moves no group that has members, and no other group',
      async () => {
        const transport = await bench.transport();
        const topic = await bench.topic(transport);
        await transport.publish(records(topic, 10));
        const [a, b] = [
          await bench.reader(transport, { topic }),
          await bench.reader(await bench.transport(), { topic }),
        ];
        await bench.until('both have read', () => a.settled.length >= 10 && b.settled.length >= 10);
        await expect(transport.seek(topic, a.group, 'earliest')).rejects.toThrow(a.group);
        await a.consumer.stop();
        await transport.seek(topic, a.group, 'earliest');
        expect((await transport.lag(topic, a.group)).map(({ lag }) => lag)).toEqual([10n]);
        expect((await transport.lag(topic, b.group)).map(({ lag }) => lag)).toEqual([0n]);
        expect(b.settled).toHaveLength(10);
      },
      CASE_TIMEOUT_MS,
    );
  });
}
