import type { NewRecord } from '@newsmill/stage';

/**
 * The way out of one input partition of one group: outputs and position leave through it together. It lives from the
 * assignment of the partition to its loss.
 */
export interface Lane {
  /**
   * Puts the outputs on the log and commits that everything below `next` is done. Rejects when either did not happen;
   * the batch then comes again. Once `signal` is aborted it begins nothing more, yet resolves if the commit went through.
   */
  settle(outputs: readonly NewRecord[], next: bigint, signal: AbortSignal): Promise<void>;
}

/** Publishes, then commits: a crash between the two repeats the outputs, and loses none. */
export function publishThenCommit(
  publish: (records: readonly NewRecord[]) => Promise<void>,
  commit: (next: bigint, signal: AbortSignal) => Promise<void>,
): Lane {
  return {
    async settle(outputs, next, signal) {
      await publish(outputs);
      signal.throwIfAborted();
      await commit(next, signal);
    },
  };
}
