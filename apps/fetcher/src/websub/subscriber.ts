import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { BackgroundLoop } from '@newsmill/service';
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
  private readonly loops = [
    new BackgroundLoop(
      { does: 'ask hubs', logger: this.logger, everyMs: TICK_MS },
      async (signal) => (await this.requests.sendDue(this.clock(), signal)) > 0,
    ),
    new BackgroundLoop({ does: 'leave feeds that are not polled', logger: this.logger, everyMs: TIDY_MS }, () =>
      this.subscriptions.leaveInactive(this.clock()),
    ),
  ];

  constructor(
    @Inject(FETCHER_SETTINGS) private readonly settings: Pick<FetcherSettings, 'webSubCallbackUrl'>,
    @Inject(CLOCK) private readonly clock: () => Date,
    private readonly requests: HubRequests,
    private readonly subscriptions: Subscriptions,
  ) {}

  onApplicationBootstrap(): void {
    if (this.settings.webSubCallbackUrl === undefined) return;
    for (const loop of this.loops) loop.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await Promise.all(this.loops.map((loop) => loop.stop()));
  }
}
