/**
 * npm run bench:sizing -- [--data DIR] [--rounds 3] [--docs]
 *
 * What an article costs, measured in a deployment on Kafka with the four services as processes: CPU by process, memory,
 * bytes in each topic and in the database, and what waiting costs. The first round warms up. `--docs` writes
 * docs/sizing.json, and docs/sizing.md computed from it.
 */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { cpuTimes } from './cpu-time.ts';
import { deploy } from './deployment.ts';
import { pushAll, settled } from './push.ts';
import { databaseBytes, type Page, peakMegabytes, sizingPages, topicBytes } from './sizing-measure.ts';
import { type Costs, sizingPage } from './sizing-page.ts';

const IDLE_SECONDS = 30;
const CONCURRENCY = 8;

const { values } = parseArgs({
  options: {
    data: { type: 'string' },
    rounds: { type: 'string', default: '3' },
    docs: { type: 'boolean', default: false },
  },
});

const [warmUp, ...measured] = sizingPages(values.data, Number(values.rounds));
if (measured.length === 0) throw new Error(`--rounds ${values.rounds}: the first warms up, so 2 at least`);
const deployment = await deploy('kafka');
const database = new pg.Pool({ connectionString: deployment.databaseUrl, max: 1 });
try {
  let pushed = 0;
  await push(warmUp!);
  const before = await state();
  for (const pages of measured) await push(pages);
  const after = await state();
  const seconds = (after.at - before.at) / 1000;
  const articles = after.received - before.received;
  const stored = after.stored - before.stored;
  const idleBefore = cpuTimes(deployment.parts);
  await new Promise((resolve) => setTimeout(resolve, IDLE_SECONDS * 1000));
  const idleAfter = cpuTimes(deployment.parts);

  const idleCores = new Map(
    [...idleAfter].map(([part, ms]) => [part, (ms - idleBefore.get(part)!) / IDLE_SECONDS / 1000]),
  );
  const parts = [...deployment.parts].filter(([part]) => part !== 'load generator');
  const costs: Costs = {
    date: new Date().toISOString().slice(0, 10),
    commit: execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim(),
    machine: `${cpus()[0]?.model.trim()}, ${cpus().length} cores, Node ${process.version}`,
    pages: values.data === undefined ? 'the sample site' : 'real news pages',
    pageBytes: mean(measured.flat().map(({ html }) => Buffer.byteLength(html))),
    articles,
    stored,
    cpuMs: Object.fromEntries(
      parts.map(([part]) => {
        const waiting = idleCores.get(part)! * seconds * 1000;
        return [part, round((after.cpu.get(part)! - before.cpu.get(part)! - waiting) / articles)];
      }),
    ),
    idleCores: Object.fromEntries(parts.map(([part]) => [part, round(idleCores.get(part)!)])),
    articlesPerSecond: round(articles / seconds),
    peakMegabytes: Object.fromEntries(
      parts
        .filter(([part]) => part !== 'PostgreSQL' && part !== 'Kafka')
        .map(([part, pid]) => [part, peakMegabytes(pid)]),
    ),
    topicBytes: Object.fromEntries(
      [...after.topics].map(([topic, bytes]) => [topic, mean([(bytes - (before.topics.get(topic) ?? 0)) / articles])]),
    ),
    databaseBytes: mean([(after.database.tables - before.database.tables) / articles]),
    writeAheadBytes: mean([(after.database.writeAhead - before.database.writeAhead) / articles]),
  };
  process.stdout.write(`${JSON.stringify(costs, null, 2)}\n`);
  if (values.docs) {
    writeFileSync(new URL('../../docs/sizing.json', import.meta.url), `${JSON.stringify(costs, null, 2)}\n`);
    writeFileSync(new URL('../../docs/sizing.md', import.meta.url), sizingPage(costs));
  }

  async function push(pages: readonly Page[]): Promise<void> {
    await pushAll(deployment.client, pages, CONCURRENCY);
    pushed += pages.length;
    await settled(deployment.client, pushed);
  }

  async function state() {
    const { received, states } = await deployment.client.flow();
    return {
      at: performance.now(),
      received,
      stored: states.stored ?? 0,
      cpu: cpuTimes(deployment.parts),
      topics: topicBytes(deployment.logDir!, deployment.topicPrefix),
      database: await databaseBytes(database),
    };
  }
} finally {
  await database.end();
  await deployment.stop();
}

function mean(values: readonly number[]): number {
  return Math.round(values.reduce((sum, value) => sum + value, 0) / values.length);
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
