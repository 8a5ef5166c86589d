import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { machineEnvironment } from '../../test/support/environment.config.ts';
import { attempt, type Ran, run } from './program.ts';

/** An object as it is sent; the API server holds it to its schema. */
type Sent = Readonly<Record<string, unknown>>;

interface PodObject {
  metadata: { name: string; uid: string; deletionTimestamp?: string; labels: Record<string, string> };
  spec: { containers: [{ image: string }] };
  status: { containerStatuses?: { ready: boolean; restartCount: number; containerID?: string }[] };
}

/** What `/readyz` says, by the names of dependencies and stages. */
export interface ReadinessAnswer {
  error?: Record<string, { message?: string }>;
  details?: Record<string, { partitions?: number }>;
}

export interface Pod {
  name: string;
  uid: string;
  /** `fetcher`, `parser`, … */
  service: string;
  image: string;
  isReady: boolean;
  restarts: number;
  /** Empty until it runs. */
  containerId: string;
}

/** A namespace of a cluster, by kubectl and helm. */
export class Kubernetes {
  readonly namespace: string;
  readonly #environment: NodeJS.ProcessEnv;
  readonly #kubectl: string;
  readonly #helm: string;

  /** @param programs folder with kubectl and helm; default: those in the PATH */
  constructor(kubeconfig: string, namespace: string, programs?: string) {
    this.namespace = namespace;
    this.#environment = { ...machineEnvironment(), KUBECONFIG: kubeconfig };
    const at = (name: string): string =>
      programs !== undefined && existsSync(join(programs, name)) ? join(programs, name) : name;
    this.#kubectl = at('kubectl');
    this.#helm = at('helm');
  }

  /** kubectl in the namespace. @throws Error with what it said */
  kubectl(args: readonly string[], input?: string): Promise<string> {
    return run(this.#kubectl, ['-n', this.namespace, ...args], this.#options(60_000, input));
  }

  tryKubectl(args: readonly string[], input?: string): Promise<Ran> {
    return attempt(this.#kubectl, ['-n', this.namespace, ...args], this.#options(60_000, input));
  }

  helm(args: readonly string[], timeoutMs: number): Promise<Ran> {
    return attempt(this.#helm, [...args, '--namespace', this.namespace], this.#options(timeoutMs));
  }

  apply(...objects: readonly Sent[]): Promise<string> {
    return this.kubectl(['apply', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }));
  }

  async get<Kind>(kind: string, ...args: readonly string[]): Promise<Kind[]> {
    const { items } = JSON.parse(await this.kubectl(['get', kind, ...args, '-o', 'json'])) as { items: Kind[] };
    return items;
  }

  /** Pods of the release's services that are not on their way out. */
  async pods(service?: string): Promise<Pod[]> {
    const selector = `app.kubernetes.io/component${service === undefined ? ' in (fetcher,parser,enricher,store)' : `=${service}`}`;
    const items = await this.get<PodObject>('pods', '-l', selector);
    return items
      .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
      .map(({ metadata, spec, status: { containerStatuses: [container] = [] } }) => ({
        name: metadata.name,
        uid: metadata.uid,
        service: metadata.labels['app.kubernetes.io/component'] ?? '',
        image: spec.containers[0].image,
        isReady: container?.ready ?? false,
        restarts: container?.restartCount ?? 0,
        containerId: container?.containerID ?? '',
      }));
  }

  /** What `/readyz` says inside of a pod: the API server's own proxy hides the body of a 503. @returns undefined when it does not answer */
  async readiness(pod: string): Promise<ReadinessAnswer | undefined> {
    const ask = `fetch('http://127.0.0.1:8080/readyz').then(async (answer) => console.log(await answer.text()))`;
    const { code, out } = await this.tryKubectl(['exec', pod, '--', 'node', '-e', ask]);
    return code === 0 ? (JSON.parse(out) as ReadinessAnswer) : undefined;
  }

  /** By the Eviction API. @returns whether it was let through, and why not */
  async evict(pod: string): Promise<{ evicted: boolean; told: string }> {
    const path = `/api/v1/namespaces/${this.namespace}/pods/${pod}/eviction`;
    const body = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: pod, namespace: this.namespace } };
    const { code, all } = await this.tryKubectl(['create', '--raw', path, '-f', '-'], JSON.stringify(body));
    return { evicted: code === 0, told: all.trim() };
  }

  #options(timeoutMs: number, input?: string): Parameters<typeof run>[2] {
    return { timeoutMs, environment: this.#environment, ...(input !== undefined && { input }) };
  }
}
