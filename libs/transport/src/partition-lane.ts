import { backoff, type Batch, type BatchHandler, type NewRecord, type Settlement, sleep } from '@newsmill/stage';

/** Another member holds the partition by now: what this one still has in hand does not count. */
export class PartitionLost extends Error {
  override name = 'PartitionLost';
}

/** A partition held for a group. */
export interface HeldPartition {
  /** The batch after the last settled one; `undefined` while there is none. */
  next(): Promise<Batch | undefined>;
  /**
   * Publishes, then commits the batch. Rejects with {@link PartitionLost} when the partition is another member's, and
   * then has done neither. While the log is down it may try again until `signal` is aborted.
   */
  settle(batch: Batch, publish: readonly NewRecord[], signal: AbortSignal): Promise<void>;
}

export interface LaneOptions {
  held: HeldPartition;
  onBatch: BatchHandler;
  /** Milliseconds to wait after each batch for more to come. */
  gatherMs?: number | undefined;
  /** A failure after which the batch comes again. */
  onFailure(error: unknown): void;
}

const FIRST_DELAY_MS = 100;
const MAX_DELAY_MS = 10_000;

/** Works through one held partition: a batch is fetched, handled and settled before the next one is fetched. */
export class PartitionLane {
  /** Resolves when the lane has nothing in hand and takes nothing more. Never rejects. */
  readonly ended: Promise<void>;
  private readonly options: LaneOptions;
  private readonly closing = new AbortController();
  private readonly aborting = new AbortController();
  private woken = false;
  private resume: (() => void) | undefined;

  constructor(options: LaneOptions) {
    this.options = options;
    this.ended = this.run();
  }

  /** There may be something to read. */
  wake(): void {
    this.woken = true;
    this.resume?.();
  }

  /** Takes nothing more; the batch in hand may settle within `graceMs` (`Infinity`: always), then it is handed back. */
  async release(graceMs: number): Promise<void> {
    this.closing.abort();
    this.wake();
    if (graceMs <= 0) this.abort(new Error('the consumer stops'));
    const timer = Number.isFinite(graceMs)
      ? setTimeout(() => this.abort(new Error('the consumer stops')), graceMs)
      : undefined;
    await this.ended;
    clearTimeout(timer);
  }

  /** Hands the batch in hand back at once. */
  abort(reason: Error): void {
    this.closing.abort();
    this.aborting.abort(reason);
    this.wake();
  }

  private async run(): Promise<void> {
    for (let failures = 0; !this.closing.signal.aborted;) {
      try {
        this.woken = false;
        const batch = await this.options.held.next();
        if (this.closing.signal.aborted) return;
        if (batch === undefined) await this.untilWoken();
        else await this.process(batch);
        failures = 0;
        if (batch !== undefined) await this.gather();
      } catch (error) {
        if (this.aborting.signal.aborted || error instanceof PartitionLost) return;
        failures += 1;
        this.options.onFailure(error);
        await sleep(backoff(failures, FIRST_DELAY_MS, MAX_DELAY_MS), this.closing.signal).catch(() => undefined);
      }
    }
  }

  private async process(batch: Batch): Promise<void> {
    const settlement = await this.handle(batch);
    await this.options.held.settle(batch, settlement.publish, this.aborting.signal);
    try {
      settlement.onSettled?.();
    } catch (error) {
      this.options.onFailure(error);
    }
  }

  /** A handler that does not obey its signal is left behind: what it returns later is dropped. */
  private async handle(batch: Batch): Promise<Settlement> {
    const { signal } = this.aborting;
    const aborted = Promise.withResolvers<never>();
    const onAbort = () => aborted.reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      const handled = this.options.onBatch(batch, { signal });
      return await Promise.race([handled, aborted.promise]);
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  }

  private async gather(): Promise<void> {
    const { gatherMs = 0 } = this.options;
    if (gatherMs > 0) await sleep(gatherMs, this.closing.signal).catch(() => undefined);
  }

  private async untilWoken(): Promise<void> {
    if (this.woken) return;
    await new Promise<void>((resolve) => {
      this.resume = resolve;
    });
    this.resume = undefined;
  }
}
