import { type BeforeApplicationShutdown, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { sleep } from '@newsmill/stage';
import { DataSource } from 'typeorm';
import { fetcherDatabase } from '../fetcher.database.js';

/** Milliseconds between two sweeps. */
const EVERY_MS = 60_000;

/** Rows that one statement removes, so that it never locks much for long. */
const SLICE = 1_000;

const TABLES = ['push_answer', 'push_signature'] as const;

/** Removes kept answers and signatures that have expired. Several processes may do so at once. */
@Injectable()
export class ExpirySweep implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger('push');
  private readonly closing = new AbortController();
  private loop: Promise<void> = Promise.resolve();

  constructor(@InjectDataSource(fetcherDatabase.schema) private readonly database: DataSource) {}

  onApplicationBootstrap(): void {
    this.loop = this.run();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.closing.abort();
    await this.loop;
  }

  /** Removes everything that has expired by now, a slice at a time. @returns how many rows */
  async sweep(): Promise<number> {
    let total = 0;
    for (const table of TABLES) {
      for (let removed = SLICE; removed === SLICE && !this.closing.signal.aborted; total += removed) {
        [, removed] = await this.database.query<[unknown[], number]>(
          `DELETE FROM ${table} WHERE ctid = ANY (ARRAY(
             SELECT ctid FROM ${table} WHERE expires_at <= now() LIMIT ${SLICE} FOR UPDATE SKIP LOCKED))`,
        );
      }
    }
    return total;
  }

  private async run(): Promise<void> {
    const { signal } = this.closing;
    while (!signal.aborted) {
      await sleep(EVERY_MS, signal).catch(() => undefined);
      if (signal.aborted) return;
      await this.sweep().catch((error: unknown) => {
        this.logger.warn(`expired answers are not removed yet: ${(error as Error).message}`);
      });
    }
  }
}
