import { type BeforeApplicationShutdown, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { backoff, sleep } from '@newsmill/stage';
import { ArticleStore } from './article-store.js';
import { OutboxRelay } from './outbox-relay.js';

/**
 * Milliseconds between looks at the clock and at what is due. No timer runs for a single moment: a clock that steps, a
 * process that was stopped and an instance that died are all made up for by the next look.
 */
const LOOK_MS = 250;
/** Milliseconds between looks for articles whose tombstone is due. */
const BURY_MS = 60_000;
/** Milliseconds that a transaction in hand may take on close; what is cut off is done by the next look of any instance. */
const CLOSE_GRACE_MS = 1_000;

/** How the releaser is set. */
export interface ReleaserOptions {
  /** Milliseconds for which a withdrawn article leaves a stub. */
  tombstoneAfterMs: number;
  /** Milliseconds since the epoch. */
  clock(): number;
}

/** Ends embargoes and articles at their time, and buries withdrawn ones. Runs on every instance; one works at a time. */
@Injectable()
export class Releaser implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger('releaser');
  private readonly closing = new AbortController();
  private loop: Promise<void> = Promise.resolve();

  constructor(
    private readonly articles: ArticleStore,
    private readonly relay: OutboxRelay,
    private readonly options: ReleaserOptions,
  ) {}

  onApplicationBootstrap(): void {
    this.loop = this.run();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.closing.abort();
    const grace = new AbortController();
    await Promise.race([this.loop, sleep(CLOSE_GRACE_MS, grace.signal).catch(() => undefined)]);
    grace.abort();
  }

  private async run(): Promise<void> {
    const { signal } = this.closing;
    let failures = 0;
    let nextBurial = 0;
    while (!signal.aborted) {
      try {
        const isDone = await this.release();
        if (performance.now() >= nextBurial) {
          const buried = await this.bury();
          nextBurial = performance.now() + (buried > 0 ? 0 : BURY_MS);
        }
        failures = 0;
        if (isDone) await sleep(LOOK_MS, signal).catch(() => undefined);
      } catch (error) {
        failures += 1;
        if (failures === 1) this.logger.warn(`cannot do what is due, tries again: ${(error as Error).message}`);
        await sleep(backoff(failures, LOOK_MS, 2_000), signal).catch(() => undefined);
      }
    }
  }

  /** Whether nothing more is due. */
  private async release(): Promise<boolean> {
    const { words, isDone } = await this.articles.release(new Date(this.options.clock()));
    if (words.length > 0) this.relay.wake();
    for (const told of words) this.logger.log(told);
    return isDone;
  }

  private async bury(): Promise<number> {
    const { clock, tombstoneAfterMs } = this.options;
    const buried = await this.articles.bury(new Date(clock()), tombstoneAfterMs);
    if (buried > 0) {
      this.relay.wake();
      this.logger.log(`${buried} withdrawn articles: stubs taken from state, texts removed`);
    }
    return buried;
  }
}
