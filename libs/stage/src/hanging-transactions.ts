import type { OpenTransaction, Transactions } from './transport.js';

/**
 * A transaction of which nothing was written for so many milliseconds hangs: those of newsmill's own time out after a
 * sixth of it.
 */
export const HANGING_AFTER_MS = 60_000;

/**
 * Those of several topics, by topic. One that may not be read is left out.
 *
 * @param topics their addresses
 */
export async function hangingByTopic(
  transactions: Transactions,
  topics: readonly string[],
): Promise<Map<string, OpenTransaction[]>> {
  const asked = topics.map(async (topic) => [topic, await hangingTransactions(transactions, topic)] as const);
  const answered = await Promise.allSettled(asked);
  return new Map(answered.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : [])));
}

/** Those that nobody seems to end any more. */
export async function hangingTransactions(
  transactions: Transactions,
  topic: string,
  olderThanMs = HANGING_AFTER_MS,
): Promise<OpenTransaction[]> {
  const before = Date.now() - olderThanMs;
  return (await transactions.open(topic)).filter(({ lastWriteAt }) => lastWriteAt < before);
}

/**
 * Milliseconds within which every transaction that somebody still works on has ended: newsmill's own may take 10 s, and a
 * broker looks every 10 s for those that took longer.
 */
export const SETTLED_WITHIN_MS = 30_000;

/** Of those seen before, the ones that stand as they stood. Clocks of other machines have no say in it. */
export async function unchangedTransactions(
  transactions: Transactions,
  seen: readonly OpenTransaction[],
): Promise<OpenTransaction[]> {
  const topics = [...new Set(seen.map(({ topic }) => topic))];
  const open = (await Promise.all(topics.map((topic) => transactions.open(topic)))).flat();
  const before = new Set(seen.map(shapeOf));
  return open.filter((transaction) => before.has(shapeOf(transaction)));
}

function shapeOf({ topic, partition, producerId, producerEpoch, startOffset, lastWriteAt }: OpenTransaction): string {
  return [topic, partition, producerId, producerEpoch, startOffset, lastWriteAt].join();
}
