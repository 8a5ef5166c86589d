import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Broker } from './broker.ts';
import { localKafkaMissing, provideKafkaJars } from './kafka-jars.ts';
import { type ListenerOptions, placeListeners, type ScramUser, scramOptions, withListeners } from './listeners.ts';
import { hold, release } from './ports.ts';

export { localKafkaMissing } from './kafka-jars.ts';
export type { ListenerOptions, ScramUser } from './listeners.ts';

/** How many brokers, and where. */
export interface LocalKafkaOptions {
  /** 1 (the default), or 3 with replication factor 3 and two in-sync replicas. */
  readonly brokers?: 1 | 3;
  /** Kept between runs. Without it a temporary folder is used and removed at the stop. */
  readonly dataDir?: string;
  /** The first broker's port, the others follow it. Without it: ports that are free. */
  readonly port?: number;
  /** Ports of proxies, one a broker: clients that come through them are told to stay with them. */
  readonly proxies?: readonly number[];
  /** Further listeners for clients by name, such as one with TLS; of a cluster of one broker. */
  readonly listeners?: Readonly<Record<string, ListenerOptions>>;
  /** Made with a new data folder. */
  readonly scramUsers?: readonly ScramUser[];
  readonly log?: (line: string) => void;
}

/** A running Kafka cluster on the loopback address. */
export interface LocalKafka {
  /** `127.0.0.1:port` of each broker. */
  readonly brokers: string[];
  /** The port of each broker that its proxy must lead to; empty without proxies. */
  readonly behindProxies: number[];
  /** `host:port` of each further listener. */
  readonly listeners: Readonly<Record<string, string>>;
  /** Process id of each broker, 0 for one that does not run. */
  readonly pids: number[];
  /** Resolves with the reason when a broker ends that was neither stopped nor killed here. */
  readonly crashed: Promise<string>;
  /** Sends a signal (SIGKILL unless told) to one broker and waits until its process has ended. */
  kill(index: number, signal?: NodeJS.Signals): Promise<void>;
  /** Starts one broker again on its data and port, and waits until it is ready. */
  restart(index: number): Promise<void>;
  /** Stops all brokers, waits for their end, and removes a temporary data folder. */
  stop(): Promise<void>;
}

/**
 * Starts Apache Kafka (KRaft, broker and controller in one process each) from its published jars and waits
 * until it serves clients. Needs Java, and the first time Maven: see {@link localKafkaMissing}.
 */
