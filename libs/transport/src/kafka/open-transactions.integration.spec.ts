import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { HANGING_AFTER_MS, hangingTransactions, type OpenTransaction } from '@newsmill/stage';
import kafkajs from 'kafkajs';
import {
  type LocalKafka,
  localKafkaMissing,
  startLocalKafka,
  topicPrefix,
} from '../../../../test/support/real-parts.ts';
import { KafkaTransport } from '../kafka.transport.js';

const describeKafka = localKafkaMissing() === undefined ? describe : describe.skip;

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
  let topic: string;

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
    topic = `${topicPrefix()}.topic.v1`;
    const spec = {
      address: topic,
      partitions: 2,
      cleanup: 'delete',
      retentionMs: 86_400_000,
      maxBytes: 1_000_000,
    } as const;
    await transport.applyTopics([spec]);
  }, 240_000);
  afterAll(async () => {
    await transport.close();
    await kafka.stop();
  });

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
    const began = Date.now();
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
    expect(found[0]!.lastWriteAt).toBeGreaterThanOrEqual(began - 1);
  });

  it('holds up who reads, and shows in no lag', async () => {
    const seen = await published();
    expect(seen.filter((value) => value === 'behind').length).toBeLessThan(8);
    const [, held] = await transport.lag(topic, `${topic}.group`);
    expect(held!.end).toBe(found[0]!.startOffset);
  });

  it('hangs once nothing was written for a while', async () => {
    expect(await hangingTransactions(transport.transactions, topic, HANGING_AFTER_MS)).toEqual([]);
    expect(await hangingTransactions(transport.transactions, topic, -1_000)).toEqual(found);
  });

  it('is ended as aborted: its records are never shown, those behind it are', async () => {
    await transport.transactions.abort(found[0]!);
    expect(await transport.transactions.open(topic)).toEqual([]);
    expect(await published()).toEqual([...Array<string>(8).fill('before'), ...Array<string>(8).fill('behind')].sort());
  });

  it('is refused where there is none: nothing is written', async () => {
    await expect(transport.transactions.abort({ ...found[0]!, topic: `${topic}.other` })).rejects.toThrow(
      /is not on the log/,
    );
  });

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
            { partition: 1, firstSequence: 0, messages: [{ key: 'k', value: 'open', timestamp: String(Date.now()) }] },
          ],
        },
      ],
    });
    await cluster.disconnect();
  }
});
