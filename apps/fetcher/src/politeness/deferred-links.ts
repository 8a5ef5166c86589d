import { Inject, Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { type EventOf, linkDiscovered, topicAddress } from '@newsmill/contracts';
import { Metrics, SERVICE_SETTINGS, type ServiceSettings, TRANSPORT } from '@newsmill/service';
import type { NewRecord, Transport } from '@newsmill/stage';
import { DataSource, type EntityManager } from 'typeorm';
import { fetcherDatabase } from '../fetcher.database.js';
import { fetcherMetrics } from '../fetcher.metrics.js';
import { FETCHER_SETTINGS } from '../fetcher.tokens.js';
import { type Deferral, deferralId, headersOf } from './deferral.js';
import type { PolitenessSettings } from './politeness.config.js';

/** Links put on the log in one look. */
const BATCH = 256;
/** A link goes on the log so many milliseconds early, or as many as it may wait: the way to its host takes time as well. */
const LEAD_MS = 400;

interface DueRow {
  id: string;
  host: string;
  link: EventOf<typeof linkDiscovered>;
  headers: Record<string, string>;
  isReady: boolean;
  until?: undefined;
}

/**
 * Links that wait for their hosts, beside the log, so that nobody waits behind them. Each has a place of its own in its
 * host's time, one interval after the link deferred before it, and goes on the log again when it has come. One whose answer
 * is awaited comes back for it at its own time, however long its host's line is.
 */
@Injectable()
export class DeferredLinks {
  private readonly released;

  constructor(
    @InjectDataSource(fetcherDatabase.schema) private readonly database: DataSource,
    @Inject(FETCHER_SETTINGS) private readonly settings: PolitenessSettings,
    @Inject(TRANSPORT) private readonly transport: Transport,
    @Inject(SERVICE_SETTINGS) private readonly service: ServiceSettings,
    @Inject(Metrics) metrics: Metrics,
  ) {
    this.released = metrics.counter(fetcherMetrics.deferredLinksReleased);
    metrics.watch(fetcherMetrics.deferredLinks, () => this.count());
  }

  async count(): Promise<number> {
    const [row] = await this.database.query<[{ links: string }]>('SELECT count(*) AS links FROM deferred_link');
    return Number(row.links);
  }

  /**
   * Keeps links until their time. One that is kept already, because its event is read again, keeps its place.
   * @returns when each is due; those that are not among them were not kept, because their hosts have too many
   */
  async keep(deferrals: readonly Deferral[]): Promise<Map<Deferral, Date>> {
    if (deferrals.length === 0) return new Map();
    return this.database.transaction(async (manager): Promise<Map<Deferral, Date>> => {
      const hosts = Map.groupBy(deferrals, ({ link }) => link.host);
      const refused = await this.overflow(manager, hosts);
      const kept = deferrals.filter((deferral) => !refused.has(deferral));
      if (kept.length === 0) return new Map<Deferral, Date>();
      const places = await this.plan(
        manager,
        Map.groupBy(
          kept.filter(({ isAwaited }) => isAwaited !== true),
          ({ link }) => link.host,
        ),
      );
      const dueOf = new Map(
        kept.map((deferral) => [deferral, latest(places.get(deferral) ?? deferral.until, deferral.until)]),
      );
      await manager.query(
        `INSERT INTO deferred_link AS d (id, host, due_at, link, headers, awaited)
         SELECT DISTINCT ON (id) * FROM unnest($1::uuid[], $2::text[], $3::timestamptz[], $4::json[], $5::json[], $6::boolean[])
           AS kept (id, host, due_at, link, headers, awaited)
         ON CONFLICT (id) DO UPDATE SET headers = excluded.headers`,
        [
          kept.map(deferralId),
          kept.map(({ link }) => link.host),
          kept.map((deferral) => dueOf.get(deferral)!),
          kept.map(({ link }) => JSON.stringify(link)),
          kept.map((deferral) => JSON.stringify(toTexts(headersOf(deferral)))),
          kept.map(({ isAwaited }) => isAwaited === true),
        ],
      );
      return dueOf;
    });
  }

  /**
   * Puts links whose time has come on the log, then forgets them; a crash in between repeats them under their ids. Those
   * whose host cannot be asked now, because it has been blocked meanwhile, go to the end of its line.
   * @returns how many were due
   */
  publishDue(): Promise<number> {
    return this.database.transaction(async (manager) => {
      const rows = await manager.query<DueRow[]>(
        `SELECT d.id, d.host, d.link, d.headers,
           d.awaited OR coalesce(h.next_at <= now() + $2 * interval '1 millisecond', true) AS "isReady"
         FROM deferred_link d LEFT JOIN host h ON h.host = d.host
         WHERE d.due_at <= now() + $2::float8 * interval '1 millisecond'
         ORDER BY d.due_at LIMIT $1 FOR UPDATE OF d SKIP LOCKED`,
        [BATCH, Math.min(LEAD_MS, this.settings.hostWait)],
      );
      const ready = rows.filter(({ isReady }) => isReady);
      const others = rows.filter(({ isReady }) => !isReady);
      if (ready.length > 0) {
        await this.transport.publish(ready.map((row) => this.toRecord(row)));
        await manager.query('DELETE FROM deferred_link WHERE id = ANY($1::uuid[])', [ready.map(({ id }) => id)]);
        this.released.inc(ready.length);
      }
      if (others.length > 0) {
        const dueOf = await this.plan(
          manager,
          Map.groupBy(others, ({ host }) => host),
        );
        await manager.query(
          `UPDATE deferred_link SET due_at = planned.at FROM unnest($1::uuid[], $2::timestamptz[]) AS planned (id, at)
           WHERE deferred_link.id = planned.id`,
          [others.map(({ id }) => id), others.map((row) => dueOf.get(row)!)],
        );
      }
      return rows.length;
    });
  }

  /** Those for which there is no room. One that is kept already takes no more of it. */
  private async overflow(manager: EntityManager, hosts: Map<string, Deferral[]>): Promise<Set<Deferral>> {
    const rows = await manager.query<{ host: string; kept: string }[]>(
      `SELECT asked.host, count(kept.id) AS kept FROM unnest($1::text[]) AS asked (host)
       LEFT JOIN LATERAL (SELECT id FROM deferred_link d WHERE d.host = asked.host LIMIT $2) AS kept ON true
       GROUP BY asked.host`,
      [[...hosts.keys()], this.settings.hostQueue],
    );
    const keptOf = new Map(rows.map(({ host, kept }) => [host, Number(kept)]));
    const again = await this.keptAmong(manager, [...hosts.values()].flat());
    return new Set(
      [...hosts].flatMap(([host, some]) =>
        some
          .filter((deferral) => !again.has(deferralId(deferral)))
          .slice(Math.max(0, this.settings.hostQueue - keptOf.get(host)!)),
      ),
    );
  }

  private async keptAmong(manager: EntityManager, deferrals: readonly Deferral[]): Promise<Set<string>> {
    const rows = await manager.query<{ id: string }[]>('SELECT id FROM deferred_link WHERE id = ANY($1::uuid[])', [
      deferrals.map(deferralId),
    ]);
    return new Set(rows.map(({ id }) => id));
  }

  /** Places at the ends of the lines of hosts, in order. */
  private async plan<T extends { until?: Date | undefined }>(
    manager: EntityManager,
    hosts: Map<string, T[]>,
  ): Promise<Map<T, Date>> {
    const [rows] = await manager.query<[{ host: string; start: Date; intervalMs: number }[], number]>(
      `WITH asked AS (SELECT * FROM unnest($1::text[], $2::int[], $3::timestamptz[]) AS asked (host, links, floor)),
         line AS (SELECT h.host, greatest(h.queued_until, h.next_at, clock_timestamp(), asked.floor) AS start, h.interval_ms, asked.links
           FROM host h JOIN asked ON asked.host = h.host ORDER BY h.host FOR UPDATE OF h)
       UPDATE host h SET queued_until = line.start + line.links * line.interval_ms * interval '1 millisecond'
       FROM line WHERE h.host = line.host
       RETURNING h.host, line.start, line.interval_ms AS "intervalMs"`,
      [
        [...hosts.keys()],
        [...hosts.values()].map(({ length }) => length),
        [...hosts.values()].map((items) => items.map(({ until }) => until ?? null).reduce(earliest)),
      ],
    );
    const lines = new Map(rows.map((row) => [row.host, row]));
    return new Map(
      [...hosts].flatMap(([host, items]) => {
        const { start = new Date(), intervalMs = this.settings.hostInterval } = lines.get(host) ?? {};
        return items.map((item, index): [T, Date] => [item, new Date(start.getTime() + index * intervalMs)]);
      }),
    );
  }

  private toRecord({ link, headers }: DueRow): NewRecord {
    return {
      topic: topicAddress(this.service.topicPrefix, linkDiscovered),
      key: Buffer.from(linkDiscovered.key(link)),
      value: Buffer.from(JSON.stringify(link)),
      headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, Buffer.from(value, 'base64')])),
    };
  }
}

function toTexts(headers: Readonly<Record<string, Buffer>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, value.toString('base64')]));
}

function earliest(a: Date | null, b: Date | null): Date | null {
  return a !== null && b !== null && b < a ? b : a;
}

function latest(a: Date, b: Date): Date {
  return a > b ? a : b;
}
