import { articleChanges, articleEnriched, topicAddress, type Topic } from '@newsmill/contracts';
import { until } from '../../support/newsmill-client.ts';
import { article } from '../articles.ts';
import { PREFIX } from '../deployment.ts';
import type { Row, Run } from '../row.ts';

/** Memory that each process may have in use. */
const MAX_RSS_MB = 300;

const common = {
  fault: 'the store is stopped while articles flow, and comes back to the backlog',
  boundMs: { short: 600_000, full: 3_600_000 },
  rate: 500,
  inject: async (run: Run): Promise<void> => {
    const store = run.deployment.service('store');
    await run.flow(50);
    await run.strike('fault', async () => {
      await store.stop();
    });
    await run.loaded();
    const began = performance.now();
    run.evidence.figures['backlog, articles'] = await run.inFlight();
    await store.start();
    await until('the backlog is drained', 1_800_000, async () => ((await run.inFlight()) === 0 ? true : undefined));
    run.evidence.figures['drained in, s'] = Math.round((performance.now() - began) / 1000);
  },
  verify: async (run: Run): Promise<string[]> => {
    const problems: string[] = [];
    const fat = run.deployment.instances.filter(({ maxRssMb }) => maxRssMb > MAX_RSS_MB);
    problems.push(...fat.map(({ name, maxRssMb }) => `${name} had ${maxRssMb} MB in use`));
    // One key, one partition count: an article stands in the same partition of both topics.
    const [came, told] = [await orderOf(run, articleEnriched), await orderOf(run, articleChanges)];
    for (const [partition, ids] of came) {
      const same = ids.join() === told.get(partition)?.join();
      if (!same) problems.push(`partition ${partition} was not drained in order`);
    }
    return problems;
  },
} satisfies Partial<Row>;

export const backpressure: Row = {
  ...common,
  id: 'backpressure',
  articles: { short: 1_000, full: 50_000 },
};

/** Pages of the sizes that news sites have: some 300 KB, now and then some MB. */
export const backpressureOfLargePages: Row = {
  ...common,
  id: 'backpressure-pages',
  fault: `${common.fault}; pages of 0.3 to 4 MB`,
  articles: { short: 200, full: 2_000 },
  rate: 20,
  articleOf: (number) => article(number, { padBytes: number % 20 === 0 ? 4_000_000 : 300_000 }),
};

/** Article ids in order, by partition; repeats left out. */
async function orderOf(run: Run, topic: Topic): Promise<Map<number, string[]>> {
  const log = await run.deployment.log();
  const order = new Map<number, Set<string>>();
  for await (const { partition, key } of log.read(topicAddress(PREFIX, topic), 'earliest')) {
    const ids = order.get(partition) ?? new Set();
    order.set(partition, ids.add(String(key)));
  }
  return new Map([...order].map(([partition, ids]) => [partition, [...ids]]));
}
