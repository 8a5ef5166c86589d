import type { Transport } from './transport.js';

/** What waits for a group. */
export interface Backlog {
  /** Records that the group has not committed, those in its hands included. */
  records: number;
  /** When the log took the oldest of them, in milliseconds since the epoch. */
  oldestAt?: number;
}

export async function backlogOf(transport: Transport, topic: string, group: string): Promise<Backlog> {
  const lags = await transport.lag(topic, group);
  const ends = Object.fromEntries(lags.map(({ partition, end }) => [partition, end]));
  let oldestAt: number | undefined;
  for (const { partition, committed, lag } of lags) {
    if (lag === 0n) continue;
    for await (const { timestamp } of transport.read(topic, { offsets: { ...ends, [partition]: committed } })) {
      oldestAt = Math.min(oldestAt ?? Infinity, timestamp);
      break;
    }
  }
  const records = Number(lags.reduce((sum, { lag }) => sum + lag, 0n));
  return { records, ...(oldestAt !== undefined && { oldestAt }) };
}
