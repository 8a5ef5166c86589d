import { Inject, Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { sleep } from '@newsmill/stage';
import { DataSource } from 'typeorm';
import { fetcherDatabase } from '../fetcher.database.js';
import { FETCHER_SETTINGS } from '../fetcher.tokens.js';
import type { PolitenessSettings } from './politeness.config.js';
import { HostRows } from './host-rows.js';
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
/** Milliseconds between two looks whether a request under way has ended. */
const [FIRST_LOOK_MS, LAST_LOOK_MS] = [10, 200];
/** A timer may fire so many milliseconds early. */
const TIMER_MS = 2;

/**
 * One budget for each host, whoever asks and from whichever process: a row in the fetchers' database ({@link HostRows}) is the
 * host's next slot.
 *
 * With one request at a time, the next may begin an interval after the last one has ended. As its end is later than its
 * arrival at the host, the host never sees two requests closer than the interval, whatever the network delays.
 */
@Injectable()
export class HostBudget {
  private readonly rows: HostRows;
  /** Of a slot whose time has come. */
  private readonly leaseMs: number;

  constructor(
    @InjectDataSource(fetcherDatabase.schema) private readonly database: DataSource,
    @Inject(FETCHER_SETTINGS) private readonly settings: PolitenessSettings & { fetchTimeoutMs: number },
  ) {
    this.leaseMs = settings.fetchTimeoutMs + LEASE_MARGIN_MS;
    this.rows = new HostRows(database, { requests: settings.hostRequests, leaseMs: this.leaseMs });
  }

  /**
   * Waits for the next slot of a host.
   * @throws HostBusy when it is further ahead than the patience, and the signal's reason.
   */
  async take(host: string, { intervalMs, patienceMs, signal }: SlotRequest): Promise<HostSlot> {
    const deadline = performance.now() + patienceMs;
    for (let look = FIRST_LOOK_MS; ; look = Math.min(2 * look, LAST_LOOK_MS)) {
      signal.throwIfAborted();
      const left = Math.max(0, deadline - performance.now());
      const expiresAt = performance.now() + left + this.leaseMs;
      const reserved = await this.rows.reserve({ host, intervalMs, patienceMs: left });
      const { waitMs } = reserved;
      if (reserved.lease !== undefined) {
        return this.arrive(host, intervalMs, { lease: reserved.lease, waitMs, expiresAt }, signal);
      }
      const { isTaken, why } = reserved;
      if (waitMs > left || left === 0) {
        // Of a request under way nobody knows the end; an interval after it comes the next.
        const until = new Date(Date.now() + Math.max(waitMs, isTaken ? Math.max(intervalMs, LAST_LOOK_MS) : 0));
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
    if (response.kind === 'unused') return this.rows.free(host, lease);
    if (response.kind === 'well') return this.rows.end({ host, lease, intervalMs });
    const { isBlocked, reason, retryAfterMs = 0 } = response;
    return this.rows.ail({ host, lease, intervalMs, reason, isBlocked, retryAfterMs });
  }
}

interface Grant {
  /** Names the slot among those of the host. */
  lease: string;
  waitMs: number;
  /** Of this process's monotonic clock. */
  expiresAt: number;
}
