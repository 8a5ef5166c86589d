import { setImmediate as endOfTurn } from 'node:timers/promises';

/** Commits of one membership: those that come while one is under way go together in the next. */
export class JointCommits {
  private waiting = new Map<number, { next: bigint; signal: AbortSignal; done: PromiseWithResolvers<void> }>();
  private working = false;

  /** @param send commits the next offsets of partitions in one request. */
  constructor(private readonly send: (offsets: ReadonlyMap<number, bigint>) => Promise<void>) {}

  /**
   * Rejects with the fault of the request that the offset went with, or with the signal's reason when that was aborted
   * before the request began. At most one call a partition at a time.
   */
  commit(partition: number, next: bigint, signal: AbortSignal): Promise<void> {
    const done = Promise.withResolvers<void>();
    this.waiting.set(partition, { next, signal, done });
    if (!this.working) void this.work();
    return done.promise;
  }

  private async work(): Promise<void> {
    this.working = true;
    // Partitions whose outputs went out together come here in the same turn of the event loop.
    await endOfTurn();
    while (this.waiting.size > 0) {
      const taken = this.waiting;
      this.waiting = new Map();
      for (const [partition, { signal, done }] of taken) {
        if (!signal.aborted) continue;
        done.reject(signal.reason);
        taken.delete(partition);
      }
      if (taken.size === 0) continue;
      try {
        await this.send(new Map([...taken].map(([partition, { next }]) => [partition, next])));
        for (const { done } of taken.values()) done.resolve();
      } catch (error) {
        for (const { done } of taken.values()) done.reject(error);
      }
    }
    this.working = false;
  }
}
