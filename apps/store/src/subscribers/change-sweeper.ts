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
import { storeDatabase } from '../store.database.js';
import { SUBSCRIBER_SETTINGS, type SubscriberSettings } from './subscribers.config.js';

const EVERY_MS = 60_000;
/** Milliseconds that a sweep in hand may take on close: a database that says nothing must not hold up what stops after it. */
const CLOSE_GRACE_MS = 1_000;
/** Entries forgotten in one transaction, which the relay may have to wait for. */
const BATCH = 500;

/** Forgets changes after the days that they are kept, and deliveries that were given up as long ago. */
@Injectable()
export class ChangeSweeper implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly loop = new BackgroundLoop(
    { does: 'forget old changes', logger: new Logger('sweeper'), everyMs: EVERY_MS, graceMs: CLOSE_GRACE_MS },
    async () => (await this.sweep()) === BATCH,
  );

  constructor(
    @InjectDataSource(storeDatabase.schema) private readonly database: DataSource,
    @Inject(SUBSCRIBER_SETTINGS) private readonly settings: SubscriberSettings,
  ) {}

  onApplicationBootstrap(): void {
    this.loop.start();
  }

  beforeApplicationShutdown(): Promise<void> {
    return this.loop.stop();
  }

  /** @returns how many changes were forgotten, a batch at most */
  async sweep(): Promise<number> {
    return this.database.transaction(async (manager) => {
      // Locked by another instance that sweeps, or by the relay: another time.
      const heads = await manager.query<unknown[]>('SELECT FROM change_log_head FOR UPDATE SKIP LOCKED');
      if (heads.length === 0) return 0;
      // Only from the old end, so that what is left has no holes, whatever the clock has done.
      const [{ last }] = await manager.query<[{ last: string | null }]>(
        `WITH oldest AS (
           SELECT seq, logged_at < now() - $2 * interval '1 day' AS is_old FROM change_log ORDER BY seq LIMIT $1)
         SELECT max(seq) AS last FROM oldest
         WHERE seq < coalesce((SELECT min(seq) FROM oldest WHERE NOT is_old), 9223372036854775807)`,
        [BATCH, this.settings.changesDays],
      );
      await manager.query(
        `DELETE FROM webhook_delivery WHERE (webhook_id, seq) IN (
           SELECT webhook_id, seq FROM webhook_delivery
           WHERE state = 'failed' AND tried_at < now() - $2 * interval '1 day' LIMIT $1)`,
        [BATCH, this.settings.changesDays],
      );
      if (last === null) return 0;
      const [, forgotten] = await manager.query<[unknown[], number]>('DELETE FROM change_log WHERE seq <= $1', [last]);
      await manager.query('UPDATE change_log_head SET kept_after = $1', [last]);
      return forgotten;
    });
  }
}
