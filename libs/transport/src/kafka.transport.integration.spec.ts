import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { NewRecord, SubscribeOptions } from '@newsmill/stage';
import { spawnCopier } from '../../../test/support/copier.ts';
import { freePort } from '../../../test/support/free-port.ts';
import {
  kafkaUnavailable,
  type LocalKafka,
  ownKafkaUnavailable,
  startKafka,
  startLocalKafka,
  topicPrefix,
} from '../../../test/support/real-parts.ts';
import { KafkaTransport, type KafkaTransportOptions } from './kafka.transport.js';
import { LogUnavailable } from './log-unavailable.js';
import { describeTransport } from './transport.conformance.js';

const describeKafka = (await kafkaUnavailable()) === undefined ? describe : describe.skip;
const SLOW_MS = 240_000;

describeKafka('on a real broker', () => {
  describeTransport('kafka', async () => {
    const { brokers, stop } = await startKafka();
    return {
      create: async () => {
        const transport = new KafkaTransport({ brokers, clientId: 'conformance' });
        await transport.connect();
        return transport;
      },
      prefix: topicPrefix(),
      dispose: stop,
      spawnCopier: (options) => spawnCopier({ kafka: brokers, ...options }),
      slow: true,
    };
  });
});

const open: KafkaTransport[] = [];
afterEach(() => Promise.all(open.splice(0).map((transport) => transport.close())));

function connectTo(brokers: string[], options: Partial<KafkaTransportOptions> = {}): KafkaTransport {
  const transport = new KafkaTransport({ brokers, clientId: 'spec', ...options });
  open.push(transport);
  return transport;
}

async function topicOn(transport: KafkaTransport, partitions = 1): Promise<string> {
  const address = `${topicPrefix()}.topic.v1`;
  const spec = { address, partitions, cleanup: 'delete', retentionMs: 86_400_000, maxBytes: 1_000_000 } as const;
  await transport.applyTopics([spec]);
  return address;
}

const record = (topic: string, key: string, value: string): NewRecord => ({
  topic,
  key: Buffer.from(key),
  value: Buffer.from(value),
  headers: {},
});

function reading(topic: string, onBatch: SubscribeOptions['onBatch']): SubscribeOptions {
  return { topic, group: `${topic}.group`, batchSize: 100, batchBytes: 1_000_000, onBatch };
}

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await sleep(50);
}

describeKafka('members of a group', () => {
  let brokers: string[];
  let stop: () => Promise<void>;
  beforeAll(async () => {
    ({ brokers, stop } = await startKafka());
  }, SLOW_MS);
  afterAll(() => stop());

  it(
    'keep their partition while a handler takes longer than the session',
    async () => {
      const transport = connectTo(brokers, { sessionTimeoutMs: 6_000 });
      const other = connectTo(brokers, { sessionTimeoutMs: 6_000 });
      const topic = await topicOn(transport);
      await transport.publish([record(topic, 'k', 'slow')]);
      const seen: AbortSignal[] = [];
      let settled = 0;
      const options = reading(topic, async (_, { signal }) => {
        seen.push(signal);
        await sleep(10_000);
        return { publish: [], onSettled: () => (settled += 1) };
      });
      await transport.subscribe(options);
      await until(() => seen.length > 0);
      // A second member would get the partition if the first were taken for dead.
      await other.subscribe(options);
      await until(() => settled > 0);
      expect(seen).toHaveLength(1);
      expect(seen[0]?.aborted).toBe(false);
      expect((await transport.lag(topic, options.group)).map(({ lag }) => lag)).toEqual([0n]);
    },
    SLOW_MS,
  );

  it(
    'that can never join fail, and say so',
    async () => {
      const crash = Promise.withResolvers<Error>();
      const transport = connectTo(brokers, { sessionTimeoutMs: 200, onCrash: crash.resolve });
      const topic = await topicOn(transport);
      const consumer = await transport.subscribe(reading(topic, async () => ({ publish: [] })));
      expect((await crash.promise).message).toMatch(/session timeout/);
      expect(consumer.state).toBe('failed');
      expect(consumer.assigned).toEqual([]);
      await consumer.stop();
      expect(consumer.state).toBe('failed');
    },
    SLOW_MS,
  );
});

