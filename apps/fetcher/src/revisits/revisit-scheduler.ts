import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { EventOf, linkDiscovered } from '@newsmill/contracts';
import { BackgroundLoop, Metrics } from '@newsmill/service';
import { deterministicId } from '@newsmill/stage';
import { DataSource, LessThanOrEqual } from 'typeorm';
import { Page } from '../entities/page.entity.js';
import { fetcherDatabase } from '../fetcher.database.js';
import { fetcherMetrics } from '../fetcher.metrics.js';
import { FETCHER_SETTINGS } from '../fetcher.tokens.js';
import { Intake } from '../intake.js';
import { GoneGuard } from './gone-guard.js';
import type { RevisitSettings } from './revisits.config.js';
import { nextVisit } from './visit-rule.js';

/** Milliseconds between looks for pages that are due. */
const TICK_MS = 1_000;
/** Pages put on the log in one look: after an outage the backlog comes in steps, beside what is new. */
const BATCH = 64;
/** Milliseconds between two rounds of forgetting pages and reviewing guards. */
const TIDY_MS = 60_000;
/** Pages forgotten in one round. */
const FORGOTTEN = 5_000;

/** Puts pages that are due on the log again, as links. Several processes share the work. */
@Injectable()
export class RevisitScheduler implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger('revisit');
  private readonly loops = [
    new BackgroundLoop({ does: 'plan revisits', logger: this.logger, everyMs: TICK_MS }, () =>
      this.publishDue(new Date()),
    ),
    new BackgroundLoop({ does: 'forget old pages', logger: this.logger, everyMs: TIDY_MS }, () =>
      this.tidy(new Date()),
    ),
  ];

  constructor(
    @InjectDataSource(fetcherDatabase.schema) private readonly database: DataSource,
    @Inject(FETCHER_SETTINGS) private readonly settings: RevisitSettings,
    private readonly intake: Intake,
    private readonly guard: GoneGuard,
    @Inject(Metrics) metrics: Metrics,
  ) {
    metrics.watch(fetcherMetrics.goneGuard, () => this.guard.count());
  }

  onApplicationBootstrap(): void {
    if (this.settings.revisit.length === 0) return;
    for (const loop of this.loops) loop.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await Promise.all(this.loops.map((loop) => loop.stop()));
  }

  /**
   * Puts the links of pages that are due on the log, then moves their next visits on. A crash in between repeats them
   * under the same receipts. Rows that another process holds are its own to do.
   */
  async publishDue(now: Date): Promise<number> {
    let put = 0;
    const published = this.database.transaction(async (manager) => {
      const pages = await manager.find(Page, {
        where: { nextVisitAt: LessThanOrEqual(now) },
        order: { nextVisitAt: 'ASC' },
        take: BATCH,
        lock: { mode: 'pessimistic_write', onLocked: 'skip_locked' },
      });
      if (pages.length === 0) return 0;
      await this.intake.takeLinks(
        'revisit',
        pages.map((page) => toLink(page, now)),
      );
      put = pages.length;
      await manager.query(
        `UPDATE page SET visit = page.visit + 1, next_visit_at = planned.at
         FROM unnest($1::uuid[], $2::timestamptz[]) AS planned (id, at) WHERE page.id = planned.id`,
        [pages.map(({ id }) => id), pages.map((page) => nextVisit(page, now, this.settings))],
      );
      return pages.length;
    });
    return published.catch((error: unknown) => {
      if (put > 0) this.intake.comeAgain('revisit', put);
      throw error;
    });
  }

  /** Forgets pages whose last revisit is long past; they may come in again as new. Has guards reviewed. */
  async tidy(now: Date): Promise<void> {
    await this.database.query(
      `DELETE FROM page WHERE id IN (
         SELECT id FROM page WHERE next_visit_at IS NULL AND visited_at < $1 LIMIT $2 FOR UPDATE SKIP LOCKED)`,
      [new Date(now.getTime() - this.settings.pageRetention), FORGOTTEN],
    );
    await this.guard.review(now);
  }
}

/** The page's link again, under a receipt of its own: the same for the same visit, another for a page that was forgotten. */
function toLink(page: Page, now: Date): EventOf<typeof linkDiscovered> {
  const { id, visit, firstFetchedAt, address, host, link } = page;
  return {
    ...link,
    receiptId: deterministicId('revisit', id, firstFetchedAt.toISOString(), String(visit)),
    url: address,
    host,
    discoveredAt: now.toISOString(),
    revisit: { pageId: id, visit },
  };
}
