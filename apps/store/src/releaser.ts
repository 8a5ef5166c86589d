import { type BeforeApplicationShutdown, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { BackgroundLoop } from '@newsmill/service';
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
  private readonly loops = [
    new BackgroundLoop(
      { does: 'do what is due', logger: this.logger, everyMs: LOOK_MS, maxPauseMs: 2_000, graceMs: CLOSE_GRACE_MS },
      async () => !(await this.release()),
    ),
    new BackgroundLoop(
      { does: 'bury withdrawn articles', logger: this.logger, everyMs: BURY_MS, graceMs: CLOSE_GRACE_MS },
      async () => (await this.bury()) > 0,
    ),
  ];

  constructor(
    private readonly articles: ArticleStore,
    private readonly relay: OutboxRelay,
    private readonly options: ReleaserOptions,
  ) {}

  onApplicationBootstrap(): void {
    for (const loop of this.loops) loop.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await Promise.all(this.loops.map((loop) => loop.stop()));
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
