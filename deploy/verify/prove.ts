import { join } from 'node:path';
import { article } from '../../test/chaos/articles.ts';
import { type Check, check } from '../../test/chaos/check.ts';
import type { KubernetesProof, StepResult } from '../../test/chaos/kubernetes-section.ts';
import { Ledger } from '../../test/chaos/ledger.ts';
import { Load } from '../../test/chaos/load.ts';
import { bounded } from '../../test/chaos/run-row.ts';
import { type HeldFolder, holdFolder } from '../../test/support/held-folder.ts';
import { until } from '../../test/support/newsmill-client.ts';
import { ImageFolder } from './image-folder.ts';
import { type Images, Installation } from './installation.ts';
import { Kubernetes } from './kubernetes.ts';
import { LocalNode } from './node.ts';
import type { Options } from './options.ts';
import { type Parts, startParts } from './parts.ts';
import type { Step, World } from './step.ts';
import { steps } from './steps.ts';

const NAME = 'registry.local/newsmill';
/** Only adds, so that the version before can live with it. */
const NEXT = { name: 'VerifyNext1990000000000', sql: 'ALTER TABLE store.article ADD COLUMN verify_note text' };
const BROKEN = {
  name: 'VerifyBroken1990000000001',
  sql: 'ALTER TABLE store.article ADD COLUMN verify_ratio int DEFAULT (1 / 0)',
};
const DRAIN_MS = 300_000;
const WORK_MS = 60_000;
const LONGEST_LOOK_MS = 24 * 3_600_000;

type Tell = (line: string) => void;

/** Everything that was started, and its end. */
class Open {
  readonly #ends: (() => Promise<unknown>)[] = [];

  add(end: () => Promise<unknown>): void {
    this.#ends.push(end);
  }

  async close(tell: Tell): Promise<void> {
    for (const end of this.#ends.splice(0).reverse()) {
      await end().catch((error: unknown) => tell(`could not be ended: ${(error as Error).message}`));
    }
  }
}

/**
 * Runs the steps, one after another, on one installation; the first one that fails is the last. Leaves nothing behind.
 * @throws Error when it is interrupted, or could not begin: then nothing is proved, nor refuted
 */
export async function prove(options: Options, tell: Tell): Promise<KubernetesProof> {
  const open = new Open();
  const interrupted = Promise.withResolvers<never>();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => interrupted.reject(new Error(`interrupted by ${signal}`)));
  }
  interrupted.promise.catch(() => undefined);
  const results: StepResult[] = [];
  const proof: KubernetesProof = {
    passed: false,
    articles: 0,
    refused: 0,
    steps: results,
    setting: {},
    notShown: notShown(options),
  };
  try {
    const world = await Promise.race([interrupted.promise, prepare(options, open, proof, tell)]);
    const chosen = steps.filter(({ id }) => options.steps.includes(id));
    const share = Math.ceil(options.articles / Math.max(1, chosen.filter(({ underLoad }) => underLoad).length));
    for (const step of chosen) {
      const result = await Promise.race([interrupted.promise, runStep(step, world, share, options.rate, tell)]);
      results.push(result);
      [proof.articles, proof.refused] = [world.ledger.promised.size, world.ledger.refused];
      tell(lineOf(result));
      if (!result.passed) break;
    }
    proof.passed = results.length === chosen.length && results.every(({ passed }) => passed);
    if (!proof.passed) await tellState(world, tell);
    if (!proof.passed && options.keep) {
      tell('kept for a look; end this process to end all');
      await Promise.race([interrupted.promise, new Promise((resolve) => setTimeout(resolve, LONGEST_LOOK_MS))]);
    }
  } finally {
    await open.close(tell);
  }
  tell(`${proof.passed ? 'passed' : 'FAILED'}: ${proof.articles} articles, ${results.length} steps`);
  return proof;
}

