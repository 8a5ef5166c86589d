import type { OpenTransaction } from '@newsmill/stage';
import type { Cluster } from './client.js';
import { BrokerRefused, exchange, type RawBroker } from './flexible-exchange.js';
import { FlexibleWriter } from './flexible-protocol.js';
import { partitionsOf, patiently } from './positions.js';

const DESCRIBE_PRODUCERS = 61;
const WRITE_TXN_MARKERS = 27;
/** Of a transaction that no coordinator has ended yet. */
const NO_EPOCH = -1;

/**
 * The transactions that are open in a topic (DescribeProducers 0, KIP-664): until one of them ends, nobody who reads
 * committed records is given what stands behind its start. Needs the right to read the topic.
 */
export async function openTransactions(cluster: Cluster, topic: string): Promise<OpenTransaction[]> {
  const partitions = await partitionsOf(cluster, topic);
  return patiently(cluster, async () => {
    const leaders = Object.entries(cluster.findLeaderForPartitions(topic, partitions));
    const found = await Promise.all(
      leaders.map(async ([nodeId, led]) => describe(await brokerAt(cluster, nodeId), topic, led)),
    );
    return found.flat().sort((a, b) => a.partition - b.partition || a.lastWriteAt - b.lastWriteAt);
  });
}

/**
 * Ends a transaction as aborted in its partition (WriteTxnMarkers 1), past its coordinator. Needs the right to
 * ClusterAction.
 */
export async function abortTransaction(cluster: Cluster, transaction: OpenTransaction): Promise<void> {
  const { topic, partition, producerId, producerEpoch, coordinatorEpoch } = transaction;
  await partitionsOf(cluster, topic);
  await patiently(cluster, async () => {
    const [leader] = Object.keys(cluster.findLeaderForPartitions(topic, [partition]));
    const broker = await brokerAt(cluster, leader ?? '');
    const body = new FlexibleWriter().tags();
    body.structures([producerId], (id) => {
      const marker = body.int64(id).int16(producerEpoch).boolean(false).partitionsOf(topic, [partition]);
      marker.int32(Math.max(coordinatorEpoch, 0));
    });
    const codes = await exchange(broker, WRITE_TXN_MARKERS, 1, 'WriteTxnMarkers', body.tags(), (answer) =>
      answer.structures(() => {
        answer.int64();
        return answer.ofPartitions(() => answer.int16());
      }),
    );
    const refused = codes.flat().find((code) => code !== 0);
    if (refused !== undefined) throw new BrokerRefused('WriteTxnMarkers', refused);
  });
}

async function brokerAt(cluster: Cluster, nodeId: string): Promise<RawBroker> {
  return (await cluster.findBroker({ nodeId })) as unknown as RawBroker;
}

async function describe(broker: RawBroker, topic: string, partitions: readonly number[]): Promise<OpenTransaction[]> {
  const body = new FlexibleWriter().tags().partitionsOf(topic, partitions);
  const found = await exchange(broker, DESCRIBE_PRODUCERS, 0, 'DescribeProducers', body.tags(), (answer) => {
    answer.int32();
    return answer.ofPartitions((partition) => {
      const code = answer.int16();
      answer.string();
      const producers = answer.structures(() => ({
        ...{ topic, partition },
        producerId: answer.int64(),
        producerEpoch: answer.int32(),
        lastSequence: answer.int32(),
        lastWriteAt: Number(answer.int64()),
        coordinatorEpoch: answer.int32(),
        startOffset: answer.int64(),
      }));
      return { code, producers };
    });
  });
  const refused = found.find(({ code }) => code !== 0);
  if (refused !== undefined) throw new BrokerRefused('DescribeProducers', refused.code);
  return found
    .flatMap(({ producers }) => producers)
    .filter(({ startOffset }) => startOffset > BigInt(NO_EPOCH))
    .map(({ lastSequence: _, ...open }) => open);
}
