import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { KafkaTransport } from '@newsmill/transport/kafka';
import type pg from 'pg';
import type { Inspected } from '../../test/chaos/check.ts';
import { NewsmillClient, until } from '../../test/support/newsmill-client.ts';
import { NewsmillProcess } from '../../test/support/newsmill-process.ts';
import type { Kubernetes, Pod } from './kubernetes.ts';
import { LOGIN, type Parts } from './parts.ts';
import type { Ran } from './program.ts';

const CHART = fileURLToPath(new URL('../helm/newsmill', import.meta.url));
const RELEASE = 'news';
const PREFIX = 'verify';
export const SERVICES = ['fetcher', 'parser', 'enricher', 'store'] as const;

/** Values of the chart. */
export interface Values {
  [name: string]: Values | string | number | boolean | readonly Values[] | readonly string[];
}

export interface Images {
  /** Values of `image`. */
  image: Values;
  /** Tag of a version with a migration more, and of one whose migration fails; undefined where there is none. */
  next?: string;
  broken?: string;
}

/** Newsmill installed by its chart on a cluster, with Kafka and PostgreSQL on this machine. */
export class Installation implements Inspected {
  readonly prefix = PREFIX;
  /** Counters end with their pods. */
  readonly instances = [];
  readonly key = `nm_${randomBytes(24).toString('base64url')}`;
  readonly kubernetes: Kubernetes;
  readonly images: Images;
  earlier: ReadonlySet<string> = new Set();
  /** Values of the release as it stands. */
  values: Values;
  /** Base URLs of the doors, once it is installed. */
  pushUrl = '';
  queryUrl = '';
  readonly #parts: Parts;
  readonly #folder: string;

  constructor(kubernetes: Kubernetes, parts: Parts, images: Images, folder: string) {
    this.kubernetes = kubernetes;
    this.images = images;
    this.#parts = parts;
    this.#folder = folder;
    const service = { resources: { requests: { cpu: '140m' } }, replicas: 2 };
    const open = { service: { type: 'NodePort' } };
    this.values = {
      image: images.image,
      topicPrefix: PREFIX,
      kafka: { brokers: [parts.broker], sasl: { existingSecret: 'kafka' }, tls: { caSecret: 'kafka-authority' } },
      database: {
        host: parts.database.host,
        port: parts.database.port,
        name: LOGIN.database,
        existingSecret: 'database',
        tls: { caSecret: 'database-authority' },
      },
      topics: { job: { replicationFactor: 1, minInsyncReplicas: 1 } },
      jobs: { backoffLimit: 1 },
      tests: { timeoutSeconds: 240 },

      fetcher: {
        ...service,
        ...open,
        push: { existingSecret: 'push' },
        settings: { NEWSMILL_PUSH_RATE: 0, NEWSMILL_PUSH_BURST: 0 },
      },
      parser: service,
      enricher: service,
      store: { ...service, ...open },
    };
  }

