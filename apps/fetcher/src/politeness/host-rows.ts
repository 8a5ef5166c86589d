import type { DataSource } from 'typeorm';
import { JoinedCalls } from '../joined-calls.js';

/** What is asked of a host's row. */
export interface Reservation {
  host: string;
  /** Between two requests to the host, in milliseconds. */
  intervalMs: number;
  /** Milliseconds that the slot may lie ahead. */
  patienceMs: number;
}

/** A slot is the caller's, or not: how its host stands then. Milliseconds are the database's, from now. */
export type Reserved =
  | {
      /** Names the slot among those of the host. */
      lease: string;
      waitMs: number;
    }
  | {
      lease: undefined;
      waitMs: number;
      /** As many requests are under way as may be. */
      isTaken: boolean;
      /** Why nothing may be asked of it, while nothing may. */
      why: string | null;
    };

/** The host has answered a request. */
export interface Ending {
  host: string;
  lease: string;
  intervalMs: number;
}

/** The host has answered that it cannot, or not at all. */
export interface Ailment extends Ending {
  reason: string;
  /** Nothing more is asked of it for a while. */
  isBlocked: boolean;
  retryAfterMs: number;
}

/** An ailing host is asked at least once in so many milliseconds. */
const SLOWEST_MS = 600_000;
/** One that answers, though only that it is broken, counts no more failures than this: a broken page is not a broken host. */
const MAX_SOFT_FAILURES = 3;
/** Its second request waits at least so many milliseconds, whatever the interval. */
const FIRST_BACKOFF_MS = 1_000;
/** More failures in a row count no more. */
const MAX_FAILURES = 16;

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
const UNSYNCED = "unsynced AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true))";

/**
 * The rows of hosts in the fetchers' database, each a host's next slot. Times are the database's, so that no process's clock
 * matters. What a process asks at the same time is one statement; all of them lock rows in the order of the hosts' names, so
 * that processes never wait for each other in a circle.
 */
export class HostRows {
  private readonly reservations = new JoinedCalls(hostOf, (calls: readonly Reservation[]) => this.reserveAll(calls));
  private readonly endings = new JoinedCalls(hostOf, (calls: readonly Ending[]) => this.endAll(calls));

  /**
   * @param options.requests most requests to a host under way at once
   * @param options.leaseMs a slot that is not given back is free again so many milliseconds after its request may have begun
   */
  constructor(
    private readonly database: Pick<DataSource, 'query'>,
    private readonly options: { requests: number; leaseMs: number },
  ) {}

  /** Takes the next slot of a host, if it is not too far ahead. */
  reserve(reservation: Reservation): Promise<Reserved> {
    return this.reservations.make(reservation);
  }

  /** Gives a slot back after an answer. */
  end(ending: Ending): Promise<void> {
    return this.endings.make(ending);
  }

  /** Gives a slot back that has not been used. */
  async free(host: string, lease: string): Promise<void> {
    await this.database.query('UPDATE host SET leases = array_remove(leases, $2::timestamptz) WHERE host = $1', [
      host,
      lease,
    ]);
  }

  /** Gives a slot back after a request that was not answered well. */
  async ail({ host, lease, intervalMs, reason, isBlocked, retryAfterMs }: Ailment): Promise<void> {
    const most = isBlocked ? MAX_FAILURES : MAX_SOFT_FAILURES;
    const failures = `greatest(h.failures, least(h.failures + 1, ${most}))`;
    const next = `clock_timestamp() + ${ms(`greatest($4::float8, ${paceAfter(failures, '$3::float8')})`)}`;
    await this.database.query(
      `UPDATE host h SET leases = array_remove(h.leases, $2::timestamptz), failures = ${failures},
         next_at = greatest(h.next_at, ${next}),
         blocked_until = CASE WHEN $5 THEN greatest(h.blocked_until, h.next_at, ${next}) ELSE h.blocked_until END,
         blocked_why = CASE WHEN $5 THEN $6 ELSE h.blocked_why END
       WHERE host = $1`,
      [host, lease, intervalMs, retryAfterMs, isBlocked, reason.slice(0, 300).replaceAll('\0', '')],
    );
  }

