import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '../support/newsmill-client.ts';
import { article } from './articles.ts';
import { type Check, check } from './check.ts';
import { ChaosDeployment, PREFIX } from './deployment.ts';
import { Ledger } from './ledger.ts';
import { Load, pushOnce } from './load.ts';
import { readMarkers } from './log-segments.ts';
import type { Evidence, Row, Run, Scale } from './row.ts';

export interface RowResult {
  row: string;
  fault: string;
  passed: boolean;
  articles: number;
  evidence: Evidence;
  /** Seconds from the end of the fault until an article pushed then is stored. */
  recoverySeconds: number;
  seconds: number;
  maxRssMb: Record<string, number>;
  check?: Check;
  problems: string[];
}

const WARM_UP = 20;
const DRAIN_MS = 240_000;
const RECOVERY_MS = 30_000;
const LONGEST_LOOK_MS = 24 * 3_600_000;
/** Numbers of articles that are not the load's. */
const FRESH = 10_000_000;
/** What services say when work in hand comes again or is tried again. */
const RETRIES = /comes again|joining anew|tries again|is down|not told as received yet|publish.*(again|anew)/;

export interface RowOptions {
  scale: Scale;
  articles?: number;
  /** Whether the deployment of a row that did not pass stays for a look, until the process is ended. */
  keep: boolean;
  tell(line: string): void;
}

/** Runs one row on a deployment of its own, and leaves nothing behind. */
export async function runRow(row: Row, { scale, articles, keep, tell }: RowOptions): Promise<RowResult> {
  const began = performance.now();
  const evidence: Evidence = {
    kills: 0,
    faults: 0,
    hits: 0,
    leastInFlight: Infinity,
    retries: 0,
    abortedTransactions: 0,
    redelivered: 0,
    figures: {},
  };
  const result: RowResult = {
    row: row.id,
    fault: row.fault,
    passed: false,
    articles: 0,
    evidence,
    recoverySeconds: -1,
    seconds: 0,
    maxRssMb: {},
    problems: [],
  };
  let deployment: ChaosDeployment | undefined;
  let ledger: Ledger | undefined;
  let load: Load | undefined;
  let sampler: NodeJS.Timeout | undefined;
  try {
    deployment = await ChaosDeployment.start(row.deployment ?? {});
    const { folder, instances } = deployment;
    sampler = setInterval(() => instances.forEach((instance) => instance.sampleRss()), 1_000);
    ledger = new Ledger(join(folder, 'ledger.ndjson'));
    const articleOf = row.articleOf ?? article;
    const pushing = { pushUrl: deployment.service('fetcher').url, key: deployment.key, ledger };
    for (let number = 0; number < WARM_UP; number += 1) await pushOnce(pushing, articleOf(number));
    const run = makeRun(deployment, ledger, scale, evidence, tell);
    await until('the deployment is warm', 60_000, async () => ((await run.inFlight()) === 0 ? true : undefined));
    tell(`ready after ${Math.round((performance.now() - began) / 1000)} s`);

    const count = articles ?? row.articles[scale];
    const flowing = new Load({ ...pushing, articleOf, rate: row.rate ?? 50, articles: count }, WARM_UP);
    load = flowing;
    run.load = flowing;
    run.loaded = async () => {
      flowing.enough();
      await flowing.done;
    };
    await bounded(row.boundMs[scale], `the fault of row ${row.id}`, row.inject(run));
    const healedAt = performance.now();
    flowing.enough();
    result.recoverySeconds = await recovery(deployment, pushing, healedAt);
    if (result.recoverySeconds * 1000 > RECOVERY_MS) {
      result.problems.push(`a fresh article was stored only ${result.recoverySeconds} s after the fault`);
    }
    tell(`recovered in ${result.recoverySeconds} s`);
    await bounded(row.boundMs[scale] + 60_000, 'the load', flowing.done);
    await drain(deployment, ledger).catch((error: unknown) => result.problems.push((error as Error).message));
    tell('drained');

    evidence.retries = instances.reduce((sum, instance) => sum + instance.count(RETRIES), 0);
    const ended = instances.reduce((sum, instance) => sum + instance.endedLives, 0);
    const lost = ended > 0 ? `${ended} processes ended, and their counters with them` : undefined;
    const uncountable = row.uncountable ?? lost;
    result.check = await check(deployment, ledger, uncountable);
    result.problems.push(...result.check.problems, ...((await row.verify?.(run)) ?? []), ...run.failures);
    for (let broker = 1; broker <= (row.deployment?.brokers ?? 1); broker += 1) {
      const { aborted } = await readMarkers(join(folder, 'kafka', `broker-${broker}`, 'data'), PREFIX);
      // A follower holds the same markers.
      evidence.abortedTransactions = Math.max(evidence.abortedTransactions, aborted);
    }
    if (evidence.kills + evidence.faults === 0 || evidence.hits < evidence.kills + evidence.faults) {
      result.problems.push(`only ${evidence.hits} of ${evidence.kills + evidence.faults} faults hit work in flight`);
    }
  } catch (error) {
    result.problems.push(error instanceof Error ? error.message : String(error));
    const names = deployment?.instances.flatMap(({ name, lines }) => lines.slice(-8).map((line) => `${name}: ${line}`));
    tell((names ?? []).join('\n'));
  } finally {
    load?.stop();
    clearInterval(sampler);
    result.articles = ledger?.promised.size ?? 0;
    for (const { name, maxRssMb } of deployment?.instances ?? []) {
      result.maxRssMb[name] = Math.max(result.maxRssMb[name] ?? 0, maxRssMb);
    }
    await load?.done.catch(() => undefined);
    ledger?.close();
    if (keep && deployment !== undefined && result.problems.length > 0) {
      tell(`${result.problems.join('\n  ')}\n  kept in ${deployment.folder}: look, then end this process`);
      await sleep(LONGEST_LOOK_MS);
    }
    await deployment?.stop();
  }
  result.passed = result.problems.length === 0;
  result.seconds = Math.round((performance.now() - began) / 1000);
  return result;
}

