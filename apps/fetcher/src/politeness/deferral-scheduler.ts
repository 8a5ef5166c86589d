import { type BeforeApplicationShutdown, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { backoff, sleep } from '@newsmill/stage';
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
  private readonly closing = new AbortController();
  private loop: Promise<void> = Promise.resolve();

  constructor(
    private readonly links: DeferredLinks,
    private readonly budget: HostBudget,
    private readonly robots: RobotsFiles,
  ) {}

  onApplicationBootstrap(): void {
    this.loop = this.run();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.closing.abort();
    await this.loop;
  }

  private async run(): Promise<void> {
    const { signal } = this.closing;
    let tidiedAt = -Infinity;
    for (let failures = 0; !signal.aborted;) {
      try {
        while (!signal.aborted && (await this.links.publishDue()) > 0);
        if (performance.now() - tidiedAt >= TIDY_MS) {
          await this.budget.tidy();
          await this.robots.tidy();
          tidiedAt = performance.now();
        }
        failures = 0;
      } catch (error) {
        failures += 1;
        if (failures === 1) this.logger.warn(`cannot put deferred links on the log: ${(error as Error).message}`);
      }
      await sleep(failures === 0 ? TICK_MS : backoff(failures, TICK_MS, 30_000), signal).catch(() => undefined);
    }
  }
}
