import type { PoolStatistics, Transport } from '@newsmill/stage';
import type { LabelsOf } from './metric-definition.js';
import type { Metrics } from './metrics.js';
import type { ReadinessCheck } from './health.js';
import { serviceMetrics } from './service-metrics.js';
import { version } from './version.js';
import { Watched } from './watched.js';

/** A pool of `pg`. */
export interface ConnectionPool {
  totalCount: number;
  idleCount: number;
  waitingCount: number;
  options: { max?: number | undefined };
}

/** An answer counts for so many milliseconds, so that several who scrape ask once. */
const HEARD_MS = 1_000;
/** Under the time for which a scrape waits, or it would not be told at all. */
const ANSWER_MS = 800;

/** @param services names of the services that the process runs */
export function tellBuild(metrics: Metrics, services: readonly string[]): void {
  const labels = { services: services.join('+'), version, node: process.version };
  metrics.gauge(serviceMetrics.buildInfo).set(labels, 1);
}

/** Tells which dependencies answer. One that says nothing in time does not. */
export function watchDependencies(metrics: Metrics, dependencies: ReadonlyMap<string, ReadinessCheck>): void {
  const watched = [...dependencies].map(([dependency, check]): [string, Watched<1>] => {
    return [dependency, new Watched(() => check().then(() => 1), HEARD_MS, ANSWER_MS)];
  });
  metrics.watch(serviceMetrics.dependencyUp, () =>
    Promise.all(watched.map(async ([dependency, answer]) => [{ dependency }, (await answer.value()) ?? 0] as const)),
  );
}

/** Tells of transactions on the log, and of the pools of databases by the name of their schema. */
export function watchConnections(
  metrics: Metrics,
  transport: Transport,
  pools: ReadonlyMap<string, ConnectionPool>,
): void {
  metrics.watch(serviceMetrics.transactions, () => {
    const ends = transport.statistics?.().transactions;
    return serviceMetrics.transactions.labels.outcome.map((outcome) => [{ outcome }, ends?.[outcome] ?? 0]);
  });
  const all = (): [string, PoolStatistics][] => {
    const log = transport.statistics?.().pool;
    return [
      ...[...pools].map(([name, pool]): [string, PoolStatistics] => [name, statisticsOf(pool)]),
      ...(log === undefined ? [] : [['log', log] as [string, PoolStatistics]]),
    ];
  };
  type Connections = [LabelsOf<typeof serviceMetrics.poolConnections>, number][];
  metrics.watch(serviceMetrics.poolConnections, () =>
    all().flatMap(([pool, { total, idle }]): Connections => [
      [{ pool, state: 'busy' }, total - idle],
      [{ pool, state: 'idle' }, idle],
    ]),
  );
  metrics.watch(serviceMetrics.poolWaiting, () => all().map(([pool, { waiting }]) => [{ pool }, waiting]));
  metrics.watch(serviceMetrics.poolLimit, () => all().map(([pool, { limit }]) => [{ pool }, limit]));
}

function statisticsOf({
  totalCount: total,
  idleCount: idle,
  waitingCount: waiting,
  options,
}: ConnectionPool): PoolStatistics {
  return { total, idle, waiting, limit: options.max ?? 10 };
}
