import type { Transport } from './transport.js';

/** What waits for a group. */
export interface Backlog {
  /** Records that the group has not committed, those in its hands included. */
  records: number;
  /** When the log took the oldest of them, in milliseconds since the epoch. */
  oldestAt?: number;
}

/** By partition: the oldest record at the last look, and when the log took it. */
export type OldestRecords = Map<number, { offset: bigint; at: number }>;

/** @param known for whoever looks again and again: a record that is still the oldest is not read anew */
export async function backlogOf(
  transport: Transport,
  topic: string,
  group: string,
  known: OldestRecords = new Map(),
): Promise<Backlog> {
  const lags = await transport.lag(topic, group);
  const ends = Object.fromEntries(lags.map(({ partition, end }) => [partition, end]));
  for (const { partition, committed: offset, lag } of lags) {
    if (lag > 0n && known.get(partition)?.offset === offset) continue;
    known.delete(partition);
    if (lag === 0n) continue;
    for await (const record of transport.read(topic, { offsets: { ...ends, [partition]: offset } })) {
      // Others may have grown since they were asked for their ends.
      if (record.partition !== partition) continue;
      known.set(partition, { offset, at: record.timestamp });
      break;
    }
  }
  const oldestAt = [...known.values()].reduce((oldest, { at }) => Math.min(oldest, at), Infinity);
  const records = Number(lags.reduce((sum, { lag }) => sum + lag, 0n));
  return { records, ...(known.size > 0 && { oldestAt }) };
}
