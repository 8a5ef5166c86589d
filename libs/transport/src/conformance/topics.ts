import { describe, expect, it } from '@jest/globals';
import { type Bench, CASE_TIMEOUT_MS, noise, record, records, sortedNumbers, numbers } from './bench.js';

/** Topics, and being connected. */
export function describeTopics(bench: Bench): void {
  describe('topics', () => {
    it(
      'creates topics once, adds partitions, changes settings, and removes nothing',
      async () => {
        const transport = await bench.transport();
        const spec = bench.spec(bench.name('topic'), { partitions: 2 });
        const other = bench.spec(bench.name('topic'), { cleanup: 'compact' });
        const apply = async (...specs: Parameters<typeof transport.applyTopics>[0]) =>
          (await transport.applyTopics(specs)).map(({ address, change }) => [address, change]);

        expect(await apply(spec, other)).toEqual([
          [spec.address, 'created'],
          [other.address, 'created'],
        ]);
        expect(await apply(spec, other)).toEqual([
          [spec.address, 'unchanged'],
          [other.address, 'unchanged'],
        ]);
        expect(await apply({ ...spec, partitions: 5 })).toEqual([[spec.address, 'partitions-added']]);
        expect(await apply({ ...spec, partitions: 5, retentionMs: 3_600_000 })).toEqual([
          [spec.address, 'settings-changed'],
        ]);
        expect(await apply({ ...spec, partitions: 1, retentionMs: 3_600_000 })).toEqual([[spec.address, 'unchanged']]);
        expect(await transport.lag(spec.address, bench.name('group'))).toHaveLength(5);
      },
      CASE_TIMEOUT_MS,
    );

    it(
      'refuses to add partitions to a compacted topic, where older records of keys would stay for ever',
      async () => {
        const transport = await bench.transport();
        const spec = bench.spec(bench.name('topic'), { partitions: 2, cleanup: 'compact' });
        await transport.applyTopics([spec]);
        await expect(transport.applyTopics([{ ...spec, partitions: 3 }])).rejects.toThrow(
          `${spec.address} is compacted and has 2 partitions, which cannot become 3`,
        );
        expect(await transport.lag(spec.address, bench.name('group'))).toHaveLength(2);
        expect(await transport.applyTopics([{ ...spec, partitions: 1 }])).toMatchObject([{ change: 'unchanged' }]);
      },
      CASE_TIMEOUT_MS,
    );

    it(
      'lists addresses in order, also those that another process made',
      async () => {
        const [one, two] = [await bench.transport(), await bench.transport()];
        const later = await bench.topic(one);
        const sooner = bench.spec(`${later.slice(0, -1)}0`);
        await two.applyTopics([sooner]);
        const listed = await one.listTopics();
        expect(listed).toEqual([...listed].sort());
        expect(listed.filter((address) => address === later || address === sooner.address)).toEqual([
          sooner.address,
          later,
        ]);
      },
      CASE_TIMEOUT_MS,
    );

    it(
      'uses added partitions',
      async () => {
        const transport = await bench.transport();
        const topic = await bench.topic(transport, { partitions: 1 });
        await transport.publish(records(topic, 10, 10));
        await transport.applyTopics([bench.spec(topic, { partitions: 4 })]);
        const publisher = await bench.transport();
        await publisher.publish(records(topic, 40, 40, 10));
        const reader = await bench.reader(await bench.transport(), { topic });
        await bench.until('all are read', () => reader.settled.length >= 50);
        expect(sortedNumbers(reader.settled)).toEqual(numbers(50));
        expect(new Set(reader.settled.map(({ partition }) => partition)).size).toBe(4);
      },
      CASE_TIMEOUT_MS,
    );

    it(
      'refuses what goes to a topic that does not exist, and says how to make it',
      async () => {
        const transport = await bench.transport();
        const topic = bench.name('missing');
        const naming = new RegExp(`${topic.replaceAll('.', '\\.')}[^]*newsmill topics apply`);
        await expect(transport.publish([record(topic, 'k', 'v')])).rejects.toThrow(naming);
        await expect(bench.reader(transport, { topic })).rejects.toThrow(naming);
        expect(await transport.listTopics()).not.toContain(topic);
      },
      CASE_TIMEOUT_MS,
    );

    it(
      'refuses a value over the maxBytes of its topic by name',
      async () => {
        const transport = await bench.transport();
        const topic = await bench.topic(transport, { maxBytes: 100_000 });
        const big = { ...record(topic, 'k', ''), value: noise(101_000) };
        const naming = new RegExp(`${topic.replaceAll('.', '\\.')}[^]*maxBytes`);
        await expect(transport.publish([big])).rejects.toThrow(naming);
        await transport.publish([record(topic, 'k', 'small enough')]);
        const reader = await bench.reader(transport, { topic });
        await bench.until('the small one is read', () => reader.settled.length > 0);
        expect(String(reader.settled[0]?.value)).toBe('small enough');
      },
      CASE_TIMEOUT_MS,
    );

    it(
      'answers pings while it is open, and closes more than once',
      async () => {
        const transport = await bench.transport();
        const topic = await bench.topic(transport);
        await transport.connect();
        await transport.ping();
        const { consumer } = await bench.reader(transport, { topic });
        await transport.close();
        await transport.close();
        expect(consumer.state).toBe('stopped');
        await expect(transport.ping()).rejects.toThrow();
        await expect(transport.publish([record(topic, 'k', 'v')])).rejects.toThrow();
      },
      CASE_TIMEOUT_MS,
    );
  });
}
