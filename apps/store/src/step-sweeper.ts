import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { BackgroundLoop } from '@newsmill/service';
import { DataSource } from 'typeorm';
import { stepsSince, sweepSteps } from './receipt-steps.js';
import type { StoreSettings } from './store.config.js';
import { storeDatabase } from './store.database.js';
import { STORE_SETTINGS } from './store.tokens.js';

/** Milliseconds between two sweeps. */
const EVERY_MS = 10 * 60_000;

/** Keeps the steps of receipts no longer than the settings say. Several instances may do so at once. */
@Injectable()
export class StepSweeper implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly loop = new BackgroundLoop(
    { does: 'remove old steps', logger: new Logger('trace'), everyMs: EVERY_MS },
    (signal) => sweepSteps(this.database, stepsSince(this.settings.traceDays, Date.now()), signal),
  );

  constructor(
    @InjectDataSource(storeDatabase.schema) private readonly database: DataSource,
    @Inject(STORE_SETTINGS) private readonly settings: StoreSettings,
  ) {}

  onApplicationBootstrap(): void {
    this.loop.start();
  }

  beforeApplicationShutdown(): Promise<void> {
    return this.loop.stop();
  }
}