async function prepare({ target, namespace }: Options, open: Open, proof: KubernetesProof, tell: Tell): Promise<World> {
  const held = await holdFolder('verify');
  open.add(() => held.release());
  const node = target.kind === 'node' ? await LocalNode.up(target.tools, tell) : undefined;
  if (node) open.add(() => node.down());
  const host = target.kind === 'node' ? node!.host : target.host;
  const kubernetes =
    target.kind === 'node'
      ? new Kubernetes(node!.kubeconfig, namespace, join(node!.tools, 'bin'))
      : new Kubernetes(target.kubeconfig, namespace);
  const parts = await startParts(host);
  open.add(() => parts.stop());
  tell(`Kafka at ${parts.broker}, PostgreSQL at ${parts.database.host}:${parts.database.port}`);
  const images = target.kind === 'node' ? await makeImages(node!, held, tell) : imagesOf(target);
  if (node)
    await kubernetes.kubectl([
      '-n',
      'kube-system',
      'wait',
      'deployment/coredns',
      '--for=condition=Available',
      '--timeout=55s',
    ]);
  if (!node) open.add(() => kubernetes.kubectl(['delete', 'namespace', namespace, '--wait=false']));
  const installation = new Installation(kubernetes, parts, images, held.path);
  proof.setting = await settingOf(kubernetes, target.kind, parts);
  const ledger = new Ledger(join(held.path, 'ledger.ndjson'));
  open.add(async () => ledger.close());
  return worldOf(installation, ledger, node, tell);
}

function worldOf(installation: Installation, ledger: Ledger, node: LocalNode | undefined, tell: Tell): World {
  return {
    installation,
    ledger,
    tell: (line) => tell(`    ${line}`),
    killsProcesses: node !== undefined,
    kill: async ({ name, containerId }) => {
      if (node) await node.kill(containerId);
      else await installation.kubernetes.kubectl(['delete', 'pod', name, '--grace-period=0', '--force']);
    },
    inFlight: () =>
      until('work is in flight', WORK_MS, async () => {
        const promised = ledger.promised.size;
        return promised - (await storedCount(installation)) || undefined;
      }),
  };
}

async function storedCount(installation: Installation): Promise<number> {
  const [line] = await installation.query<{ stored: number }>('SELECT count(*)::int AS stored FROM store.article');
  return (line?.stored ?? 0) - installation.earlier.size;
}

/** Runs one step, then waits until everything is answered for, and closes the count of all that was pushed so far. */
async function runStep(step: Step, world: World, articles: number, rate: number, tell: Tell): Promise<StepResult> {
  const { installation, ledger } = world;
  const began = performance.now();
  const result: StepResult = {
    id: step.id,
    what: step.what,
    passed: false,
    seconds: 0,
    articles: 0,
    longestGapS: 0,
    figures: {},
    problems: [],
  };
  const before = ledger.promised.size;
  let load: Load | undefined;
  tell(`${step.id}: ${step.what}`);
  try {
    if (step.underLoad) {
      if (ledger.promised.size === 0) await installation.noteEarlier();
      const { pushUrl, key } = installation;
      load = new Load({ pushUrl, key, ledger, articleOf: article, rate, articles }, ledger.sent.size);
    }
    const failed = load?.done.then(() => new Promise<never>(() => undefined));
    const work = bounded(step.boundS * 1000, step.id, step.run(world));
    result.figures = await Promise.race([work, ...(failed === undefined ? [] : [failed])]);
    if (load !== undefined) {
      load.enough();
      await bounded((articles / rate) * 1000 + DRAIN_MS, 'the load', load.done);
      result.longestGapS = Math.round(load.longestGapMs / 100) / 10;
      const found = await closeCount(world);
      result.check = found;
      result.problems.push(...found.problems);
    }
  } catch (error) {
    result.problems.push((error as Error).message);
  } finally {
    load?.stop();
    await load?.done.catch(() => undefined);
  }
  result.articles = ledger.promised.size - before;
  result.seconds = Math.round((performance.now() - began) / 1000);
  result.passed = result.problems.length === 0;
  return result;
}

