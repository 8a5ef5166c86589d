import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import { storeDatabase } from '../store.database.js';
import { type ChangeFilter, filterCondition } from './change-filter.js';
import type { WebhookSecret } from './webhook-signature.js';

/** Deliveries of a webhook that may wait. One article that fails holds nobody up until so many wait. */
const MOST_WAITING = 1_000;
/** Entries of the log looked at in one go. */
const WINDOW = 5_000;
/** Deliveries taken in hand at once. */
const HANDFUL = 50;
/** Milliseconds between two looks whether a target that is down has come back. */
const LONGEST_HOLD_MS = 60_000;
/** With so many articles failing and nothing getting through, it is the target that is down. */
const DOWN_FROM = 3;

/** A webhook that this process alone works until the lease ends. */
export interface Leased {
  id: string;
  url: string;
  secrets: WebhookSecret[];
  /** The target did not answer when last heard of. */
  isDown: boolean;
}

export interface Due {
  seq: string;
  articleId: string;
  attempts: number;
  bytes: number;
}

export interface Failure {
  error: string;
  status?: number | undefined;
  /** Milliseconds until this delivery is tried again. */
  delayMs: number;
  /** Milliseconds that the target wants to be left alone. */
  retryAfterMs?: number | undefined;
}

/** What can be done for a webhook now. */
export interface Handful {
  due: Due[];
  /** The log holds more for it than has been looked at. */
  hasMore: boolean;
}

export type AfterFailure = 'retried' | 'given up' | 'webhook stopped';

const CLOSING_KINDS = `('withdrawn', 'withheld')`;
const LEASED = `id, url, secrets, hold_until IS NOT NULL AS "isDown"`;

/**
 * What webhooks have still to get, in the database: a crash loses none of it. Each webhook is worked by the one process
 * that holds its lease; a pause, a replay or a removal ends the lease.
 */
@Injectable()
export class WebhookDeliveries {
  constructor(@InjectDataSource(storeDatabase.schema) private readonly database: DataSource) {}

  /** Webhooks that nobody works and that have something to do. */
  async withWork(): Promise<string[]> {
    const found = await this.database.query<{ id: string }[]>(
      `SELECT w.id FROM webhook w CROSS JOIN change_log_head h
       WHERE w.state = 'active' AND (w.leased_until IS NULL OR w.leased_until < now())
         AND (w.hold_until IS NULL OR w.hold_until <= now())
         AND (w.position < h.last_seq OR EXISTS (
           SELECT FROM webhook_delivery d WHERE d.webhook_id = w.id AND d.state = 'waiting' AND d.next_at <= now()))
       ORDER BY w.id`,
    );
    return found.map(({ id }) => id);
  }

  async lease(id: string, owner: string, ms: number): Promise<Leased | undefined> {
    const [[leased]] = await this.database.query<[[Leased?], number]>(
      `UPDATE webhook SET leased_by = $2, leased_until = now() + $3 * interval '1 ms'
       WHERE id = (SELECT id FROM webhook WHERE id = $1 AND state = 'active'
           AND (leased_until IS NULL OR leased_until < now()) FOR UPDATE SKIP LOCKED)
       RETURNING ${LEASED}`,
      [id, owner, ms],
    );
    return leased;
  }

  /** @returns undefined when the lease has ended */
  async renew(id: string, owner: string, ms: number): Promise<Leased | undefined> {
    const [[leased]] = await this.database.query<[[Leased?], number]>(
      `UPDATE webhook SET leased_until = now() + $3 * interval '1 ms'
       WHERE id = $1 AND leased_by = $2 AND state = 'active' RETURNING ${LEASED}`,
      [id, owner, ms],
    );
    return leased;
  }

  async release(id: string, owner: string): Promise<void> {
    await this.database.query(
      'UPDATE webhook SET leased_by = NULL, leased_until = NULL WHERE id = $1 AND leased_by = $2',
      [id, owner],
    );
  }

  /**
   * Makes deliveries of what the log has, and gives those whose time has come: of each article only the first that
   * waits, so that its changes arrive in their order.
   * @param busy articles that are being delivered
   * @returns undefined when the lease has ended
   */
  async next(id: string, owner: string, busy: readonly string[]): Promise<Handful | undefined> {
    return this.database.transaction(async (manager) => {
      const [webhook] = await manager.query<[{ position: string; filter: ChangeFilter; isHeld: boolean }?]>(
        `SELECT position, filter, hold_until > now() AS "isHeld" FROM webhook
         WHERE id = $1 AND leased_by = $2 AND state = 'active' FOR UPDATE`,
        [id, owner],
      );
      if (webhook === undefined) return undefined;
      const queued = await this.queue(manager, id, Number(webhook.position), webhook.filter);
      if (queued === 'stopped') return undefined;
      const hasMore = queued === 'more';
      if (webhook.isHeld) return { due: [], hasMore: false };
      const due = await manager.query<Due[]>(
        `SELECT d.seq, d.article_id AS "articleId", d.attempts, coalesce(c.bytes, 0) AS bytes
         FROM (
           SELECT DISTINCT ON (article_id) seq, article_id, attempts, next_at FROM webhook_delivery
           WHERE webhook_id = $1 AND state = 'waiting' ORDER BY article_id, seq
         ) AS d LEFT JOIN change_log c USING (seq)
         WHERE d.next_at <= now() AND d.article_id <> ALL($2::uuid[]) ORDER BY d.seq LIMIT $3`,
        [id, busy, HANDFUL],
      );
      return { due, hasMore };
    });
  }

