import { backoff, type LogRecord, type Settlement, sleep, type SubscribeOptions } from '@newsmill/stage';
import type { ByteBudget } from './byte-budget.js';
import type { Log } from './client.js';
import { OutcomeUnknown } from './faults.js';
import type { Lane } from './lane.js';

export type PartitionLoopOptions = Pick<SubscribeOptions, 'topic' | 'batchSize' | 'batchBytes' | 'onBatch'> & {
  partition: number;
  lane: Lane;
  /** Of the values of all batches in hand, shared with other partitions. */
  budget: ByteBudget;
  log: Log;
};

/** Most bytes that wait behind a batch, so that more can be fetched while it is handled; one fetch may lie over it. */
const AHEAD_BYTES = 1024 * 1024;
const FIRST_DELAY_MS = 200;
const MAX_DELAY_MS = 5_000;

/**
 * Handles what is fetched of one partition, batch after batch, apart from fetching: a partition that waits for its
 * handler holds up neither the heartbeat nor its neighbours.
 */
export class PartitionLoop {
  private waiting: LogRecord[] = [];
  /** Offset behind everything that was fetched; may lie beyond the last record, where markers or gaps follow it. */
  private end = -1n;
  private working: Promise<void> | undefined;
  private draining = false;
  /** Whether the lane has to be opened before anything is handled. */
  private unsure = true;
  /** Everything below is done, by the word of the log when the lane was opened. */
  private floor = -1n;
  private roomy: PromiseWithResolvers<void> | undefined;
  private readonly ending = new AbortController();
  /** Ends the wait before a batch comes again. */
  private readonly resting = new AbortController();

  constructor(private readonly options: PartitionLoopOptions) {}

  /**
   * Takes records in the order of their offsets, up to `end`. Those that were taken before are left out while a batch is
   * in hand: after a rebalance the log gives again what is not committed yet, or was committed just now. An idle loop
   * asks the lane where the group stands.
   */
  offer(records: readonly LogRecord[], end: bigint): void {
    if (this.draining || this.ending.signal.aborted) return;
    const idle = this.working === undefined;
    if (idle && records[0] !== undefined && records[0].offset < this.end) this.unsure = true;
    for (const record of records) if (idle || record.offset >= this.end) this.waiting.push(record);
    if (idle || end > this.end) this.end = end;
    if (this.waiting.length > 0) this.working ??= this.work();
  }

  /** Less than a batch waits, and not much of large records: more can be fetched while the last batch is handled. */
  get hasRoom(): boolean {
    if (this.waiting.length >= this.options.batchSize || this.sliceEnd() < this.waiting.length) return false;
    return bytesOf(this.waiting) < AHEAD_BYTES;
  }

  /** Resolves when there is room, or the loop has ended. */
  async room(): Promise<void> {
    if (this.hasRoom || this.draining || this.ending.signal.aborted) return;
    this.roomy ??= Promise.withResolvers();
    await this.roomy.promise;
  }

  /** Takes nothing more; resolves when the batch in hand has settled or the loop has ended. */
  async drain(): Promise<void> {
    this.draining = true;
    this.resting.abort();
    this.drop();
    await this.working;
  }

  /** Hands back what is in hand and forgets what waits. */
  abandon(reason: Error): void {
    this.ending.abort(reason);
    this.resting.abort();
    this.drop();
  }

  private async work(): Promise<void> {
    while (this.waiting.length > 0 && !this.ending.signal.aborted) {
      const records = this.waiting.splice(0, this.sliceEnd());
      const next = this.waiting[0]?.offset ?? this.end;
      if (this.hasRoom) this.tellRoom();
      await this.settleInTurn(records, next);
    }
    this.working = undefined;
  }

  /** Settles a batch once there is room for its bytes; one that has not begun when the loop ends is handed back. */
  private async settleInTurn(records: LogRecord[], next: bigint): Promise<void> {
    const release = await this.options.budget.take(bytesOf(records), this.resting.signal).catch(() => undefined);
    if (release === undefined) return;
    try {
      await this.settle(records, next);
    } finally {
      release();
    }
  }

  /** Handles a batch until it is settled, here or by another member, or handed back. */
  private async settle(batch: LogRecord[], next: bigint): Promise<void> {
    const { topic, partition, onBatch, lane, log } = this.options;
    const { signal } = this.ending;
    /** Of a settling that got no answer: the log tells when the lane is opened whether it went through. */
    let unanswered: Settlement | undefined;
    for (let attempts = 1; ; attempts += 1) {
      try {
        if (this.unsure) this.floor = await this.open(signal);
        signal.throwIfAborted();
        const records = batch.filter(({ offset }) => offset >= this.floor);
        if (records.length === 0) {
          unanswered?.onSettled?.();
          return;
        }
        unanswered = undefined;
        const settlement = await untilAborted(onBatch({ topic, partition, records }, { signal }), signal);
        this.unsure = true;
        await lane.settle(settlement.publish, next, signal).catch((error: unknown) => {
          if (error instanceof OutcomeUnknown) unanswered = settlement;
          throw error;
        });
        this.unsure = false;
        settlement.onSettled?.();
        return;
      } catch (error) {
        if (signal.aborted || this.draining) return;
        const delayMs = backoff(attempts, FIRST_DELAY_MS, MAX_DELAY_MS);
        const reason = error instanceof Error ? error.message : String(error);
        log('warn', `a batch comes again: ${reason}`, { topic, partition, offset: `${batch[0]!.offset}`, delayMs });
        await sleep(delayMs, this.resting.signal).catch(() => undefined);
        if (this.resting.signal.aborted) return;
      }
    }
  }

  private async open(signal: AbortSignal): Promise<bigint> {
    // Before the question: what happens while it is answered makes this loop unsure again.
    this.unsure = false;
    try {
      return await this.options.lane.open(signal);
    } catch (error) {
      this.unsure = true;
      throw error;
    }
  }

  /** How many of the waiting records make the next batch. */
  private sliceEnd(): number {
    const { batchSize, batchBytes } = this.options;
    let [bytes, count] = [0, 0];
    for (const { value } of this.waiting) {
      bytes += value?.length ?? 0;
      if (count > 0 && (count >= batchSize || bytes > batchBytes)) break;
      count += 1;
    }
    return count;
  }

  private drop(): void {
    this.waiting = [];
    this.tellRoom();
  }

  private tellRoom(): void {
    this.roomy?.resolve();
    this.roomy = undefined;
  }
}

function bytesOf(records: readonly LogRecord[]): number {
  return records.reduce((bytes, { value }) => bytes + (value?.length ?? 0), 0);
}

/** A handler that does not heed its signal is not waited for. */
async function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
