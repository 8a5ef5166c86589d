/**
 * npm run bench:traces -- [--transport postgres|kafka] [--articles 2000] [--rounds 3] [--json]
 *
 * What traces cost: two deployments side by side, one of which exports every trace to a collector on this machine that
 * throws them away, are pushed the same articles at the same time, as fast as they take them. Whatever else the machine
 * does slows both. CPU milliseconds an article, without the load generator and the collector.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { cpuTimes } from './cpu-time.ts';
import { deploy, type Deployment } from './deployment.ts';
import { benchPages } from './pages.ts';
import { pushAll, settled } from './push.ts';

const CONCURRENCY = 12;
const WARM_UP = 500;
/** What newsmill's own processes are not. */
const OTHERS = ['load generator', 'PostgreSQL', 'Kafka'];

const { values } = parseArgs({
  options: {
    transport: { type: 'string', default: 'postgres' },
    articles: { type: 'string', default: '2000' },
    rounds: { type: 'string', default: '3' },
    json: { type: 'boolean', default: false },
  },
});
const { transport } = values;
if (transport !== 'postgres' && transport !== 'kafka') throw new Error(`--transport ${transport}: postgres or kafka`);
const articles = Number(values.articles);

interface Cost {
  all: number;
  newsmill: number;
}

const collector = spawn(process.execPath, ['test/bench/otlp-sink.ts'], { stdio: ['ignore', 'pipe', 'inherit'] });
const deployments: Deployment[] = [];
try {
  const [url] = (await once(collector.stdout, 'data')) as [Buffer];
  deployments.push(await deploy(transport));
  deployments.push(await deploy(transport, { OTEL_EXPORTER_OTLP_ENDPOINT: String(url).trim() }));
  await pushEach(WARM_UP, WARM_UP);
  const rounds: { off: Cost; on: Cost; percent: Cost }[] = [];
  for (let round = 1; round <= Number(values.rounds); round += 1) {
    const before = deployments.map(({ parts }) => cpuTimes(parts));
    await pushEach(articles, WARM_UP + round * articles);
    const [off, on] = deployments.map(({ parts }, index) => costOf(before[index]!, cpuTimes(parts))) as [Cost, Cost];
    rounds.push({ off, on, percent: { all: more(off.all, on.all), newsmill: more(off.newsmill, on.newsmill) } });
    process.stderr.write(`${JSON.stringify(rounds.at(-1))}\n`);
  }
  const percent = { all: mean(rounds, 'all'), newsmill: mean(rounds, 'newsmill') };
  process.stdout.write(
    `${JSON.stringify({ transport, articles, rounds, percent }, null, values.json ? undefined : 2)}\n`,
  );
} finally {
  collector.kill();
  await Promise.all(deployments.map((deployment) => deployment.stop()));
}

async function pushEach(count: number, reached: number): Promise<void> {
  const pages = benchPages(reached).slice(-count);
  await Promise.all(
    deployments.map(async ({ client }) => {
      await pushAll(client, pages, CONCURRENCY);
      await settled(client, reached);
    }),
  );
}

function costOf(before: ReadonlyMap<string, number>, after: ReadonlyMap<string, number>): Cost {
  const sum = (parts: readonly string[]): number =>
    round(parts.reduce((total, part) => total + after.get(part)! - before.get(part)!, 0) / articles);
  const all = [...after.keys()].filter((part) => part !== 'load generator');
  return { all: sum(all), newsmill: sum(all.filter((part) => !OTHERS.includes(part))) };
}

function more(off: number, on: number): number {
  return round((100 * (on - off)) / off);
}

function mean(rounds: readonly { percent: Cost }[], of: keyof Cost): number {
  return round(rounds.reduce((sum, { percent }) => sum + percent[of], 0) / rounds.length);
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
