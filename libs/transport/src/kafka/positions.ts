import { setTimeout as sleep } from 'node:timers/promises';
import { backoff, type LogRecord, type PartitionLag, type Position } from '@newsmill/stage';
import { anyBroker, type Broker, type Cluster } from './client.js';
import { brokerCode, isTransient } from './faults.js';
import { offsetBehind, type RawMessage, toLogRecord } from './records.js';
import { UnknownTopic } from '../topic-errors.js';

type Offsets = Map<number, bigint>;

const READ_COMMITTED = 1;
const FETCH_BYTES = 4 * 1024 * 1024;
const FETCH_WAIT_MS = 500;
const PATIENCE_MS = 30_000;
/** A distance over which lag is counted in records; beyond, offsets say enough. */
const PEEK_OFFSETS = 16n;
/** How long a group may take to lose its last member. */
const EMPTYING_MS = 10_000;
/** Fetches that may give nothing before an offset is taken for a hole. */
const EMPTY_FETCHES = 3;

/** The first offset of each partition at a position. Read committed: the end is that of settled transactions. */
export async function offsetsAt(cluster: Cluster, topic: string, position: Position): Promise<Offsets> {
  const partitions = await partitionsOf(cluster, topic);
  if (typeof position === 'object' && 'offsets' in position) {
    const earliest = await offsetsAt(cluster, topic, 'earliest');
    return new Map([...earliest].map(([partition, first]) => [partition, position.offsets[partition] ?? first]));
  }
  const at =
    typeof position === 'object' ? { fromTimestamp: position.time } : { fromBeginning: position === 'earliest' };
  const found = await ask(cluster, topic, partitions, at);
  if (typeof position !== 'object') return found;
  // Nothing as young as that: the end.
  const latest = await ask(cluster, topic, partitions, { fromBeginning: false });
  return new Map(
    partitions.map((partition) => {
      const offset = found.get(partition) ?? -1n;
      return [partition, offset < 0n ? latest.get(partition)! : offset];
    }),
  );
}

async function ask(
  cluster: Cluster,
  topic: string,
  partitions: number[],
  at: { fromBeginning: boolean } | { fromTimestamp: number },
): Promise<Offsets> {
  const wanted = partitions.map((partition) => ({ partition }));
  const [answer] = await patiently(cluster, () => cluster.fetchTopicsOffset([{ topic, partitions: wanted, ...at }]));
  const found = new Map(answer?.partitions.map(({ partition, offset }) => [partition, BigInt(offset)]));
  return new Map(partitions.map((partition) => [partition, found.get(partition) ?? -1n]));
}

/** Asks again while a partition changes its leader, or its new leader does not know yet that it leads. */
export async function patiently<T>(cluster: Cluster, question: () => Promise<T>): Promise<T> {
  const deadline = performance.now() + PATIENCE_MS;
  for (let attempts = 1; ; attempts += 1) {
    try {
      return await question();
    } catch (error) {
      if (!isTransient(error) || performance.now() > deadline) throw error;
      await sleep(backoff(attempts, 100, 2_000));
      await cluster.refreshMetadata().catch(() => undefined);
    }
  }
}

/** @throws UnknownTopic */
export async function partitionsOf(cluster: Cluster, topic: string): Promise<number[]> {
  if (!cluster.isConnected()) await cluster.connect();
  try {
    await cluster.addTargetTopic(topic);
    await cluster.refreshMetadata();
  } catch (error) {
    // The answer is about all topics that the cluster was ever asked for: is it this one that is missing?
    if (brokerCode(error) !== 'UNKNOWN_TOPIC_OR_PARTITION') throw error;
    await (await anyBroker(cluster)).metadata([topic]).catch(() => {
      throw new UnknownTopic(topic);
    });
    throw error;
  }
  const partitions = cluster.findTopicPartitionMetadata(topic).map(({ partitionId }) => partitionId);
  return partitions.sort((a, b) => a - b);
}

/** What the group has committed, by partition; nothing for those it never did. */
async function committedBy(
  cluster: Cluster,
  topic: string,
  group: string,
  partitions: Iterable<number>,
): Promise<Offsets> {
  const coordinator = await cluster.findGroupCoordinator({ groupId: group });
  const { responses } = await coordinator.offsetFetch({
    groupId: group,
    topics: [{ topic, partitions: [...partitions].map((partition) => ({ partition, offset: '-1' })) }],
  });
  const found = responses.find((response) => response.topic === topic)?.partitions ?? [];
  return new Map(
    found.filter(({ offset }) => Number(offset) >= 0).map(({ partition, offset }) => [partition, BigInt(offset)]),
  );
}

