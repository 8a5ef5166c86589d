import type { LoggerService } from '@nestjs/common';
import { backoff, sleep } from '@newsmill/stage';

/** Longest first pause after a round that failed, in milliseconds. */
const FIRST_PAUSE_MS = 1_000;

export interface BackgroundLoopOptions {
  /** What it does, as it reads after "cannot": `cannot ask hubs, tries again: …`. */
  does: string;
  logger: Pick<LoggerService, 'warn'>;
  /** Milliseconds between the end of a round and the next one. */
  everyMs: number;
  /** Longest pause between rounds that fail, in milliseconds. Default: 30,000. */
  maxPauseMs?: number;
  /** Milliseconds that a round in hand may take when the loop is stopped. Default: as long as it takes. */
  graceMs?: number;
}

/** One round of the work; what it gives counts only as `true`: there is more, and the next round follows at once. */
export type Round = (signal: AbortSignal) => Promise<unknown>;

/**
 * Work that a process does by itself, round after round, from its start to its end. A round that fails is tried again,
 * later with each failure; the log is told of the first of a row.
 */
export class BackgroundLoop {
  private readonly closing = new AbortController();
  private running: Promise<void> = Promise.resolve();

  constructor(
    private readonly options: BackgroundLoopOptions,
    private readonly round: Round,
  ) {}

  start(): void {
    this.running = this.run();
  }

  /** Resolves when no round is under way, or its grace is over. A loop that was not started has nothing to wait for. */
  async stop(): Promise<void> {
    this.closing.abort();
    const { graceMs } = this.options;
    if (graceMs === undefined) return this.running;
    const over = new AbortController();
    await Promise.race([this.running, sleep(graceMs, over.signal).catch(() => undefined)]);
    over.abort();
  }

  private async run(): Promise<void> {
    const { signal } = this.closing;
    const { everyMs, maxPauseMs = 30_000, logger, does } = this.options;
    for (let failures = 0; !signal.aborted;) {
      let pauseMs = everyMs;
      try {
        const isMore = await this.round(signal);
        failures = 0;
        if (isMore === true) continue;
      } catch (error) {
        failures += 1;
        if (failures === 1 && !signal.aborted) logger.warn(`cannot ${does}, tries again: ${(error as Error).message}`);
        pauseMs = backoff(failures, Math.min(everyMs, FIRST_PAUSE_MS), maxPauseMs);
      }
      await sleep(pauseMs, signal).catch(() => undefined);
    }
  }
}