  /** Stops the webhook when the log has forgotten what comes next: it would have a gap. */
  private async queue(
    manager: EntityManager,
    id: string,
    position: number,
    filter: ChangeFilter,
  ): Promise<'all' | 'more' | 'stopped'> {
    const [{ waiting }] = await manager.query<[{ waiting: number }]>(
      `SELECT count(*)::int AS waiting FROM webhook_delivery WHERE webhook_id = $1 AND state = 'waiting'`,
      [id],
    );
    const room = MOST_WAITING - waiting;
    if (room <= 0) return 'all';
    const parameters: unknown[] = [id, position, position + WINDOW, room];
    const condition = filterCondition(filter, parameters);
    const [found] = await manager.query<
      [{ lastSeq: string; keptAfter: string; count: number; reached: string | null; closed: string[] | null }]
    >(
      `WITH fitting AS (
         SELECT seq, event_id, article_id, change_kind FROM change_log
         WHERE seq > $2 AND seq <= $3 AND ${condition} ORDER BY seq LIMIT $4
       ), put AS (
         INSERT INTO webhook_delivery (webhook_id, seq, event_id, article_id, change_kind, state, attempts, next_at)
         SELECT $1, seq, event_id, article_id, change_kind, 'waiting', 0, now() FROM fitting ON CONFLICT DO NOTHING
       )
       SELECT h.last_seq AS "lastSeq", h.kept_after AS "keptAfter", f.* FROM change_log_head h CROSS JOIN (
         SELECT count(*)::int AS count, max(seq) AS reached,
           array_agg(article_id) FILTER (WHERE change_kind IN ${CLOSING_KINDS}) AS closed FROM fitting) AS f`,
      parameters,
    );
    if (position < Number(found.keptAfter)) {
      await this.stop(
        manager,
        id,
        'it was stopped or down for longer than changes are kept: replay it from "earliest", then resume',
      );
      return 'stopped';
    }
    const reached = found.count === room ? Number(found.reached) : Math.min(position + WINDOW, Number(found.lastSeq));
    if (reached > position) await manager.query('UPDATE webhook SET position = $2 WHERE id = $1', [id, reached]);
    if (found.closed !== null) {
      // What stands before a withdrawal has no text any more, and is out of its way the sooner the better.
      await manager.query(
        `UPDATE webhook_delivery SET next_at = now()
         WHERE webhook_id = $1 AND state = 'waiting' AND article_id = ANY($2::uuid[])`,
        [id, found.closed],
      );
    }
    return found.count < room && reached < Number(found.lastSeq) ? 'more' : 'all';
  }

  async delivered(id: string, owner: string, seq: string): Promise<void> {
    await this.database.query(
      `WITH gone AS (DELETE FROM webhook_delivery WHERE webhook_id = $1 AND seq = $3)
       UPDATE webhook SET succeeded_at = now(), failing_since = NULL, failures = 0, hold_until = NULL
       WHERE id = $1 AND leased_by = $2
         AND (failing_since IS NOT NULL OR succeeded_at IS NULL OR succeeded_at < now() - interval '1 second')`,
      [id, owner, seq],
    );
  }

  /** The target is back: what has failed while it was down is tried now. */
  async hurry(id: string): Promise<void> {
    await this.database.query(
      `UPDATE webhook_delivery SET next_at = now() WHERE webhook_id = $1 AND state = 'waiting' AND next_at > now()`,
      [id],
    );
  }

  /** An entry that the log has forgotten cannot be delivered. */
  async giveUp(id: string, seq: string, error: string): Promise<void> {
    await this.database.query(
      `UPDATE webhook_delivery SET state = 'failed', error = $3, tried_at = now() WHERE webhook_id = $1 AND seq = $2`,
      [id, seq, error],
    );
  }

