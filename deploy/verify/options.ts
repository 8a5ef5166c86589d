import type { HostAddress } from './node.ts';
import { steps } from './steps.ts';

/** Where the proof runs, and how much of it. */
export interface Options {
  target: Node | Cluster;
  namespace: string;
  /** Articles over all steps at least. */
  articles: number;
  /** Articles a second at most. */
  rate: number;
  /** Ids of steps. */
  steps: readonly string[];
  /** Leaves everything running after a step that failed, until the process is ended. */
  keep: boolean;
}

/** A node that is brought up here, with images made here. */
export interface Node {
  kind: 'node';
  tools: string;
}

/** A cluster that is there, with images that it can pull or has. */
export interface Cluster {
  kind: 'cluster';
  kubeconfig: string;
  host: HostAddress;
  image: { repository: string; layout: 'service' | 'single'; tag: string };
  nextTag?: string;
  brokenTag?: string;
}

export const USAGE = `Either a node of this machine:
  --cluster <folder>        with cluster-up.sh, cluster-down.sh, bin/ (kubectl, helm) and img/mkimage.py
or any cluster:
  --kubeconfig <file>       kubectl and helm are those of the PATH
  --image <repository>      such as registry.example/newsmill; --layout service|single, as in the chart's values
  --tag <tag>               --next-tag, --broken-tag: versions with a migration more, and with one that fails
  --host-address <address>  of this machine, as pods reach it; --host-name <name>: a name for it that pods can resolve
and:
  --namespace <name>  --articles <n>  --rate <n a second>  --step <${steps.map(({ id }) => id).join('|')},…>  --docs  --keep`;

type Given = Readonly<Record<string, string | boolean | undefined>>;

/** @returns the options, or what is wrong with them */
export function optionsOf(given: Given): Options | string {
  const text = (name: string): string | undefined => (given[name] === undefined ? undefined : String(given[name]));
  const target = targetOf(text);
  if (typeof target === 'string') return target;
  const [articles, rate] = [Number(given['articles']), Number(given['rate'])];
  if (!Number.isInteger(articles) || articles < 1) return `--articles ${text('articles')} is not a number above 0`;
  if (!(rate > 0 && rate <= 1_000)) return `--rate ${text('rate')} is not a number from 1 to 1000`;
  const wanted = text('step')
    ?.split(',')
    .map((id) => id.trim());
  const unknown = wanted?.filter((id) => !steps.some((step) => step.id === id)) ?? [];
  if (unknown.length > 0) return `There is no step ${unknown.join(', ')}`;
  const ids = steps.map(({ id }) => id).filter((id) => wanted === undefined || id === 'install' || wanted.includes(id));
  return { target, namespace: text('namespace')!, articles, rate, steps: ids, keep: given['keep'] === true };
}

function targetOf(text: (name: string) => string | undefined): Node | Cluster | string {
  const [tools, kubeconfig] = [text('cluster'), text('kubeconfig')];
  if ((tools === undefined) === (kubeconfig === undefined)) return 'Give either --cluster or --kubeconfig';
  if (tools !== undefined) return { kind: 'node', tools };
  const [repository, tag, address, layout] = [text('image'), text('tag'), text('host-address'), text('layout')];
  if (repository === undefined || tag === undefined || address === undefined) {
    return '--kubeconfig needs --image, --tag and --host-address';
  }
  if (layout !== 'service' && layout !== 'single') return `--layout ${layout} is neither service nor single`;
  const [nextTag, brokenTag] = [text('next-tag'), text('broken-tag')];
  return {
    kind: 'cluster',
    kubeconfig: kubeconfig!,
    host: { address, name: text('host-name') ?? address },
    image: { repository, layout, tag },
    ...(nextTag !== undefined && { nextTag }),
    ...(brokenTag !== undefined && { brokenTag }),
  };
}
