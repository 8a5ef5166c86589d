import type { NewRecord } from '@newsmill/stage';
import type { MemberTransactions } from './member-transactions.js';

/**
 * The way out of one input partition of one group: outputs and position leave through it together. It lives from the
 * assignment of the partition to its loss.
 */
export interface Lane {
  /**
   * Gives the offset below which everything is done, or -1n when nothing is known. What others began here and did not
   * commit never was by then.
   */
  open(signal: AbortSignal): Promise<bigint>;
  /**
   * Puts the outputs on the log and commits that everything below `next` is done. Rejects when either did not happen;
   * with OutcomeUnknown when nobody can say, until open() is called again, as it has to be before the batch comes
   * again. Once `signal` is aborted it begins nothing more, yet resolves if the commit went through.
   */
  settle(outputs: readonly NewRecord[], next: bigint, signal: AbortSignal): Promise<void>;
}

/** Publishes, then commits: a crash between the two repeats the outputs, and loses none. */
export function publishThenCommit(
  publish: (records: readonly NewRecord[]) => Promise<void>,
  commit: (next: bigint, signal: AbortSignal) => Promise<void>,
): Lane {
  return {
    open: async () => -1n,
    async settle(outputs, next, signal) {
      await publish(outputs);
      signal.throwIfAborted();
      await commit(next, signal);
    },
  };
}

/**
 * Outputs and position in one transaction with those of the member's other partitions; without outputs a plain commit.
 *
 * @param committed where the group stands, once no transaction is open that would move it.
 */
export function transactionally(
  transactions: MemberTransactions,
  partition: number,
  committed: (signal: AbortSignal) => Promise<bigint>,
  commit: (next: bigint, signal: AbortSignal) => Promise<void>,
): Lane {
  return {
    async open(signal) {
      await transactions.open();
      return committed(signal);
    },
    settle: (outputs, next, signal) =>
      outputs.length === 0 ? commit(next, signal) : transactions.settle(partition, outputs, next, signal),
  };
}
