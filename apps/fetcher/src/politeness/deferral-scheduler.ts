import { type BeforeApplicationShutdown, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { BackgroundLoop } from '@newsmill/service';
import { DeferredLinks } from './deferred-links.js';
import { HostBudget } from './host-budget.js';
import { RobotsFiles } from './robots-files.js';

/** Milliseconds between looks for links whose time has come. */
const TICK_MS = 250;
/** Milliseconds between two rounds of forgetting hosts and files that nobody asks for any more. */
const TIDY_MS = 3_600_000;

/** Puts deferred links on the log when their time has come. Several processes share the work. */
@Injectable()
export class DeferralScheduler implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger('deferrals');
  private readonly loops = [
    new BackgroundLoop(
      { does: 'put deferred links on the log', logger: this.logger, everyMs: TICK_MS },
      async () => (await this.links.publishDue()) > 0,
    ),
    new BackgroundLoop({ does: 'forget old hosts', logger: this.logger, everyMs: TIDY_MS }, async () => {
      await this.budget.tidy();
      await this.robots.tidy();
    }),
  ];

  constructor(
    private readonly links: DeferredLinks,
    private readonly budget: HostBudget,
    private readonly robots: RobotsFiles,
  ) {}

  onApplicationBootstrap(): void {
    for (const loop of this.loops) loop.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await Promise.all(this.loops.map((loop) => loop.stop()));
  }
}
