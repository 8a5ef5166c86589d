import { topicAddress } from '@newsmill/contracts';
import { type Backlog, backlogOf, groupOf, type OldestRecords, type Stage, type Transport } from '@newsmill/stage';
import type { Metrics } from './metrics.js';
import { serviceMetrics } from './service-metrics.js';
import { Watched } from './watched.js';

/** The log is asked at most once in so many milliseconds. */
const MAX_AGE_MS = 5_000;

/** Tells what waits for each stage, in events and by the age of the oldest. A stage whose log says nothing is left out. */
export function watchLag(metrics: Metrics, transport: Transport, prefix: string, stages: readonly Stage[]): void {
  const watched = stages.map((stage): [string, Watched<Backlog>] => {
    const oldest: OldestRecords = new Map();
    const ask = () => backlogOf(transport, topicAddress(prefix, stage.reads), groupOf(prefix, stage), oldest);
    return [stage.name, new Watched(ask, MAX_AGE_MS)];
  });
  const each = async (valueOf: (backlog: Backlog) => number): Promise<[{ stage: string }, number][]> => {
    const told = await Promise.all(watched.map(async ([stage, lag]) => [{ stage }, await lag.value()] as const));
    return told.flatMap(([labels, backlog]) => (backlog === undefined ? [] : [[labels, valueOf(backlog)]]));
  };
  metrics.watch(serviceMetrics.stageLag, () => each(({ records }) => records));
  metrics.watch(serviceMetrics.stageLagSeconds, () => each(({ oldestAt }) => ageOf(oldestAt)));
}

/** Seconds; the clock of whoever wrote the record may run ahead of ours. */
function ageOf(oldestAt: number | undefined): number {
  return oldestAt === undefined ? 0 : Math.max(0, Date.now() - oldestAt) / 1000;
}
