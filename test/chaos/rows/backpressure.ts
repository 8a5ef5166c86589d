import { articleChanges, articleEnriched, topicAddress, type Topic } from '@newsmill/contracts';
import { readFileSync } from 'node:fs';
import yaml from 'yaml';
import { until } from '../../support/newsmill-client.ts';
import { article } from '../articles.ts';
import { PREFIX } from '../deployment.ts';
import type { Row, Run } from '../row.ts';

/** Memory, in MB, that each process may have in use while articles of ordinary size wait. */
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
} satisfies Partial<Row>;

/** Every process within its bound in MB, and every partition told in the order in which its articles came. */
const within =
  (boundOf: (service: string) => number) =>
  async (run: Run): Promise<string[]> => {
    const problems: string[] = [];
    const fat = run.deployment.instances.filter(({ name, maxRssMb }) => maxRssMb > boundOf(name));
    problems.push(...fat.map(({ name, maxRssMb }) => `${name} had ${maxRssMb} MB in use`));
    // One key, one partition count: an article stands in the same partition of both topics.
    const [came, told] = [await orderOf(run, articleEnriched), await orderOf(run, articleChanges)];
    for (const [partition, ids] of came) {
      const same = ids.join() === told.get(partition)?.join();
      if (!same) problems.push(`partition ${partition} was not drained in order`);
    }
    return problems;
  };

export const backpressure: Row = {
  ...common,
  verify: within(() => MAX_RSS_MB),
  id: 'backpressure',
  articles: { short: 1_000, full: 50_000 },
};

/** What the chart lets a service have, in MB: a container that takes more is ended. */
function chartLimit(service: string): number {
  const values = yaml.parse(readFileSync('deploy/helm/newsmill/values.yaml', 'utf8')) as Record<
    string,
    { resources: { limits: { memory: string } } }
  >;
  const [, amount, unit] = /^(\d+)([MG]i)$/.exec(values[service]!.resources.limits.memory)!;
  return (Number(amount) * (unit === 'Gi' ? 1024 : 1) * 1024 ** 2) / 1e6;
}

/** Pages of the sizes that news sites have: some 300 KB, now and then some MB. What is in hand is larger, the backlog is not. */
export const backpressureOfLargePages: Row = {
  ...common,
  verify: within(chartLimit),
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
