import { Inject, Injectable, Logger } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, IsNull } from 'typeorm';
import { GoneGuardEntry } from '../entities/gone-guard.entity.js';
import type { KnownPage } from '../entities/page.entity.js';
import { fetcherDatabase } from '../fetcher.database.js';
import { FETCHER_SETTINGS } from '../fetcher.tokens.js';
import type { RevisitSettings } from './revisits.config.js';

/** Other pages that are asked when one is missing, as a multiple of the pages from which on the guard works. */
const WITNESSES = 2;

/** A person's word that the pages of a host are gone holds so many milliseconds. */
const RELEASE_MS = 7 * 24 * 3_600_000;

/** How many pages of a host have been asked since one was first missed, and how many are missing as well. */
interface Evidence {
  known: number;
  asked: number;
  missing: number;
}

/**
 * Keeps a fault of a site (a broken deployment, a block, a moved address scheme) from withdrawing its articles: while more
 * than half of the host's pages that have been asked since are missing, nothing is withdrawn.
 */
@Injectable()
export class GoneGuard {
  private readonly logger = new Logger('gone-guard');

  constructor(
    @InjectDataSource(fetcherDatabase.schema) private readonly database: DataSource,
    @Inject(FETCHER_SETTINGS) private readonly settings: RevisitSettings,
  ) {}

  /** Why the article of a page that is missing must not be withdrawn; `undefined`: it may. */
  async objection({ host, firstGoneAt }: KnownPage & { firstGoneAt: Date }): Promise<string | undefined> {
    const { goneGuardPages } = this.settings;
    const guard = await this.database.manager.findOneBy(GoneGuardEntry, { host });
    if (guard) return guard.releasedAt === null ? objectionOf(guard) : undefined;
    const { known, asked, missing } = await this.evidence(host, firstGoneAt);
    if (known < goneGuardPages) return undefined;
    if (asked < goneGuardPages) return `held: only ${asked} pages of ${host} have been asked since it was missed`;
    if (missing * 2 <= asked) return undefined;
    const entry = { host, since: firstGoneAt, asked, missing };
    const [{ isNew }] = await this.database.query<[{ isNew: boolean }]>(
      `INSERT INTO gone_guard (host, since, asked, missing) VALUES ($1, $2, $3, $4)
       ON CONFLICT (host) DO UPDATE SET asked = excluded.asked, missing = excluded.missing
       RETURNING xmax = 0 AS "isNew"`,
      [host, firstGoneAt, asked, missing],
    );
    if (isNew) {
      this.logger.warn(
        `${host}: ${missing} of ${asked} pages are missing; none is withdrawn (if they are gone indeed: newsmill gone-guard release ${host})`,
      );
    }
    return objectionOf(entry);
  }

  /**
   * Has other pages of the host asked, unless enough are asked anyway before the missing one is looked at again: whether
   * one page vanished or all of them, only its neighbours can tell. Ids are hashes, so neighbours by id are a random sample.
   */
  async askWitnesses({ id, host, firstGoneAt, nextVisitAt }: KnownPage, now: Date): Promise<void> {
    await this.database.query(
      `UPDATE page SET next_visit_at = $4 WHERE id IN (
         SELECT id FROM page
         WHERE host = $1 AND id <> $2 AND withdrawn_at IS NULL AND visited_at < $3
           AND (next_visit_at IS NULL OR next_visit_at > $5)
         ORDER BY id < $2, id
         LIMIT greatest(0, $6::bigint - (
           SELECT count(*) FROM page
           WHERE host = $1 AND id <> $2 AND withdrawn_at IS NULL AND (visited_at >= $3 OR next_visit_at <= $5)))
         FOR UPDATE SKIP LOCKED)`,
      [host, id, firstGoneAt, now, nextVisitAt ?? now, WITNESSES * this.settings.goneGuardPages],
    );
  }

  /** Lifts guards of hosts whose pages have come back or are no longer known, and ends releases that have done their work. */
  async review(now: Date): Promise<void> {
    for (const { host, since, releasedAt } of await this.database.manager.find(GoneGuardEntry)) {
      const { asked, missing } = await this.evidence(host, since);
      const isOver = releasedAt === null ? missing * 2 <= asked : now.getTime() - releasedAt.getTime() >= RELEASE_MS;
      if (!isOver) continue;
      await this.database.manager.delete(GoneGuardEntry, { host });
      this.logger.log(
        releasedAt === null
          ? `${host}: only ${missing} of ${asked} pages are missing; what is gone is withdrawn again`
          : `${host}: its release has ended`,
      );
    }
  }

  /** Hosts of which nothing is withdrawn now. */
  count(): Promise<number> {
    return this.database.manager.countBy(GoneGuardEntry, { releasedAt: IsNull() });
  }

  private async evidence(host: string, since: Date): Promise<Evidence> {
    const [row] = await this.database.query<[Record<keyof Evidence, string>]>(
      `SELECT count(*) AS known, count(*) FILTER (WHERE visited_at >= $2) AS asked,
         count(*) FILTER (WHERE visited_at >= $2 AND first_gone_at IS NOT NULL) AS missing
       FROM page WHERE host = $1 AND (withdrawn_at IS NULL OR withdrawn_at >= $2)`,
      [host, since],
    );
    return { known: Number(row.known), asked: Number(row.asked), missing: Number(row.missing) };
  }
}

function objectionOf({ host, asked, missing }: Pick<GoneGuardEntry, 'host' | 'asked' | 'missing'>): string {
  return `held: ${missing} of ${asked} pages of ${host} are missing`;
}