  private async reserveAll(calls: readonly Reservation[]): Promise<Reserved[]> {
    const { requests, leaseMs } = this.options;
    // A lease ends a fixed time after the latest start that is asked for: by its end the row knows how far ahead that is.
    const granted = await this.database.query<{ host: string; lease: string; wait: string }[]>(
      `WITH ${UNSYNCED},
         asked AS (SELECT * FROM unnest($1::text[], $2::float8[], $3::float8[]) AS asked (host, interval_ms, patience_ms))
       INSERT INTO host AS h (host, interval_ms, next_at, leases, failures)
       SELECT host, interval_ms, clock_timestamp() + ${ms('interval_ms')},
         ARRAY[clock_timestamp() + ${ms('patience_ms + $4::float8')}], 0
       FROM unsynced, asked ORDER BY host
       ON CONFLICT (host) DO UPDATE SET
         interval_ms = excluded.interval_ms,
         next_at = greatest(h.next_at, clock_timestamp()) + ${ms(paceAfter('h.failures', 'excluded.interval_ms'))},
         leases = ${live} || excluded.leases
       WHERE h.next_at <= excluded.leases[1] - ${ms('$4::float8')} AND cardinality(${live}) < $5
       RETURNING h.host, h.leases[cardinality(h.leases)]::text AS lease,
         extract(epoch FROM h.next_at - clock_timestamp()) * 1000 - ${paceAfter('h.failures', 'h.interval_ms')} AS wait`,
      [
        calls.map(({ host }) => host),
        calls.map(({ intervalMs }) => intervalMs),
        calls.map(({ patienceMs }) => patienceMs),
        leaseMs,
        requests,
      ],
    );
    const grants = new Map(granted.map((row) => [row.host, row]));
    const refused = await this.statesOf(calls.map(hostOf).filter((host) => !grants.has(host)));
    return calls.map(({ host }): Reserved => {
      const grant = grants.get(host);
      if (grant === undefined) return { lease: undefined, ...refused.get(host)! };
      return { lease: grant.lease, waitMs: Math.max(0, Number(grant.wait)) };
    });
  }

  private async statesOf(hosts: readonly string[]) {
    if (hosts.length === 0) return new Map<string, never>();
    const rows = await this.database.query<{ host: string; wait: string; isTaken: boolean; why: string | null }[]>(
      `SELECT asked.host, extract(epoch FROM h.next_at - clock_timestamp()) * 1000 AS wait,
         coalesce(cardinality(${live}) >= $2, false) AS "isTaken",
         CASE WHEN h.blocked_until > clock_timestamp() THEN h.blocked_why END AS why
       FROM unnest($1::text[]) AS asked (host) LEFT JOIN host h ON h.host = asked.host`,
      [hosts, this.options.requests],
    );
    return new Map(
      rows.map(({ host, wait, isTaken, why }) => [host, { waitMs: Math.max(0, Number(wait)), isTaken, why }]),
    );
  }

  private async endAll(calls: readonly Ending[]): Promise<void[]> {
    const pace = `clock_timestamp() + ${ms(paceAfter('h.failures / 2', 'ended.interval_ms'))}`;
    const next = this.options.requests === 1 ? pace : 'h.next_at';
    await this.database.query(
      `WITH ${UNSYNCED},
         ended AS MATERIALIZED (
           SELECT h.host, ended.lease, ended.interval_ms
           FROM unnest($1::text[], $2::timestamptz[], $3::float8[]) AS ended (host, lease, interval_ms)
             JOIN host h ON h.host = ended.host
           ORDER BY h.host FOR NO KEY UPDATE OF h)
       UPDATE host h SET leases = array_remove(h.leases, ended.lease), failures = h.failures / 2, next_at = ${next}
       FROM unsynced, ended WHERE h.host = ended.host`,
      [calls.map(({ host }) => host), calls.map(({ lease }) => lease), calls.map(({ intervalMs }) => intervalMs)],
    );
    return calls.map(() => undefined);
  }
}

function hostOf({ host }: { host: string }): string {
  return host;
}