describeKafka('topics with replicas as they are asked for', () => {
  let transport: KafkaTransport;
  let stop: () => Promise<void>;
  beforeAll(async () => {
    const kafka = await startKafka();
    stop = kafka.stop;
    transport = new KafkaTransport({ brokers: kafka.brokers, clientId: 'replicas' });
  }, SLOW_MS);
  afterAll(async () => {
    await transport.close();
    await stop();
  });

  it('are made so, brought up to date, and refused where that cannot be', async () => {
    const spec = (address: string, replicas: number, minInsyncReplicas?: number) => ({
      address,
      partitions: 2,
      cleanup: 'delete' as const,
      retentionMs: 86_400_000,
      maxBytes: 1_000_000,
      replicas,
      ...(minInsyncReplicas !== undefined && { minInsyncReplicas }),
    });
    const [address, other] = [`${topicPrefix()}.one.v1`, `${topicPrefix()}.two.v1`];
    expect(await transport.applyTopics([spec(address, 1, 1)])).toEqual([{ address, change: 'created' }]);
    expect(await transport.applyTopics([spec(address, 1)])).toEqual([{ address, change: 'unchanged' }]);
    const both = transport.applyTopics([spec(address, 3), spec(other, 99)]);
    await expect(both).rejects.toThrow(
      new RegExp(`${address} has 1 replicas, not 3: .*; ${other}: 99 replicas need as many brokers, and there are \\d`),
    );
    await expect(transport.applyTopics([spec(other, 1, 2)])).rejects.toThrow('min.insync.replicas 2 of 1 replicas');
    expect(await transport.listTopics()).not.toContain(other);
  });
});

describe('without a broker', () => {
  it(
    'every call ends in time, with an error that names the brokers',
    async () => {
      const port = await freePort();
      const transport = connectTo([`127.0.0.1:${port}`], { publishTimeoutMs: 1_000 });
      const attempts = [
        () => transport.connect(),
        () => transport.publish([record('t', 'k', 'v')]),
        () => transport.ping(),
        () => transport.listTopics(),
        () => transport.read('t', 'earliest')[Symbol.asyncIterator]().next(),
        () => transport.subscribe(reading('t', async () => ({ publish: [] }))),
      ];
      const faults = await Promise.all(attempts.map((attempt) => attempt().then(String, (fault: unknown) => fault)));
      for (const fault of faults) {
        expect(fault).toBeInstanceOf(LogUnavailable);
        expect(String(fault)).toContain(`127.0.0.1:${port}`);
      }
    },
    SLOW_MS,
  );
});

const describeKills = ownKafkaUnavailable() === undefined ? describeKafka : describe.skip;

describeKills('a broker that is killed and comes back', () => {
  let kafka: LocalKafka;
  beforeAll(async () => {
    kafka = await startLocalKafka();
  }, SLOW_MS);
  afterAll(() => kafka.stop(), SLOW_MS);

  it(
    'has every record that was acknowledged; publishers and consumers go on by themselves',
    async () => {
      const transport = connectTo(kafka.brokers, { publishTimeoutMs: 120_000 });
      const [input, output] = [await topicOn(transport, 3), await topicOn(transport, 3)];
      const settled = new Set<string>();
      const consumer = await transport.subscribe(
        reading(input, async ({ records }) => ({
          publish: records.map((one) => ({ ...one, topic: output })),
          onSettled: () => records.forEach(({ value }) => settled.add(String(value))),
        })),
      );
      const acknowledged: string[] = [];
      let going = true;
      const publishers = Array.from({ length: 4 }, async (_, publisher) => {
        for (let batch = 0; going; batch += 1) {
          const values = Array.from({ length: 20 }, (__, index) => `${publisher}/${batch}/${index}`);
          await transport.publish(values.map((value) => record(input, value, value)));
          acknowledged.push(...values);
        }
      });
      for (let kills = 0; kills < 2; kills += 1) {
        const before = acknowledged.length;
        await until(() => acknowledged.length > before + 400);
        await kafka.kill(0);
        await kafka.restart(0);
      }
      const before = acknowledged.length;
      await until(() => acknowledged.length > before + 400);
      going = false;
      await Promise.all(publishers);

      await until(() => settled.size >= acknowledged.length);
      expect(consumer.state).toBe('running');
      const inputs = await count(transport, input);
      const outputs = await count(transport, output);
      expect(acknowledged.filter((value) => !inputs.has(value) || !outputs.has(value))).toEqual([]);
      expect(inputs.size).toBe(acknowledged.length);
    },
    SLOW_MS,
  );
});

async function count(transport: KafkaTransport, topic: string): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  for await (const { value } of transport.read(topic, 'earliest')) {
    counts.set(String(value), (counts.get(String(value)) ?? 0) + 1);
  }
  return counts;
}

describeKafka('transactions of a stage', () => {
  it(
    'are counted by how they end',
    async () => {
      const { brokers } = await startKafka();
      const transport = connectTo(brokers);
      const [from, to] = [await topicOn(transport), await topicOn(transport)];
      await transport.publish([record(from, 'k', 'v')]);
      let calls = 0;
      await transport.subscribe({
        topic: from,
        group: `${from}.copier`,
        batchSize: 10,
        batchBytes: 1_000_000,
        onBatch: async () => {
          calls += 1;
          return { publish: [record(calls === 1 ? `${to}.missing` : to, 'k', 'v')] };
        },
      });
      const ends = () => transport.statistics().transactions!;
      await until(async () => ends().committed > 0);
      expect(ends()).toEqual({ committed: 1, aborted: 1, unknown: 0 });
    },
    SLOW_MS,
  );
});
