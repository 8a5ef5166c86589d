import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { backoff, sleep } from '@newsmill/stage';
import type { FetcherSettings } from '../fetcher.config.js';
import { CLOCK, FETCHER_SETTINGS } from '../fetcher.tokens.js';
import { HubRequests } from './hub-requests.js';
import { Subscriptions } from './subscriptions.js';

/** Milliseconds between looks for requests that are due. */
const TICK_MS = 2_000;

/** Milliseconds between looks for subscriptions of feeds that are no longer polled. */
const TIDY_MS = 60_000;

/** Keeps subscriptions alive while the process runs. Several processes share the work. */
@Injectable()
export class Subscriber implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger('websub');
  private readonly closing = new AbortController();
  private loop: Promise<void> = Promise.resolve();

  constructor(
    @Inject(FETCHER_SETTINGS) private readonly settings: Pick<FetcherSettings, 'webSubCallbackUrl'>,
    @Inject(CLOCK) private readonly clock: () => Date,
    private readonly requests: HubRequests,
    private readonly subscriptions: Subscriptions,
  ) {}

  onApplicationBootstrap(): void {
    if (this.settings.webSubCallbackUrl !== undefined) this.loop = this.run();
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
        if (performance.now() - tidiedAt >= TIDY_MS) {
          await this.subscriptions.leaveInactive(this.clock());
          tidiedAt = performance.now();
        }
        const sent = await this.requests.sendDue(this.clock(), signal);
        failures = 0;
        if (sent > 0) continue;
      } catch (error) {
        failures += 1;
        if (failures === 1) this.logger.warn(`cannot ask hubs: ${(error as Error).message}`);
      }
      await sleep(failures === 0 ? TICK_MS : backoff(failures, TICK_MS, 30_000), signal).catch(() => undefined);
    }
  }
}