async function closeCount({ installation, ledger }: World): Promise<Check> {
  await until('everything is answered for', DRAIN_MS, async () => {
    const { closes, open } = await installation.client.flow();
    const waiting = await installation.query('SELECT 1 FROM store.outbox LIMIT 1');
    const stored = (await storedCount(installation)) >= ledger.promised.size;
    return closes && open === 0 && stored && waiting.length === 0 ? true : undefined;
  });
  return check(installation, ledger, 'pods ended, and their counters with them');
}

async function makeImages(node: LocalNode, held: HeldFolder, tell: Tell): Promise<Images> {
  const folder = await ImageFolder.make(join(held.path, 'image'));
  await folder.toNode(node, `${NAME}:now`);
  await folder.toNode(node, `${NAME}:next`, NEXT);
  await folder.toNode(node, `${NAME}:broken`, NEXT, BROKEN);
  tell('three images are on the node');
  return { image: { repository: NAME, layout: 'single', tag: 'now' }, next: 'next', broken: 'broken' };
}

function imagesOf({ image, nextTag, brokenTag }: Extract<Options['target'], { kind: 'cluster' }>): Images {
  return { image: { ...image }, ...(nextTag && { next: nextTag }), ...(brokenTag && { broken: brokenTag }) };
}

async function settingOf(kubernetes: Kubernetes, kind: string, parts: Parts): Promise<Record<string, string>> {
  const { serverVersion } = JSON.parse(await kubernetes.kubectl(['version', '-o', 'json'])) as {
    serverVersion: { gitVersion: string };
  };
  const { out } = await kubernetes.helm(['version', '--short'], 30_000);
  const [postgres] = await parts.query<{ server_version: string }>('SHOW server_version');
  return {
    Kubernetes: `${serverVersion.gitVersion}, ${kind === 'node' ? 'one node, brought up for this' : 'a cluster that was there'}`,
    Helm: out.trim(),
    PostgreSQL: postgres?.server_version ?? 'unknown',
    images: kind === 'node' ? 'one for all services, made of built folders' : 'as given',
  };
}

function notShown({ target }: Options): string[] {
  return [
    "NetworkPolicies are installed, but nothing here shows that they are enforced: that is the network plugin's part.",
    'One broker and one node: the spread over nodes and zones, and the loss of a broker, are not shown (for the latter see the rows above).',
    "Scaling by HPA or KEDA: the chart's tests hold their objects to the schemas.",
    ...(target.kind === 'node'
      ? []
      : [
          'Processes were ended by deleting their pods without grace, as nothing reaches into the nodes of this cluster.',
        ]),
  ];
}

function lineOf({ id, passed, seconds, articles, longestGapS, figures, check: found, problems }: StepResult): string {
  const told = Object.entries(figures).map(([name, value]) => `${name}: ${value}`);
  const counted =
    found === undefined
      ? []
      : [
          `${articles} articles`,
          `${longestGapS} s without a 202 at most`,
          `${found.lost} lost, ${found.duplicates} duplicates, ${found.unknown} unknown, ${found.altered} altered`,
          found.account.database,
        ];
  return `${id}: ${passed ? 'passed' : 'FAILED'} (${seconds} s): ${[...told, ...counted, ...problems].join('; ')}`;
}

async function tellState({ installation }: World, tell: Tell): Promise<void> {
  const asked = [
    ['get', 'pods', '-o', 'wide'],
    ['get', 'events', '--sort-by=.lastTimestamp'],
    ['logs', '-l', 'app.kubernetes.io/name=newsmill', '--tail=15', '--prefix', '--ignore-errors'],
  ];
  for (const args of asked)
    tell((await installation.kubernetes.tryKubectl(args)).all.split('\n').slice(-40).join('\n'));
}
