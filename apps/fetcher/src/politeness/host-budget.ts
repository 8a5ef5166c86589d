import { Inject, Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { sleep } from '@newsmill/stage';
import { DataSource } from 'typeorm';
import { fetcherDatabase } from '../fetcher.database.js';
import { FETCHER_SETTINGS } from '../fetcher.tokens.js';
import type { PolitenessSettings } from './politeness.config.js';
import { HostBusy } from './refusals.js';

/** What became of a request, as far as its host is concerned. */
export type Response =
  /** It answered. */
  | { kind: 'well' }
  /** It answered that it cannot, or did not answer. `blocked`: nothing more is asked of it for a while. */
  | { kind: 'ailing'; reason: string; isBlocked: boolean; retryAfterMs?: number | undefined }
  /** No request was made. */
  | { kind: 'unused' };

/** The right to make one request to a host now. To be given back, whatever comes of it. */
export interface HostSlot {
  release(response: Response): Promise<void>;
}

export interface SlotRequest {
  /** Between two requests to the host, in milliseconds. */
  intervalMs: number;
  /** Most milliseconds to wait. */
  patienceMs: number;
  signal: AbortSignal;
}

/** A request is over after so many milliseconds beside its own limit; a process that has died holds a slot no longer. */
const LEASE_MARGIN_MS = 15_000;
/** An ailing host is asked at least once in so many milliseconds. */
const SLOWEST_MS = 600_000;
/** One that answers, though only that it is broken, counts no more failures than this: a broken page is not a broken host. */
const MAX_SOFT_FAILURES = 3;
/** Its second request waits at least so many milliseconds, whatever the interval. */
const FIRST_BACKOFF_MS = 1_000;
/** Milliseconds between two looks whether a request under way has ended. */
const [FIRST_LOOK_MS, LAST_LOOK_MS] = [10, 200];
/** More failures in a row count no more. */
const MAX_FAILURES = 16;
/** A timer may fire so many milliseconds early. */
const TIMER_MS = 2;

const live = 'ARRAY(SELECT lease FROM unnest(h.leases) AS lease WHERE lease > clock_timestamp())';
const ms = (value: string): string => `(${value}) * interval '1 millisecond'`;
/** Milliseconds between two requests: twice as many with each failure in a row, half as many with each success after them. */
const paceAfter = (failures: string, interval: string): string =>
  `CASE WHEN ${failures} = 0 THEN ${interval}
   ELSE least(greatest(${interval}, ${FIRST_BACKOFF_MS}) * 2 ^ (${failures} - 1), greatest(${interval}, ${SLOWEST_MS})) END`;

/**
 * A slot is lost with the last moments before a crash of the database, and the database takes longer to come back than
 * what it loses: so nobody waits for the disk.
 */
const UNSYNCED = "SELECT set_config('synchronous_commit', 'off', true)";

/**
 * One budget for each host, whoever asks and from whichever process: a row in the fetchers' database is the host's next
 * slot. Times are the database's, so that no process's clock matters.
 *
 * With one request at a time, the next may begin an interval after the last one has ended. As its end is later than its
 * arrival at the host, the host never sees two requests closer than the interval, whatever the network delays.
 */
@Injectable()
export class HostBudget {
  constructor(
    @InjectDataSource(fetcherDatabase.schema) private readonly database: DataSource,
    @Inject(FETCHER_SETTINGS) private readonly settings: PolitenessSettings & { fetchTimeoutMs: number },
  ) {}

  /**
   * Waits for the next slot of a host.
   * @throws HostBusy when it is further ahead than the patience, and the signal's reason.
   */
  async take(host: string, { intervalMs, patienceMs, signal }: SlotRequest): Promise<HostSlot> {
    const deadline = performance.now() + patienceMs;
    for (let look = FIRST_LOOK_MS; ; look = Math.min(2 * look, LAST_LOOK_MS)) {
      signal.throwIfAborted();
      const left = Math.max(0, deadline - performance.now());
      const granted = await this.reserve(host, intervalMs, left);
      if (granted !== undefined) return this.arrive(host, intervalMs, granted, signal);
      const { waitMs, isTaken, until, why } = await this.stateOf(host, intervalMs);
      if (waitMs > left || left === 0) {
        throw new HostBusy(host, why === null ? 'slot' : 'blocked', until, why ?? 'its next slot is not yet');
      }
      await sleep(isTaken ? Math.min(look, left) : Math.min(Math.max(1, waitMs), left), signal);
    }
  }

  /** Hosts that nothing is asked of now. */
  async countBlocked(): Promise<number> {
    const [row] = await this.database.query<[{ hosts: string }]>(
      'SELECT count(*) AS hosts FROM host WHERE blocked_until > now()',
    );
    return Number(row.hosts);
  }

  /** Forgets hosts that have been well and not been asked anything for a day. */
  async tidy(): Promise<void> {
    await this.database.query(
      `DELETE FROM host h WHERE next_at < now() - interval '1 day' AND coalesce(queued_until, next_at) < now() - interval '1 day'
         AND NOT EXISTS (SELECT FROM deferred_link WHERE deferred_link.host = h.host)`,
    );
  }

  private async reserve(host: string, intervalMs: number, patienceMs: number): Promise<Grant | undefined> {
    const startedAt = performance.now();
    const leaseMs = patienceMs + this.settings.fetchTimeoutMs + LEASE_MARGIN_MS;
    const [row] = await this.database.query<[Record<'lease' | 'wait', string>?]>(
      `WITH unsynced AS MATERIALIZED (${UNSYNCED})
       INSERT INTO host AS h (host, interval_ms, next_at, leases, failures)
       SELECT $1, $2, clock_timestamp() + ${ms('$2::float8')}, ARRAY[clock_timestamp() + ${ms('$3::float8')}], 0 FROM unsynced
       ON CONFLICT (host) DO UPDATE SET
         interval_ms = excluded.interval_ms,
         next_at = greatest(h.next_at, clock_timestamp()) + ${ms(paceAfter('h.failures', '$2::float8'))},
         leases = ${live} || excluded.leases
       WHERE h.next_at <= clock_timestamp() + ${ms('$4::float8')} AND cardinality(${live}) < $5
       RETURNING h.leases[cardinality(h.leases)]::text AS lease,
         extract(epoch FROM h.next_at - clock_timestamp()) * 1000 - ${paceAfter('h.failures', '$2::float8')} AS wait`,
      [host, intervalMs, leaseMs, patienceMs, this.settings.hostRequests],
    );
    if (row === undefined) return undefined;
    return { lease: row.lease, waitMs: Math.max(0, Number(row.wait)), expiresAt: startedAt + leaseMs };
  }

  private async stateOf(host: string, intervalMs: number) {
    const [row] = await this.database.query<[{ wait: string; isTaken: boolean; why: string | null }?]>(
      `SELECT extract(epoch FROM h.next_at - clock_timestamp()) * 1000 AS wait, cardinality(${live}) >= $2 AS "isTaken",
         CASE WHEN h.blocked_until > clock_timestamp() THEN h.blocked_why END AS why
       FROM host h WHERE host = $1`,
      [host, this.settings.hostRequests],
    );
    const waitMs = Math.max(0, Number(row?.wait ?? 0));
    const isTaken = row?.isTaken === true;
    // Of a request under way nobody knows the end; an interval after it comes the next.
    const until = new Date(Date.now() + Math.max(waitMs, isTaken ? Math.max(intervalMs, LAST_LOOK_MS) : 0));
    return { waitMs, isTaken, until, why: row?.why ?? null };
  }

  /** Waits until the slot has come. A process that was held up for longer than its slot lasts does not use it. */
  private async arrive(
    host: string,
    intervalMs: number,
    { lease, waitMs, expiresAt }: Grant,
    signal: AbortSignal,
  ): Promise<HostSlot> {
    let isReleased = false;
    const release = async (response: Response): Promise<void> => {
      if (isReleased) return;
      isReleased = true;
      await this.giveBack(host, lease, intervalMs, response);
    };
    try {
      if (waitMs > 0) await sleep(Math.ceil(waitMs) + TIMER_MS, signal);
      signal.throwIfAborted();
    } catch (error) {
      await release({ kind: 'unused' });
      throw error;
    }
    if (performance.now() + this.settings.fetchTimeoutMs > expiresAt) {
      await release({ kind: 'unused' });
      throw new HostBusy(host, 'slot', new Date(Date.now() + intervalMs), 'its slot has passed unused');
    }
    return { release };
  }

  private async giveBack(host: string, lease: string, intervalMs: number, response: Response): Promise<void> {
    const free = 'leases = array_remove(h.leases, $2::timestamptz)';
    if (response.kind === 'unused') {
      await this.database.query(`UPDATE host h SET ${free} WHERE host = $1`, [host, lease]);
      return;
    }
    if (response.kind === 'well') {
      const pace = `clock_timestamp() + ${ms(paceAfter('h.failures / 2', '$3::float8'))}`;
      const next = this.settings.hostRequests === 1 ? pace : 'h.next_at';
      await this.database.query(
        `WITH unsynced AS MATERIALIZED (${UNSYNCED})
         UPDATE host h SET ${free}, failures = h.failures / 2, next_at = ${next}
         FROM unsynced WHERE host = $1 AND $3::float8 >= 0`,
        [host, lease, intervalMs],
      );
      return;
    }
    const { isBlocked, reason, retryAfterMs = 0 } = response;
    const most = isBlocked ? MAX_FAILURES : MAX_SOFT_FAILURES;
    const failures = `greatest(h.failures, least(h.failures + 1, ${most}))`;
    const next = `clock_timestamp() + ${ms(`greatest($4::float8, ${paceAfter(failures, '$3::float8')})`)}`;
    await this.database.query(
      `UPDATE host h SET ${free}, failures = ${failures}, next_at = greatest(h.next_at, ${next}),
         blocked_until = CASE WHEN $5 THEN greatest(h.blocked_until, h.next_at, ${next}) ELSE h.blocked_until END,
         blocked_why = CASE WHEN $5 THEN $6 ELSE h.blocked_why END
       WHERE host = $1`,
      [host, lease, intervalMs, retryAfterMs, isBlocked, reason.slice(0, 300).replaceAll('\0', '')],
    );
  }
}

interface Grant {
  /** Names the slot among those of the host. */
  lease: string;
  waitMs: number;
  /** Of this process's monotonic clock. */
  expiresAt: number;
}
