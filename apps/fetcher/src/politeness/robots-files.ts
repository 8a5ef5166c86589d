import { type OnApplicationShutdown, Inject, Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { Metrics } from '@newsmill/service';
import { type FetchedResource, OutboundError } from '@newsmill/outbound';
import { hostOf, parseRobotsTxt, ROBOTS_MAX_BYTES, type RobotsTxt } from '@newsmill/web';
import { DataSource } from 'typeorm';
import { fetcherDatabase } from '../fetcher.database.js';
import { fetcherMetrics } from '../fetcher.metrics.js';
import { FETCHER_SETTINGS } from '../fetcher.tokens.js';
import { hostIntervalMs } from './host-interval.js';
import { type PolitenessSettings, productTokenOf } from './politeness.config.js';
import { HostBusy } from './refusals.js';
import { freshMs } from './robots-freshness.js';
import { SlottedFetch } from './slotted-fetch.js';

/** A site whose robots.txt could not be had for so long has none any more (RFC 9309 section 2.3.1.4 suggests 30 days). */
const GIVEN_UP_MS = 30 * 24 * 3_600_000;
/** Longest wait between two looks for a robots.txt that cannot be had. */
const MAX_RETRY_MS = 3_600_000;
/** Another process may have learned more: what is known is read again after so many milliseconds. */
const MEMORY_MS = 60_000;
/** Octets of files that are kept read in a process; an empty one counts as 1 KiB. */
const MEMORY_BYTES = 4 * 1024 * 1024;

/** What is known of an origin's robots.txt. */
type Known = {
  /** When it is asked for again, milliseconds since the epoch. */
  expiresAt: number;
} & ({ state: 'known'; robots: RobotsTxt } | { state: 'waiting'; reason: string });

interface Row {
  status: Status;
  body: Buffer | null;
  /** Milliseconds from now, by the database's clock. */
  freshMs: string;
  failures: number;
  unreachableMs: string | null;
  reason: string | null;
}

/** Of a row of robots: what {@link Row} holds. */
const KNOWN = `status, body, extract(epoch FROM expires_at - now()) * 1000 AS "freshMs", failures, reason,
  extract(epoch FROM now() - unreachable_since) * 1000 AS "unreachableMs"`;

type Status = 'found' | 'none' | 'unreachable';

interface Found {
  status: Status;
  body?: Uint8Array;
  freshMs: number;
  reason?: string;
}

/**
 * The robots.txt of each origin (RFC 9309), kept in the fetchers' database: a restart or another process asks for none
 * that is known. One that is not there allows all; one that cannot be had forbids all until it can, or for 30 days, after
 * which the last copy counts, if there is one.
 */
@Injectable()
export class RobotsFiles implements OnApplicationShutdown {
  private readonly memory = new Map<string, { known: Known; bytes: number; until: number }>();
  private readonly underWay = new Map<string, Promise<Known>>();
  private readonly closing = new AbortController();
  private readonly token: string;
  private readonly files;
  private bytes = 0;

  constructor(
    @InjectDataSource(fetcherDatabase.schema) private readonly database: DataSource,
    @Inject(FETCHER_SETTINGS) private readonly settings: PolitenessSettings & { userAgent: string },
    private readonly slotted: SlottedFetch,
    @Inject(Metrics) metrics: Metrics,
  ) {
    this.token = productTokenOf(settings.userAgent) ?? 'newsmill';
    this.files = metrics.counter(fetcherMetrics.robots);
  }

  /** Later than the stages stop, so that no batch in hand takes the end of the process for a fault of its links. */
  onApplicationShutdown(): void {
    this.closing.abort(new Error('the process stops'));
  }

  /**
   * What the site of an address says to us.
   * @throws HostBusy while it cannot be had, OutboundError under the given address when its origin cannot be reached at all.
   */
  async of(url: URL, patienceMs: number, signal: AbortSignal): Promise<RobotsTxt> {
    const { origin } = url;
    const known = this.remembered(origin) ?? (await this.learn(origin, url, patienceMs, signal));
    if (known.state === 'known') return known.robots;
    throw new HostBusy(
      hostOf(url.href),
      'robots',
      new Date(known.expiresAt),
      `its robots.txt cannot be had, so nothing of ${origin} may be asked for: ${known.reason}`,
    );
  }

  /** Forgets files that nobody has asked about for a month; copies of sites that do not answer stay until they are given up. */
  async tidy(): Promise<void> {
    await this.database.query(
      `DELETE FROM robots WHERE expires_at < now() - interval '1 month'
         AND coalesce(unreachable_since, '-infinity') < now() - interval '2 months'`,
    );
  }

  private remembered(origin: string): Known | undefined {
    const entry = this.memory.get(origin);
    if (entry === undefined || Math.min(entry.until, entry.known.expiresAt) <= Date.now()) return undefined;
    this.memory.delete(origin);
    this.memory.set(origin, entry);
    return entry.known;
  }

  private remember(origin: string, known: Known, bytes: number): Known {
    this.bytes -= this.memory.get(origin)?.bytes ?? 0;
    this.memory.delete(origin);
    const counted = Math.max(1024, bytes);
    this.memory.set(origin, { known, bytes: counted, until: Date.now() + MEMORY_MS });
    this.bytes += counted;
    for (const [oldest, entry] of this.memory) {
      if (this.bytes <= MEMORY_BYTES) break;
      this.memory.delete(oldest);
      this.bytes -= entry.bytes;
    }
    return known;
  }

  /** One look at a time for each origin, whoever waits for it; who stops waiting does not end it for the others. */
  private async learn(origin: string, url: URL, patienceMs: number, signal: AbortSignal): Promise<Known> {
    let look = this.underWay.get(origin);
    if (look === undefined) {
      look = this.read(origin).then((row) => row ?? this.ask(origin, patienceMs));
      this.underWay.set(origin, look);
      look.finally(() => this.underWay.delete(origin)).catch(() => undefined);
    }
    try {
      return await untilAbort(look, signal);
    } catch (error) {
      if (!(error instanceof OutboundError)) throw error;
      const { kind, explanation, cause, transient } = error;
      throw new OutboundError(kind, url.href, explanation, { cause, transient });
    }
  }

  /** What the database knows, if it is fresh. */
  private async read(origin: string): Promise<Known | undefined> {
    const [row] = await this.database.query<[Row?]>(
      `SELECT ${KNOWN} FROM robots WHERE origin = $1 AND expires_at > now()`,
      [origin],
    );
    return row && this.remember(origin, this.toKnown(row), row.body?.length ?? 0);
  }

  private toKnown({ status, body, freshMs: fresh, unreachableMs, reason }: Row): Known {
    const expiresAt = Date.now() + Number(fresh);
    if (status === 'unreachable' && Number(unreachableMs) < GIVEN_UP_MS) {
      return { state: 'waiting', reason: reason ?? 'no answer', expiresAt };
    }
    return { state: 'known', robots: parseRobotsTxt(body ?? new Uint8Array(), this.token), expiresAt };
  }

  /** Asks the site and notes what it said. */
  private async ask(origin: string, patienceMs: number): Promise<Known> {
    const found = await this.fetch(origin, patienceMs);
    this.files.inc({ outcome: found.status });
    const [row] = await this.database.query<[Row]>(
      `INSERT INTO robots AS r (origin, status, body, expires_at, failures, unreachable_since, reason)
       VALUES ($1, $2, $3, now() + $4::float8 * interval '1 millisecond', $5, CASE WHEN $5 > 0 THEN now() END, $6)
       ON CONFLICT (origin) DO UPDATE SET status = excluded.status, reason = excluded.reason,
         body = CASE WHEN $5 > 0 THEN r.body ELSE excluded.body END,
         failures = CASE WHEN $5 > 0 THEN r.failures + 1 ELSE 0 END,
         unreachable_since = CASE WHEN $5 > 0 THEN coalesce(r.unreachable_since, now()) END,
         expires_at = now() + CASE WHEN $5 > 0 THEN least($7::float8, $4::float8 * 2 ^ least(r.failures, 20))
           ELSE $4::float8 END * interval '1 millisecond'
       RETURNING ${KNOWN}`,
      [
        origin,
        found.status,
        found.body ?? null,
        found.freshMs,
        found.status === 'unreachable' ? 1 : 0,
        found.reason?.slice(0, 300).replaceAll('\0', '') ?? null,
        Math.max(MAX_RETRY_MS, this.settings.robotsRetry),
      ],
    );
    return this.remember(origin, this.toKnown(row), row.body?.length ?? 0);
  }

  private async fetch(origin: string, patienceMs: number): Promise<Found> {
    const address = `${origin}/robots.txt`;
    const unreachable = (reason: string): Found => ({
      status: 'unreachable',
      freshMs: this.settings.robotsRetry,
      reason,
    });
    try {
      const resource = await this.slotted.fetch(address, {
        patienceMs,
        signal: this.closing.signal,
        intervalOf: (target) => Promise.resolve(hostIntervalMs(target, this.settings)),
      });
      const { status } = resource;
      if (status === 429 || status >= 500) return unreachable(`HTTP status ${status} (${resource.url})`);
      return isFound(resource)
        ? { status: 'found', body: resource.body.subarray(0, ROBOTS_MAX_BYTES + 1), freshMs: freshMs(resource.headers) }
        : { status: 'none', freshMs: freshMs(resource.headers) };
    } catch (error) {
      if (!(error instanceof OutboundError) || error.kind === 'aborted') throw error;
      // Section 2.3.1.2: more than five redirects may count as no file.
      if (error.kind === 'too-many-redirects' || error.kind === 'redirect-loop') {
        return { status: 'none', freshMs: freshMs({}) };
      }
      // The page stands at the same origin: it cannot be reached either, for the same reason, for good.
      if (!error.transient && error.url === address && error.kind !== 'too-large' && error.kind !== 'protocol')
        throw error;
      return unreachable(error.message);
    }
  }
}

function isFound({ status }: FetchedResource): boolean {
  return status >= 200 && status < 300;
}

/** The work, or the signal's reason when it is aborted first. */
function untilAbort<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason as Error);
    if (signal.aborted) return abort();
    signal.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
