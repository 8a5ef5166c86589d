/**
 * npm run bench:pipeline -- [--transport postgres|kafka] [--guarantee at-least-once] [--articles 5000] [--seconds 30]
 *   [--floor] [--json]
 *
 * Pushes articles made from the sample pages through a real deployment on this machine. Throughput: from the first push
 * to the moment at which everything is answered for. Latency: at 10 articles a second, from the start of the push to the
 * moment at which its receipt says "stored", asked every 5 ms. --floor (Kafka): the CPU time of the bare work for the
 * same articles, on the same broker and database, right after.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpus, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import type { NewsmillClient } from '../support/newsmill-client.ts';
import { cpuTimes } from './cpu-time.ts';
import { deploy, type Deployment } from './deployment.ts';
import { benchPages } from './pages.ts';
import { pushAll, settled } from './push.ts';

const CONCURRENCY = 24;
/** Articles before anything is measured. */
const WARM_UP = 200;
const LATENCY_RATE = 10;

const { values } = parseArgs({
  options: {
    transport: { type: 'string', default: 'postgres' },
    articles: { type: 'string', default: '5000' },
    seconds: { type: 'string', default: '30' },
    guarantee: { type: 'string', default: 'exactly-once' },
    floor: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});
const { transport, json } = values;
if (transport !== 'postgres' && transport !== 'kafka') throw new Error(`--transport ${transport}: postgres or kafka`);
const articles = Number(values.articles);
const seconds = Number(values.seconds);

const tell = (line: string): void => void (json ? process.stderr : process.stdout).write(`${line}\n`);

const deployment = await deploy(transport, { NEWSMILL_KAFKA_PROCESSING_GUARANTEE: values.guarantee });
try {
  const pages = benchPages(articles + WARM_UP + seconds * LATENCY_RATE);
  const { storedMs, pushedMs, cpu } = await throughput(deployment, pages);
  const latencies = (await latenciesOf(deployment.client, pages)).sort((a, b) => a - b);
  const flow = await deployment.client.flow();
  const floor = values.floor ? await bareWork() : undefined;
  // The client is the newsroom's.
  const { 'load generator': client = 0, ...own } = cpu;
  const total = round(Object.values(own).reduce((sum, ms) => sum + ms, 0));
  const result = {
    transport,
    ...(transport === 'kafka' && { guarantee: values.guarantee }),
    articles,
    articlesPerSecond: round((articles * 1000) / storedMs),
    pushesPerSecond: round((articles * 1000) / pushedMs),
    cpuMsPerArticle: { ...own, total },
    clientCpuMsPerArticle: client,
    ...(floor !== undefined && { bareWork: { ...floor, ratio: round(total / floor.total) } }),
    latencyMs: { rate: LATENCY_RATE, samples: latencies.length, p50: at(latencies, 0.5), p99: at(latencies, 0.99) },
    accountCloses: flow.closes,
    machine: {
      cpu: cpus()[0]?.model,
      cores: cpus().length,
      memoryGiB: round(totalmem() / 2 ** 30),
      node: process.version,
    },
  };
  if (json) process.stdout.write(`${JSON.stringify(result)}\n`);
  else tell(report(result));
} finally {
  await deployment.stop();
}

/** Warms it up with 200 of the pages, then pushes as many as are asked for. Takes them from the list. */
async function throughput(
  { client, parts }: Deployment,
  pages: { url: string; html: string }[],
): Promise<{ storedMs: number; pushedMs: number; cpu: Record<string, number> }> {
  await pushAll(client, pages.splice(0, WARM_UP), CONCURRENCY);
  await allStored(client, WARM_UP);
  tell(`warm; pushing ${articles} articles on ${transport}`);
  const cpuBefore = cpuTimes(parts);
  const began = performance.now();
  await pushAll(client, pages.splice(0, articles), CONCURRENCY);
  const pushedMs = performance.now() - began;
  await allStored(client, WARM_UP + articles);
  const storedMs = performance.now() - began;
  const cpu = Object.fromEntries(
    [...cpuTimes(parts)].map(([part, after]) => [part, round((after - cpuBefore.get(part)!) / articles)]),
  );
  return { storedMs, pushedMs, cpu };
}

/** CPU milliseconds an article of the bare work, by part. */
async function bareWork(): Promise<{ total: number } & Record<string, number>> {
  const { brokers, databaseUrl, parts } = deployment;
  // Services that wait keep a broker and a database busy too.
  await deployment.stopServices();
  const program = ['--import', './test/support/resolve-sources.ts', 'test/bench/bare-work.ts'];
  const flags = ['--experimental-transform-types', '--disable-warning=ExperimentalWarning'];
  const work = JSON.stringify({ brokers, databaseUrl, articles, warmUp: WARM_UP });
  const child = spawn(process.execPath, [...flags, ...program, work], { stdio: ['pipe', 'pipe', 'inherit'] });
  const says = async (word: string): Promise<void> => {
    const [line] = (await Promise.race([once(child.stdout, 'data'), once(child, 'exit')])) as [unknown];
    if (String(line).trim() !== word) throw new Error('the bare work failed');
  };
  const shared = new Map([...parts].filter(([part]) => part === 'Kafka' || part === 'PostgreSQL'));
  shared.set('bare work', child.pid!);
  await says('ready');
  const before = cpuTimes(shared);
  child.stdin.write('go\n');
  await says('done');
  const after = cpuTimes(shared);
  if (child.exitCode === null) await once(child, 'exit');
  const cpu = [...after].map(([part, ms]) => [part, round((ms - before.get(part)!) / articles)] as const);
  return { ...Object.fromEntries(cpu), total: round(cpu.reduce((sum, [, ms]) => sum + ms, 0)) };
}

async function allStored(client: NewsmillClient, count: number): Promise<void> {
  const { received, states } = await settled(client, count);
  if (states.stored !== received) throw new Error(`not all were stored: ${JSON.stringify(states)}`);
}

async function latenciesOf(client: NewsmillClient, pages: readonly { url: string; html: string }[]): Promise<number[]> {
  const running: Promise<number>[] = [];
  for (const page of pages) {
    running.push(latencyOf(client, page));
    await sleep(1000 / LATENCY_RATE);
  }
  return Promise.all(running);
}

async function latencyOf(client: NewsmillClient, page: { url: string; html: string }): Promise<number> {
  const began = performance.now();
  const { receiptId } = await client.push(page);
  while ((await client.receipt(receiptId!)).state !== 'stored') await sleep(5);
  return performance.now() - began;
}

function report(result: {
  transport: string;
  articlesPerSecond: number;
  pushesPerSecond: number;
  cpuMsPerArticle: Record<string, number>;
  bareWork?: Record<string, number>;
  latencyMs: { p50: number; p99: number; samples: number };
  machine: object;
}): string {
  return [
    `${result.transport}: ${result.articlesPerSecond} articles a second stored (${result.pushesPerSecond} pushed)`,
    `latency at ${LATENCY_RATE} a second: p50 ${result.latencyMs.p50} ms, p99 ${result.latencyMs.p99} ms (${result.latencyMs.samples} samples)`,
    'CPU milliseconds an article:',
    ...Object.entries(result.cpuMsPerArticle).map(([part, ms]) => `  ${part.padEnd(16)} ${ms}`),
    ...(result.bareWork === undefined ? [] : [`bare work: ${JSON.stringify(result.bareWork)}`]),
    JSON.stringify(result.machine),
  ].join('\n');
}

function at(sorted: readonly number[], share: number): number {
  return round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!);
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