export async function lagOf(cluster: Cluster, topic: string, group: string): Promise<PartitionLag[]> {
  const earliest = await offsetsAt(cluster, topic, 'earliest');
  const committed = await committedBy(cluster, topic, group, earliest.keys());
  const ends = await offsetsAt(cluster, topic, 'latest');
  return Promise.all(
    [...earliest].map(async ([partition, first]) => {
      const end = ends.get(partition) ?? first;
      const own = committed.get(partition) ?? 0n;
      const from = own > first ? own : first;
      const distance = end > from ? end - from : 0n;
      const isShort = distance > 0n && distance <= PEEK_OFFSETS;
      const lag = isShort ? await recordsBetween(cluster, topic, partition, from, end) : distance;
      return { partition, committed: from, end, lag };
    }),
  );
}

/** Records in a short stretch of offsets. Each transaction leaves a marker behind, which nobody handles or commits. */
async function recordsBetween(
  cluster: Cluster,
  topic: string,
  partition: number,
  from: bigint,
  end: bigint,
): Promise<bigint> {
  const messages = await fetch(cluster, topic, partition, from);
  if ((offsetBehind(messages) ?? from) < end) return end - from;
  const between = messages.filter(
    ({ offset, isControlRecord }) => !isControlRecord && BigInt(offset) >= from && BigInt(offset) < end,
  );
  return BigInt(between.length);
}

/** Commits positions for a group from outside, which the broker takes while the group has no members. */
export async function seekGroup(cluster: Cluster, topic: string, group: string, to: Position): Promise<void> {
  const offsets = await offsetsAt(cluster, topic, to);
  const partitions = [...offsets].map(([partition, offset]) => ({ partition, offset: String(offset) }));
  const deadline = performance.now() + EMPTYING_MS;
  for (;;) {
    try {
      const coordinator = await cluster.findGroupCoordinator({ groupId: group });
      await coordinator.offsetCommit({
        groupId: group,
        groupGenerationId: -1,
        memberId: '',
        topics: [{ topic, partitions }],
      });
      return;
    } catch (error) {
      const occupied = ['UNKNOWN_MEMBER_ID', 'REBALANCE_IN_PROGRESS', 'NON_EMPTY_GROUP'].includes(
        brokerCode(error) ?? '',
      );
      if (!occupied) throw error;
      if (performance.now() > deadline) {
        throw new Error(`Group ${group} still has members on ${topic}: stop its consumers, then seek`, {
          cause: error,
        });
      }
      await sleep(250);
    }
  }
}

/** Reads partition by partition from a position to the end as it stands at the call, outside any group. */
export async function* readTopic(cluster: Cluster, topic: string, from: Position): AsyncGenerator<LogRecord> {
  const starts = await offsetsAt(cluster, topic, from);
  const ends = await offsetsAt(cluster, topic, 'latest');
  for (const [partition, start] of starts) {
    yield* readPartition(cluster, topic, partition, start, ends.get(partition) ?? start);
  }
}

async function* readPartition(
  cluster: Cluster,
  topic: string,
  partition: number,
  start: bigint,
  end: bigint,
): AsyncGenerator<LogRecord> {
  let position = start < 0n ? 0n : start;
  let empty = 0;
  while (position < end) {
    const messages = await fetch(cluster, topic, partition, position);
    const behind = offsetBehind(messages);
    if (behind === undefined || behind <= position) {
      // Compaction can leave a batch without records, which tells nothing of where it ends.
      empty += 1;
      if (empty <= EMPTY_FETCHES) continue;
      position += 1n;
      continue;
    }
    empty = 0;
    for (const message of messages) {
      if (message.isControlRecord) continue;
      const record = toLogRecord(topic, partition, message);
      if (record.offset >= position && record.offset < end) yield record;
    }
    position = behind;
  }
}

/** What stands from a position on, read committed: markers and aborted records are control records. */
async function fetch(cluster: Cluster, topic: string, partition: number, position: bigint): Promise<RawMessage[]> {
  const request = {
    isolationLevel: READ_COMMITTED,
    maxWaitTime: FETCH_WAIT_MS,
    minBytes: 1,
    maxBytes: FETCH_BYTES,
    topics: [{ topic, partitions: [{ partition, fetchOffset: String(position), maxBytes: FETCH_BYTES }] }],
  };
  try {
    const { responses } = await patiently(cluster, async () => {
      const leader = await leaderOf(cluster, topic, partition);
      return (await leader.fetch(request)) as FetchAnswer;
    });
    const [found] = responses.flatMap(({ partitions }) => partitions);
    return found?.messages ?? [];
  } catch (error) {
    if (brokerCode(error) !== 'OFFSET_OUT_OF_RANGE') throw error;
    // Retention has taken what stood here: reading goes on where the log begins now.
    const first = (await offsetsAt(cluster, topic, 'earliest')).get(partition) ?? 0n;
    if (first <= position) throw error;
    return fetch(cluster, topic, partition, first);
  }
}

interface FetchAnswer {
  responses: { partitions: { messages: RawMessage[] }[] }[];
}

async function leaderOf(cluster: Cluster, topic: string, partition: number): Promise<Broker> {
  const leaders = Object.keys(cluster.findLeaderForPartitions(topic, [partition]));
  return cluster.findBroker({ nodeId: leaders[0] ?? '' });
}