  /** The namespace, with Pod Security "restricted", and the Secrets that the values name. */
  async prepare(): Promise<void> {
    const { namespace } = this.kubernetes;
    const labels = Object.fromEntries(
      ['enforce', 'warn'].map((mode) => [`pod-security.kubernetes.io/${mode}`, 'restricted']),
    );
    await this.kubernetes.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace, labels } });
    const { password, authorities } = this.#parts;
    const login = { username: LOGIN.name, password };
    const secrets = {
      kafka: login,
      database: login,
      'kafka-authority': { 'ca.crt': authorities.kafka },
      'database-authority': { 'ca.crt': authorities.database },
      push: { 'api-key': `harbour=${this.key}` },
    };
    await this.kubernetes.apply(
      ...Object.entries(secrets).map(([name, stringData]) => ({
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name, namespace },
        stringData,
      })),
    );
  }

  /** `helm upgrade --install --wait`, which succeeds. The values stand from then on. */
  async upgrade(changes: Values = {}, seconds = 480): Promise<void> {
    const { code, all } = await this.tryUpgrade(changes, seconds);
    if (code !== 0) throw new Error(`helm upgrade ended with ${code}: ${all.trim().slice(-1_500)}`);
    this.values = merged(this.values, changes);
  }

  /** The same, whatever becomes of it; the values stay as they were. */
  async tryUpgrade(changes: Values, seconds: number, ...flags: readonly string[]): Promise<Ran> {
    const file = join(this.#folder, 'values.json');
    await writeFile(file, JSON.stringify(merged(this.values, changes)));
    const args = ['upgrade', '--install', RELEASE, CHART, '--values', file, '--wait', '--timeout', `${seconds}s`];
    return this.kubernetes.helm([...args, ...flags], (seconds * 2 + 60) * 1000);
  }

  /** `helm test`. @returns what its pod said */
  async test(): Promise<string> {
    const { code, all } = await this.kubernetes.helm(['test', RELEASE, '--logs', '--timeout', '320s'], 400_000);
    if (code !== 0) throw new Error(`helm test ended with ${code}: ${all.trim().slice(-1_500)}`);
    return all;
  }

  /** Status and revision of the release, as Helm tells it. */
  async status(): Promise<{ revision: number; status: string }> {
    const { out } = await this.kubernetes.helm(['status', RELEASE, '--output', 'json'], 60_000);
    const { version, info } = JSON.parse(out) as { version: number; info: { status: string } };
    return { revision: version, status: info.status };
  }

  /** Finds the doors at a node's address. */
  async findDoors(): Promise<void> {
    const [node] = await this.kubernetes.get<{ status: { addresses: { type: string; address: string }[] } }>('nodes');
    const address = node?.status.addresses.find(({ type }) => type === 'InternalIP')?.address;
    const services = await this.kubernetes.get<{
      metadata: { name: string };
      spec: { ports: { nodePort?: number }[] };
    }>('services');
    const urlOf = (name: string): string => {
      const service = services.find(({ metadata }) => metadata.name === `${RELEASE}-newsmill-${name}`);
      return `http://${address}:${service?.spec.ports[0]?.nodePort}`;
    };
    [this.pushUrl, this.queryUrl] = [urlOf('fetcher'), urlOf('store')];
  }

  get client(): NewsmillClient {
    return new NewsmillClient(this.pushUrl, this.key, this.queryUrl);
  }

  /** What stands in the database now is none of the ledger's. */
  async noteEarlier(): Promise<void> {
    const lines = await this.query<{ id: string }>('SELECT id FROM store.article');
    this.earlier = new Set(lines.map(({ id }) => id));
  }

  /** Waits until a service has so many pods, all of them ready, and no other. */
  async settle(service: (typeof SERVICES)[number], count: number, timeoutMs = 240_000): Promise<Pod[]> {
    return until(`${service} has ${count} ready pods`, timeoutMs, async () => {
      const items = await this.kubernetes.get<unknown>('pods', '-l', `app.kubernetes.io/component=${service}`);
      const pods = await this.kubernetes.pods(service);
      return items.length === count && pods.length === count && pods.every(({ isReady }) => isReady) ? pods : undefined;
    });
  }

  scale(service: (typeof SERVICES)[number], replicas: number): Promise<string> {
    return this.kubernetes.kubectl(['scale', `deployment/${RELEASE}-newsmill-${service}`, `--replicas=${replicas}`]);
  }

  query<Row extends pg.QueryResultRow>(text: string, values: unknown[] = []): Promise<Row[]> {
    return this.#parts.query<Row>(text, values);
  }

  log(): Promise<KafkaTransport> {
    return this.#parts.log();
  }

  async newsmill(...args: string[]): Promise<string> {
    const environment = { ...this.#parts.environment, NEWSMILL_TOPIC_PREFIX: PREFIX, NEWSMILL_LOG_LEVEL: 'warn' };
    const command = new NewsmillProcess('apps/standalone/bin/newsmill.js', args, environment);
    const code = await command.ended;
    const output = command.lines.join('\n');
    // `status` ends with 1 where the account does not close, which its output tells.
    if (code !== 0 && !(args[0] === 'status' && output.includes('{'))) {
      throw new Error(`newsmill ${args.join(' ')} ended with ${code}:\n${output}`);
    }
    return output;
  }
}

function merged(values: Values, changes: Values): Values {
  const result = { ...values };
  for (const [name, value] of Object.entries(changes)) {
    const before = result[name];
    result[name] = isMap(before) && isMap(value) ? merged(before, value) : value;
  }
  return result;
}

function isMap(value: Values[string] | undefined): value is Values {
  return typeof value === 'object' && !Array.isArray(value);
}
