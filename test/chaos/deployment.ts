import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '@newsmill/embedded-postgres';
import { KafkaTransport } from '@newsmill/transport/kafka';
import pg from 'pg';
import { type LocalKafka, startLocalKafka } from '../../deploy/local-kafka/local-kafka.ts';
import { type HeldFolder, holdFolder } from '../support/held-folder.ts';
import { SERVICES } from '../support/kafka-services.ts';
import { NewsmillClient } from '../support/newsmill-client.ts';
import { NewsmillProcess } from '../support/newsmill-process.ts';
import { ServiceInstance } from './service-instance.ts';
import { TcpProxy } from '../support/tcp-proxy.ts';

export type ServiceName = (typeof SERVICES)[number];

const KEY = 'a-key-for-the-chaos-runs';
export const PREFIX = 'chaos';

export interface DeploymentOptions {
  brokers?: 1 | 3;
  /** Services that reach Kafka through the proxies. */
  throughProxy?: readonly ServiceName[];
  environment?: Record<string, string>;
  /** A module that runs in every service before the service itself. */
  preload?: string;
  /** A file system of its own for PostgreSQL's data, put on a folder of the deployment. */
  databaseVolume?: { mount(folder: string): Promise<unknown>; unmount(folder: string): Promise<unknown> };
}

/** Everything real, in processes of its own on loopback, in a temporary folder that a reaper watches. */
export class ChaosDeployment {
  readonly key = KEY;
  readonly prefix = PREFIX;
  readonly folder: string;
  readonly kafka: LocalKafka;
  /** In front of PostgreSQL, for all services. */
  readonly databaseProxy: TcpProxy;
  /** In front of each broker, for the services that go through them. */
  readonly kafkaProxies: readonly TcpProxy[];
  readonly instances: ServiceInstance[] = [];
  readonly #held: HeldFolder;
  readonly #options: DeploymentOptions;
  #postgres: EmbeddedPostgres;
  #pool: pg.Pool | undefined;
  #transport: KafkaTransport | undefined;

  private constructor(
    options: DeploymentOptions,
    held: HeldFolder,
    kafka: LocalKafka,
    kafkaProxies: readonly TcpProxy[],
    postgres: EmbeddedPostgres,
    databaseProxy: TcpProxy,
  ) {
    this.#options = options;
    this.#held = held;
    this.folder = held.path;
    this.kafka = kafka;
    this.kafkaProxies = kafkaProxies;
    this.#postgres = postgres;
    this.databaseProxy = databaseProxy;
    databaseProxy.leadTo(postgres.port);
  }

  /** Broker, database, topics, schemas and the four services, all ready. */
  static async start(options: DeploymentOptions): Promise<ChaosDeployment> {
    const held = await holdFolder('chaos');
    const count = options.brokers ?? 1;
    const wanted = options.throughProxy === undefined ? 0 : count;
    const databaseFolder = join(held.path, 'postgres');
    await mkdir(databaseFolder);
    await options.databaseVolume?.mount(databaseFolder);
    const kafkaProxies = await Promise.all(Array.from({ length: wanted }, () => TcpProxy.start()));
    const [kafka, postgres, databaseProxy] = await Promise.all([
      startLocalKafka({ brokers: count, dataDir: join(held.path, 'kafka'), proxies: kafkaProxies.map((p) => p.port) }),
      startEmbeddedPostgres({ dataDir: databaseFolder, durable: false }),
      TcpProxy.start(),
    ]);
    kafkaProxies.forEach((proxy, index) => proxy.leadTo(kafka.behindProxies[index]!));
    const deployment = new ChaosDeployment(options, held, kafka, kafkaProxies, postgres, databaseProxy);
    try {
      for (const args of [['topics', 'apply'], ['migrate']]) await deployment.newsmill(...args);
      // The store first: the fetcher tells its address to newsrooms.
      for (const name of [...SERVICES].reverse()) {
        const instance = await deployment.add(name);
        instance.launch();
      }
      await Promise.all(deployment.instances.map((instance) => instance.ready()));
      return deployment;
    } catch (error) {
      await deployment.stop();
      throw error;
    }
  }

