import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { sleep } from '@newsmill/stage';
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
  private readonly logger = new Logger('trace');
  private readonly closing = new AbortController();
  private loop: Promise<void> = Promise.resolve();

  constructor(
    @InjectDataSource(storeDatabase.schema) private readonly database: DataSource,
    @Inject(STORE_SETTINGS) private readonly settings: StoreSettings,
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
    while (!signal.aborted) {
      try {
        await sweepSteps(this.database, stepsSince(this.settings.traceDays, Date.now()), signal);
      } catch (error) {
        this.logger.warn(`cannot remove old steps, tries again: ${(error as Error).message}`);
      }
      await sleep(EVERY_MS, signal).catch(() => undefined);
    }
  }
}