  async failed(
    id: string,
    owner: string,
    { seq, articleId }: Pick<Due, 'seq' | 'articleId'>,
    { error, status, delayMs, retryAfterMs }: Failure,
    giveUpMs: number,
  ): Promise<{ outcome: AfterFailure; isDown: boolean }> {
    return this.database.transaction(async (manager) => {
      const [[webhook]] = await manager.query<
        [[{ failures: number; isExhausted: boolean; succeededAt: Date | null }?], number]
      >(
        `UPDATE webhook SET failures = failures + 1, failing_since = coalesce(failing_since, now())
         WHERE id = $1 AND leased_by = $2
         RETURNING failures, failing_since <= now() - $3 * interval '1 ms' AS "isExhausted", succeeded_at AS "succeededAt"`,
        [id, owner, giveUpMs],
      );
      // Another process works it, or nobody may: what became of this try is not ours to say.
      if (webhook === undefined) return { outcome: 'retried', isDown: false };
      const [[delivery]] = await manager.query<[[{ isExhausted: boolean }?], number]>(
        `UPDATE webhook_delivery SET attempts = attempts + 1, first_tried_at = coalesce(first_tried_at, now()),
           tried_at = now(), status = $3, error = $4, next_at = now() + $5 * interval '1 ms'
         WHERE webhook_id = $1 AND seq = $2 AND state = 'waiting'
         RETURNING first_tried_at <= now() - $6 * interval '1 ms' AS "isExhausted"`,
        [id, seq, status ?? null, error, Math.max(delayMs, retryAfterMs ?? 0), giveUpMs],
      );
      const [{ failing }] = await manager.query<[{ failing: number }]>(
        `SELECT count(DISTINCT article_id)::int AS failing FROM webhook_delivery
         WHERE webhook_id = $1 AND state = 'waiting' AND tried_at > coalesce($2, '-infinity'::timestamptz)`,
        [id, webhook.succeededAt],
      );
      const isAskedToWait = retryAfterMs !== undefined && (status === 429 || status === 503);
      const isDown = failing >= DOWN_FROM || isAskedToWait;
      if (webhook.isExhausted) {
        const reason = `nothing has got through for ${Math.round(giveUpMs / 3_600_000)} h; last: ${error}`;
        await this.stop(manager, id, reason);
        return { outcome: 'webhook stopped', isDown };
      }
      if (isDown) {
        const holdMs = isAskedToWait ? retryAfterMs : Math.min(delayMs, LONGEST_HOLD_MS);
        await manager.query(`UPDATE webhook SET hold_until = now() + $2 * interval '1 ms' WHERE id = $1`, [id, holdMs]);
      }
      const isOvertaken = !isDown && status !== undefined && (await this.isOvertaken(manager, id, seq, articleId));
      if (delivery?.isExhausted || isOvertaken) {
        const why = isOvertaken ? `${error}; overtaken by the withdrawal of the article` : error;
        await manager.query(
          `UPDATE webhook_delivery SET state = 'failed', error = $3 WHERE webhook_id = $1 AND seq = $2`,
          [id, seq, why],
        );
        return { outcome: 'given up', isDown };
      }
      return { outcome: 'retried', isDown };
    });
  }

  /** The target refuses an older change of an article that is withdrawn: the withdrawal must not wait behind it. */
  private async isOvertaken(manager: EntityManager, id: string, seq: string, articleId: string): Promise<boolean> {
    const [{ found }] = await manager.query<[{ found: boolean }]>(
      `SELECT EXISTS (SELECT FROM webhook_delivery WHERE webhook_id = $1 AND article_id = $2 AND seq > $3
         AND state = 'waiting' AND change_kind IN ${CLOSING_KINDS}) AS found`,
      [id, articleId, seq],
    );
    return found;
  }

  /** The target wants nothing any more; what waits stays for a resume. */
  async pause(id: string, owner: string, reason: string): Promise<void> {
    await this.database.query(
      `UPDATE webhook SET state = 'paused', reason = $3, leased_by = NULL, leased_until = NULL
       WHERE id = $1 AND leased_by = $2`,
      [id, owner, reason],
    );
  }

  private async stop(manager: EntityManager, id: string, reason: string): Promise<void> {
    await manager.query(
      `UPDATE webhook SET state = 'failed', reason = $2, leased_by = NULL, leased_until = NULL WHERE id = $1`,
      [id, reason],
    );
  }

  /** Milliseconds since the oldest change that an active webhook has not got; 0 when all have all. */
  async oldestWaitingMs(): Promise<number> {
    const [{ ms }] = await this.database.query<[{ ms: string | null }]>(
      `SELECT extract(epoch FROM now() - min(at)) * 1000 AS ms FROM (
         SELECT min(c.logged_at) AS at FROM webhook w
         JOIN webhook_delivery d ON d.webhook_id = w.id AND d.state = 'waiting' JOIN change_log c ON c.seq = d.seq
         WHERE w.state = 'active'
         UNION ALL
         SELECT c.logged_at FROM webhook w JOIN change_log c ON c.seq = w.position + 1 WHERE w.state = 'active'
       ) AS undelivered`,
    );
    return Math.max(0, Number(ms ?? 0));
  }

  async countByState(): Promise<Map<string, number>> {
    const rows = await this.database.query<{ state: string; count: number }[]>(
      'SELECT state, count(*)::int AS count FROM webhook GROUP BY state',
    );
    return new Map(rows.map(({ state, count }) => [state, count]));
  }
}
