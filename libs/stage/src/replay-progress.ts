import type { SettledEvent } from './observer.js';
import { sleep } from './retry.js';
import type { LogRecord, PartitionLag } from './transport.js';

/** Records `from` ≤ offset < `until` of a partition. */
export interface ReplaySpan {
  partition: number;
  from: bigint;
  until: bigint;
}

/** How far a replay has come. Counts are of this run; places are of all runs of the plan together. */
export interface ReplayReport {
  /** Whether everything in the plan is done. */
  finished: boolean;
  /** Offsets behind and in total: with the markers of Kafka's transactions, somewhat more than records. */
  done: number;
  total: number;
  /** Events that this run has handled, by outcome. */
  outcomes: Partial<Record<SettledEvent['outcome'], number>>;
  /** Records that could not be read and were left aside. */
  unreadable: number;
}

export class ReplayProgress {
  private readonly positions = new Map<number, bigint>();
  private readonly outcomes: ReplayReport['outcomes'] = {};
  private unreadable = 0;
  private wake: () => void = () => undefined;

  constructor(
    private readonly spans: readonly ReplaySpan[],
    lags: readonly PartitionLag[],
  ) {
    this.look(lags);
  }

  get finished(): boolean {
    return this.spans.every((span) => this.position(span) >= span.until);
  }

  isWithin({ partition, offset }: LogRecord): boolean {
    return this.spans.some((span) => span.partition === partition && offset >= span.from && offset < span.until);
  }

  settled(events: readonly SettledEvent[]): void {
    for (const { outcome } of events) this.outcomes[outcome] = (this.outcomes[outcome] ?? 0) + 1;
  }

  /** A batch of a partition is settled. */
  moved(partition: number, position: bigint, unreadable: number): void {
    this.unreadable += unreadable;
    if (position > (this.positions.get(partition) ?? -1n)) this.positions.set(partition, position);
    this.wake();
  }

  /** Where the log says that the replay stands. What ends with markers of transactions has no last record to reach. */
  look(lags: readonly PartitionLag[]): void {
    for (const { partition, committed, end, lag } of lags) {
      const position = lag === 0n ? end : committed;
      if (position > (this.positions.get(partition) ?? -1n)) this.positions.set(partition, position);
    }
  }

  report(): ReplayReport {
    let [done, total] = [0n, 0n];
    for (const span of this.spans) {
      const position = this.position(span);
      total += span.until - span.from;
      done += (position < span.until ? position : span.until) - span.from;
    }
    return {
      finished: this.finished,
      done: Number(done),
      total: Number(total),
      outcomes: { ...this.outcomes },
      unreadable: this.unreadable,
    };
  }

  /** Resolves with true at the next settled batch, else with false after `ms` or when the signal is aborted. */
  async changed(ms: number, signal: AbortSignal): Promise<boolean> {
    const woken = new AbortController();
    this.wake = () => woken.abort();
    await sleep(ms, AbortSignal.any([woken.signal, signal])).catch(() => undefined);
    return woken.signal.aborted;
  }

  private position({ partition, from }: ReplaySpan): bigint {
    const position = this.positions.get(partition) ?? from;
    return position > from ? position : from;
  }
}
