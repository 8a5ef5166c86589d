import type { OpenTransaction, Transactions } from './transport.js';

/**
 * A transaction of which nothing was written for so many milliseconds hangs: those of newsmill's own time out after a
 * sixth of it.
 */
export const HANGING_AFTER_MS = 60_000;

/** Those that nobody seems to end any more. */
export async function hangingTransactions(
  transactions: Transactions,
  topic: string,
  olderThanMs = HANGING_AFTER_MS,
): Promise<OpenTransaction[]> {
  const before = Date.now() - olderThanMs;
  return (await transactions.open(topic)).filter(({ lastWriteAt }) => lastWriteAt < before);
}
