import { describe, expect, it } from '@jest/globals';
import type { Cluster } from './client.js';
import { readTopic } from './positions.js';
import type { RawMessage } from './records.js';

/** Batches of one partition as the log holds them: which offsets each covers, and which of them still have a record. */
interface StoredBatch {
  first: number;
  last: number;
  kept: number[];
  marker?: boolean;
}

/** Answers fetches as a broker does: the batch that covers the position, or the next one. */
function clusterOf(batches: StoredBatch[], end: number): { cluster: Cluster; fetches: number[] } {
  const fetches: number[] = [];
  const broker = {
    fetch: async (request: { topics: { partitions: { fetchOffset: string }[] }[] }) => {
      const position = Number(request.topics[0]!.partitions[0]!.fetchOffset);
      fetches.push(position);
      const batch = batches.find(({ last }) => last >= position);
      const messages: RawMessage[] = (batch?.kept ?? []).map((offset) => ({
        key: null,
        value: Buffer.from(`${offset}`),
        offset: `${offset}`,
        timestamp: '0',
        isControlRecord: batch!.marker ?? false,
        batchContext: {
          firstOffset: `${batch!.first}`,
          lastOffsetDelta: batch!.last - batch!.first,
          producerId: '1',
          inTransaction: false,
        },
      }));
      return { responses: [{ partitions: [{ messages, abortedTransactions: [] }] }] };
    },
  };
  const cluster = {
    isConnected: () => true,
    addTargetTopic: async () => undefined,
    refreshMetadata: async () => undefined,
    findTopicPartitionMetadata: () => [{ partitionId: 0 }],
    findLeaderForPartitions: () => ({ 1: [0] }),
    findBroker: async () => broker,
    fetchTopicsOffset: async ([{ fromBeginning }]: [{ fromBeginning: boolean }]) => [
      { topic: 't', partitions: [{ partition: 0, offset: fromBeginning ? '0' : `${end}` }] },
    ],
  };
  return { cluster: cluster as unknown as Cluster, fetches };
}

async function offsetsRead(cluster: Cluster): Promise<number[]> {
  const offsets: number[] = [];
  for await (const { offset } of readTopic(cluster, 't', 'earliest')) offsets.push(Number(offset));
  return offsets;
}

describe('readTopic', () => {
  it('ends behind gaps, batches without records and a trailing marker', async () => {
    const { cluster } = clusterOf(
      [
        { first: 0, last: 4, kept: [1, 3] },
        { first: 8, last: 9, kept: [] },
        { first: 12, last: 19, kept: [12] },
        { first: 20, last: 20, kept: [20], marker: true },
      ],
      21,
    );
    expect(await offsetsRead(cluster)).toEqual([1, 3, 12]);
  });

  it('leaves out what was written after the call, also within the last batch', async () => {
    const { cluster, fetches } = clusterOf([{ first: 0, last: 9, kept: [0, 1, 2, 3, 4, 5] }], 4);
    expect(await offsetsRead(cluster)).toEqual([0, 1, 2, 3]);
    expect(fetches).toEqual([0]);
  });

  it('asks an empty partition for nothing', async () => {
    const { cluster, fetches } = clusterOf([], 0);
    expect(await offsetsRead(cluster)).toEqual([]);
    expect(fetches).toEqual([]);
  });
});