function makeRun(
  deployment: ChaosDeployment,
  ledger: Ledger,
  scale: Scale,
  evidence: Evidence,
  tell: (line: string) => void,
): Run {
  const inFlight = async (): Promise<number> => {
    const before = ledger.promised.size;
    const [line] = await deployment.query<{ stored: number }>('SELECT count(*)::int AS stored FROM store.article');
    return Math.max(0, before - (line?.stored ?? 0));
  };
  return {
    deployment,
    scale,
    ledger,
    load: undefined as never,
    tell,
    evidence,
    failures: [],
    inFlight,
    loaded: async () => {
      throw new Error('there is no load yet');
    },
    flow: async (articles) => {
      const goal = ledger.promised.size + articles;
      await until(`${articles} more articles are taken`, 120_000, async () =>
        ledger.promised.size >= goal ? true : undefined,
      );
    },
    strike: async (kind, act) => {
      // Under light load everything may be stored at once: wait for a moment at which it is not.
      const open = await until('work is in flight', 30_000, async () => (await inFlight()) || undefined);
      await act();
      evidence[kind === 'kill' ? 'kills' : 'faults'] += 1;
      evidence.hits += 1;
      evidence.leastInFlight = Math.min(evidence.leastInFlight, open);
      tell(`${kind} ${evidence[kind === 'kill' ? 'kills' : 'faults']}: ${open} in flight`);
    },
  };
}

async function recovery(
  deployment: ChaosDeployment,
  pushing: Parameters<typeof pushOnce>[0],
  healedAt: number,
): Promise<number> {
  const fresh = article(FRESH);
  while (!(await pushOnce(pushing, fresh))) {
    if (performance.now() - healedAt > 2 * RECOVERY_MS) throw new Error('no push is taken after the fault');
    await sleep(200);
  }
  const { articleId } = [...pushing.ledger.promised.values()].find(({ guid }) => guid === fresh.guid)!;
  await until('a fresh article is stored', 120_000, async () => {
    const found = await deployment.query('SELECT 1 FROM store.article WHERE id = $1', [articleId]);
    return found.length > 0 ? true : undefined;
  });
  return Math.round((performance.now() - healedAt) / 100) / 10;
}

/** Everything is answered for, and the public topics have it. */
async function drain(deployment: ChaosDeployment, ledger: Ledger): Promise<void> {
  await until('everything is answered for', DRAIN_MS, async () => {
    await sleep(200);
    const { received, closes } = await deployment.client.flow();
    const waiting = await deployment.query('SELECT 1 FROM store.outbox LIMIT 1');
    return received >= ledger.receipts && closes && waiting.length === 0 ? true : undefined;
  });
}

export async function bounded<T>(ms: number, what: string, work: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(`${what} took longer than ${ms / 1000} s`)), ms);
  try {
    return await Promise.race([work, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