  /** One more member of a service, not started yet. @param direct it reaches Kafka without the proxies */
  async add(name: ServiceName, { direct = false } = {}): Promise<ServiceInstance> {
    const proxied = !direct && this.#options.throughProxy?.includes(name);
    const store = this.instances.find((instance) => instance.name === 'store');
    const instance = await ServiceInstance.at(
      name,
      this.folder,
      {
        ...this.#environment(proxied),
        ...(store !== undefined && { NEWSMILL_QUERY_URL: store.url }),
      },
      this.#options.preload,
    );
    this.instances.push(instance);
    return instance;
  }

  service(name: ServiceName): ServiceInstance {
    return this.instances.find((instance) => instance.name === name)!;
  }

  get databaseFolder(): string {
    return join(this.folder, 'postgres');
  }

  get client(): NewsmillClient {
    return new NewsmillClient(this.service('fetcher').url, KEY, this.service('store').url);
  }

  /** Runs the command. @throws Error with its output unless it ends with one of `codes` */
  async newsmill(...args: string[]): Promise<string> {
    const command = new NewsmillProcess('apps/standalone/bin/newsmill.js', args, this.#environment(false));
    const code = await command.ended;
    await sleep(50);
    const output = command.lines.join('\n');
    // `status` ends with 1 where the account does not close, which its output tells.
    if (code !== 0 && !(args[0] === 'status' && output.includes('{'))) {
      throw new Error(`newsmill ${args.join(' ')} ended with ${code}:\n${output}`);
    }
    return output;
  }

  /** The database, without the proxy. */
  async query<Row extends pg.QueryResultRow>(text: string, values: unknown[] = []): Promise<Row[]> {
    if (this.#pool === undefined) {
      this.#pool = new pg.Pool({ connectionString: this.#postgres.url, max: 2, application_name: 'chaos' });
      this.#pool.on('error', () => undefined);
    }
    return (await this.#pool.query<Row>(text, values)).rows;
  }

  /** The log, without proxies. */
  async log(): Promise<KafkaTransport> {
    if (this.#transport === undefined) {
      this.#transport = new KafkaTransport({ brokers: this.kafka.brokers, clientId: 'chaos' });
      await this.#transport.connect();
    }
    return this.#transport;
  }

  async killPostgres(): Promise<void> {
    await this.#closePool();
    process.kill(this.#postgres.pid, 'SIGKILL');
    // Finds it gone, and gives its data folder free.
    await this.#postgres.stop();
  }

  async startPostgres(): Promise<void> {
    this.#postgres = await startEmbeddedPostgres({ dataDir: this.databaseFolder, durable: false });
    this.databaseProxy.leadTo(this.#postgres.port);
  }

  /** Ends everything, in whatever state it is. */
  async stop(): Promise<void> {
    this.databaseProxy.heal();
    for (const proxy of this.kafkaProxies) proxy.heal();
    for (const instance of this.instances) instance.signal('SIGCONT');
    await Promise.all(this.instances.map((instance) => instance.stop(12_000)));
    await this.#transport?.close().catch(() => undefined);
    await this.#closePool();
    await Promise.all([this.kafka.stop(), this.#postgres.stop().catch(() => undefined)]);
    await Promise.all([...this.kafkaProxies, this.databaseProxy].map((proxy) => proxy.stop()));
    await this.#options.databaseVolume?.unmount(this.databaseFolder);
    await this.#held.release();
  }

  async #closePool(): Promise<void> {
    const pool = this.#pool;
    this.#pool = undefined;
    await pool?.end().catch(() => undefined);
  }

  #environment(proxied = false): Record<string, string> {
    const database = new URL(this.#postgres.url);
    database.port = String(this.databaseProxy.port);
    const brokers = proxied ? this.kafkaProxies.map(({ port }) => `127.0.0.1:${port}`) : this.kafka.brokers;
    return {
      NEWSMILL_KAFKA_BROKERS: brokers.join(','),
      NEWSMILL_DATABASE_URL: database.href,
      NEWSMILL_TOPIC_PREFIX: PREFIX,
      NEWSMILL_API_KEY: KEY,
      NEWSMILL_PUSH_RATE: '0',
      NEWSMILL_PUSH_BURST: '0',
      NEWSMILL_LOG_LEVEL: 'warn',
      NEWSMILL_MIGRATE: 'false',
      ...this.#options.environment,
    };
  }
}