export async function startLocalKafka(options: LocalKafkaOptions = {}): Promise<LocalKafka> {
  const missing = localKafkaMissing();
  if (missing) throw new Error(`A local Kafka needs ${missing}.`);
  const log = options.log ?? (() => undefined);
  const classPath = await provideKafkaJars(log);
  const count = options.brokers ?? 1;
  if (options.listeners && count > 1) throw new Error('Further listeners are for a cluster of one broker.');
  const folder = options.dataDir ? resolve(options.dataDir) : await mkdtemp(join(tmpdir(), 'newsmill-kafka-'));
  await mkdir(folder, { recursive: true });

  const crash = Promise.withResolvers<string>();
  const brokers = Array.from(
    { length: count },
    (_, index) => new Broker(index + 1, join(folder, `broker-${index + 1}`), classPath, crash.resolve),
  );
  const at = (index: number): Broker => {
    const broker = brokers[index];
    if (!broker) throw new RangeError(`There is no broker ${index}: the cluster has ${count}.`);
    return broker;
  };
  const stop = async (): Promise<void> => {
    await Promise.all(brokers.map((broker) => broker.signal('SIGTERM')));
    if (!options.dataDir) await rm(folder, { recursive: true, force: true });
  };

  try {
    const clusterId = await clusterIdOf(folder);
    // First, for it may hold the port.
    await Promise.all(brokers.map((broker) => broker.endOrphan()));
    const ports = await choosePorts(count, options.port, options.proxies);
    const listeners = await placeListeners(options.listeners ?? {});
    const users = scramOptions(options.scramUsers ?? []);
    await Promise.all(
      brokers.map((broker) =>
        broker.prepare(withListeners(settingsOf(broker.nodeId, ports), listeners), clusterId, users),
      ),
    );
    const started = await Promise.allSettled(brokers.map((broker) => broker.start()));
    const failed = started.find((result) => result.status === 'rejected');
    if (failed) throw failed.reason;
    return {
      brokers: ports.clients.map((port) => `127.0.0.1:${port}`),
      behindProxies: ports.behindProxies,
      listeners: Object.fromEntries(listeners.map(({ name, port, host = 'localhost' }) => [name, `${host}:${port}`])),
      get pids() {
        return brokers.map((broker) => broker.pid);
      },
      crashed: crash.promise,
      kill: (index, signal = 'SIGKILL') => at(index).signal(signal),
      restart: async (index) => {
        await at(index).signal('SIGTERM');
        await at(index).start();
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Ports of the brokers, in order of their node ids. */
interface Ports {
  readonly clients: number[];
  readonly controllers: number[];
  readonly behindProxies: number[];
  readonly proxies: readonly number[];
}

function settingsOf(nodeId: number, ports: Ports): Record<string, string | number | boolean> {
  const count = ports.clients.length;
  const inSync = count > 1 ? 2 : 1;
  const client = `PLAINTEXT://127.0.0.1:${ports.clients[nodeId - 1]}`;
  const [behind, proxy] = [ports.behindProxies[nodeId - 1], ports.proxies[nodeId - 1]];
  // A listener of its own tells its clients another address than the brokers tell one another.
  const listening = behind === undefined ? client : `${client},PROXIED://127.0.0.1:${behind}`;
  return {
    'process.roles': 'broker,controller',
    'node.id': nodeId,
    'controller.quorum.voters': ports.controllers.map((port, index) => `${index + 1}@127.0.0.1:${port}`).join(','),
    listeners: `${listening},CONTROLLER://127.0.0.1:${ports.controllers[nodeId - 1]}`,
    'advertised.listeners': behind === undefined ? client : `${client},PROXIED://127.0.0.1:${proxy}`,
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'PLAINTEXT',
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,PROXIED:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'default.replication.factor': count,
    'min.insync.replicas': inSync,
    'offsets.topic.replication.factor': count,
    'offsets.topic.num.partitions': 10,
    'transaction.state.log.replication.factor': count,
    'transaction.state.log.min.isr': inSync,
    'transaction.state.log.num.partitions': 10,
    // Less than the time after which a starting broker first ends old transactions (10 s): it must be in the cluster by then
    // (docs/decisions/0008).
    'broker.session.timeout.ms': 6_000,
    'share.coordinator.state.topic.replication.factor': count,
    'share.coordinator.state.topic.min.isr': inSync,
    'group.initial.rebalance.delay.ms': 0,
    'auto.create.topics.enable': false,
    'log.cleaner.dedupe.buffer.size': 4_194_304,
    // A quorum that is stopped as a whole has nobody left to hand partitions to.
    'controlled.shutdown.enable': count === 1,
  };
}

/** The cluster's id, which every node's storage is formatted with: 16 random bytes in URL-safe Base64. */
async function clusterIdOf(folder: string): Promise<string> {
  const file = join(folder, 'cluster-id');
  const known = (await readFile(file, 'utf8').catch(() => '')).trim();
  if (known) return known;
  // An id that begins with a dash would be read as an option.
  const id = randomBytes(16).toString('base64url').replace(/^-/, 'A');
  await writeFile(file, `${id}\n`);
  return id;
}

async function choosePorts(count: number, first?: number, proxies: readonly number[] = []): Promise<Ports> {
  const wanted = Array.from({ length: count }, (_, index) => (first === undefined ? 0 : first + index));
  const held = await Promise.all([...wanted, ...wanted.map(() => 0), ...proxies.map(() => 0)].map(hold));
  const ports = await Promise.all(held.map(release));
  return {
    clients: ports.slice(0, count),
    controllers: ports.slice(count, 2 * count),
    behindProxies: ports.slice(2 * count),
    proxies,
  };
}
