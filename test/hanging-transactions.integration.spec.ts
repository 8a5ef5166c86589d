import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { pageFetched, topicAddress } from '@newsmill/contracts';
import type { OpenTransaction } from '@newsmill/stage';
import { KafkaTransport } from '@newsmill/transport/kafka';
import kafkajs from 'kafkajs';
import {
  freshDatabase,
  type LocalKafka,
  ownKafkaUnavailable,
  startLocalKafka,
  topicPrefix,
} from './support/real-parts.ts';
import { NewsmillProcess } from './support/newsmill-process.ts';

const describeKafka = ownKafkaUnavailable() === undefined ? describe : describe.skip;

interface RawProducer {
  initProducerId(request: object): Promise<{ producerId: string; producerEpoch: number }>;
  produce(request: object): Promise<unknown>;
}

/**
 * What a broker that lost the end of a transaction leaves behind: records of a transaction that its coordinator has never
 * heard of. Brokers refuse such records by default since Kafka 3.6 (KIP-890), so that is switched off here.
 */
describeKafka('a transaction that nobody ends', () => {
  let kafka: LocalKafka;
  let transport: KafkaTransport;
  let client: kafkajs.Kafka;
  let database: Awaited<ReturnType<typeof freshDatabase>>;
  let environment: Record<string, string> = {};
  const prefix = topicPrefix();
  const topic = topicAddress(prefix, pageFetched);
  const ageMs = 120_000;

  beforeAll(async () => {
    kafka = await startLocalKafka();
    client = new kafkajs.Kafka({ brokers: kafka.brokers, logLevel: kafkajs.logLevel.NOTHING });
    const admin = client.admin();
    await admin.connect();
    await admin.alterConfigs({
      validateOnly: false,
      resources: [
        {
          type: kafkajs.ConfigResourceTypes.BROKER,
          name: '1',
          configEntries: [{ name: 'transaction.partition.verification.enable', value: 'false' }],
        },
      ],
    });
    await admin.disconnect();
    transport = new KafkaTransport({ brokers: kafka.brokers, clientId: 'spec' });
    database = await freshDatabase();
    environment = {
      NEWSMILL_KAFKA_BROKERS: kafka.brokers.join(','),
      NEWSMILL_KAFKA_SECURITY_PROTOCOL: 'plaintext',
      NEWSMILL_DATABASE_URL: database.url,
      NEWSMILL_TOPIC_PREFIX: prefix,
    };
    expect(await newsmill('topics', 'apply')).toMatchObject({ code: 0 });
    expect(await newsmill('migrate')).toMatchObject({ code: 0 });
  }, 300_000);
  afterAll(async () => {
    await transport?.close();
    await kafka?.stop();
    await database?.drop();
  });

  async function newsmill(...args: string[]): Promise<{ code: number | string; output: string }> {
    const run = new NewsmillProcess('apps/standalone/bin/newsmill.js', args, environment);
    const code = await run.ended;
    return { code, output: run.lines.join('\n') };
  }

  async function published(): Promise<string[]> {
    const values: string[] = [];
    for await (const { value } of transport.read(topic, 'earliest')) values.push(String(value));
    return values.sort();
  }

  async function publish(value: string): Promise<void> {
    // Keys of both partitions.
    for (const key of ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']) {
      await transport.publish([{ topic, key: Buffer.from(key), value: Buffer.from(value), headers: {} }]);
    }
  }

  let found: OpenTransaction[] = [];

  it('is none where everything has ended', async () => {
    await publish('before');
    expect(await transport.transactions.open(topic)).toEqual([]);
    expect(await published()).toHaveLength(8);
  });

  it('is told with its partition, its start and its age', async () => {
    await leaveOpen();
    await publish('behind');
    found = await transport.transactions.open(topic);
    expect(found).toEqual([
      {
        topic,
        partition: 1,
        producerId: expect.any(BigInt),
        producerEpoch: expect.any(Number),
        coordinatorEpoch: -1,
        startOffset: expect.any(BigInt),
        lastWriteAt: expect.any(Number),
      },
    ]);
    expect(Date.now() - found[0]!.lastWriteAt).toBeGreaterThanOrEqual(ageMs);
  });

  it('holds up who reads, and shows in no lag', async () => {
    const seen = await published();
    expect(seen.filter((value) => value === 'behind').length).toBeLessThan(8);
    const [, held] = await transport.lag(topic, `${topic}.group`);
    expect(held!.end).toBe(found[0]!.startOffset);
  });

  it('is told by the commands, once nothing was written for a minute', async () => {
    const { startOffset } = found[0]!;
    expect(await newsmill('topics', 'transactions')).toEqual({
      code: 1,
      output: expect.stringContaining(`hangs   ${topic}/1 from offset ${startOffset}, producer `),
    });
    expect(await newsmill('topics', 'transactions', '--older-than', '600')).toEqual({
      code: 0,
      output: 'no transaction hangs',
    });
    const { code, output } = await newsmill('status');
    expect(code).toBe(1);
    expect(output).toContain(`HELD UP   ${topic}/1 from offset ${startOffset} on`);
  }, 60_000);

  it('is not ended while its publisher may be alive', async () => {
    const { code, output } = await newsmill('topics', 'transactions', '--abort', '--older-than', '5');
    expect([code, output]).toEqual([2, expect.stringContaining('--older-than 5: use 60 or more with --abort')]);
  }, 60_000);

  it('is ended as aborted: its records are never shown, those behind it are', async () => {
    expect(await newsmill('topics', 'transactions', '--abort')).toEqual({
      code: 0,
      output: expect.stringMatching(/^newsmill: 1 seem to hang; looks again in 30 s\naborted /),
    });
    expect(await transport.transactions.open(topic)).toEqual([]);
    expect(await published()).toEqual([...Array<string>(8).fill('before'), ...Array<string>(8).fill('behind')]);
    expect(await newsmill('topics', 'transactions', '--json')).toEqual({ code: 0, output: '[]' });
  }, 90_000);

  /** Records of a transaction that was never begun with its coordinator, in partition 1. */
  async function leaveOpen(): Promise<void> {
    let cluster!: kafkajs.Cluster;
    client.consumer({
      groupId: 'none',
      partitionAssigners: [
        (parts) => {
          cluster = parts.cluster;
          return {
            name: 'x',
            version: 1,
            protocol: () => ({ name: 'x', metadata: Buffer.alloc(0) }),
            assign: async () => [],
          };
        },
      ],
    });
    await cluster.connect();
    await cluster.addTargetTopic(topic);
    await cluster.refreshMetadata();
    const [nodeId] = Object.keys(cluster.findLeaderForPartitions(topic, [1]));
    const broker = (await cluster.findBroker({ nodeId: nodeId! })) as unknown as RawProducer;
    const transactionalId = 'left-open';
    // Waits until the coordinator has taken up its work.
    const first = client.producer({ transactionalId, maxInFlightRequests: 1 });
    await first.connect();
    await (await first.transaction()).abort();
    await first.disconnect();
    const asked = { groupId: transactionalId, coordinatorType: 1 };
    const coordinator = (await cluster.findGroupCoordinator(asked)) as unknown as RawProducer;
    const { producerId, producerEpoch } = await coordinator.initProducerId({
      transactionalId,
      transactionTimeout: 10_000,
    });
    await broker.produce({
      transactionalId,
      producerId,
      producerEpoch,
      topicData: [
        {
          topic,
          partitions: [
            {
              partition: 1,
              firstSequence: 0,
              messages: [{ key: 'k', value: 'open', timestamp: String(Date.now() - ageMs) }],
            },
          ],
        },
      ],
    });
    await cluster.disconnect();
  }
});
