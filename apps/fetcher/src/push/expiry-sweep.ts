import { type BeforeApplicationShutdown, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { BackgroundLoop } from '@newsmill/service';
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
  private readonly loop = new BackgroundLoop(
    { does: 'remove expired answers', logger: new Logger('push'), everyMs: EVERY_MS },
    (signal) => this.sweep(signal),
  );

  constructor(@InjectDataSource(fetcherDatabase.schema) private readonly database: DataSource) {}

  onApplicationBootstrap(): void {
    this.loop.start();
  }

  beforeApplicationShutdown(): Promise<void> {
    return this.loop.stop();
  }

  /** Removes everything that has expired by now, a slice at a time. @returns how many rows */
  async sweep(signal?: AbortSignal): Promise<number> {
    let total = 0;
    for (const table of TABLES) {
      for (let removed = SLICE; removed === SLICE && signal?.aborted !== true; total += removed) {
        [, removed] = await this.database.query<[unknown[], number]>(
          `DELETE FROM ${table} WHERE ctid = ANY (ARRAY(
             SELECT ctid FROM ${table} WHERE expires_at <= now() LIMIT ${SLICE} FOR UPDATE SKIP LOCKED))`,
        );
      }
    }
    return total;
  }
}
