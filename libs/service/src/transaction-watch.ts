import { topicAddress } from '@newsmill/contracts';
import { hangingByTopic, type Transport } from '@newsmill/stage';
import type { Metrics } from './metrics.js';
import type { ServiceDefinition } from './service-definition.js';
import { serviceMetrics } from './service-metrics.js';

/** The log is asked at most once in so many milliseconds. */
const MAX_AGE_MS = 15_000;

/**
 * Tells how many transactions hang in each topic that the services read or write, on a log that has transactions: lag does
 * not show what they hold up. A topic that the process may not read is left out.
 */
export function watchTransactions(
  metrics: Metrics,
  { transactions }: Transport,
  prefix: string,
  services: readonly ServiceDefinition[],
): void {
  const touched = services.flatMap(({ stages, writers = [] }) => [
    ...stages.map(({ reads }) => reads),
    ...writers.flatMap(({ writes }) => writes),
  ]);
  const names = new Map(touched.map((topic) => [topicAddress(prefix, topic), topic.name]));
  const read = async (): Promise<[{ topic: string }, number][]> => {
    if (transactions === undefined) return [];
    const hanging = await hangingByTopic(transactions, [...names.keys()]);
    return [...hanging].map(([address, found]) => [{ topic: names.get(address)! }, found.length]);
  };
  metrics.watch(serviceMetrics.hangingTransactions, read, MAX_AGE_MS);
}
