import type { ConnectionOptions } from 'node:tls';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  backoff,
  type Consumer,
  type LogRecord,
  type NewRecord,
  type PartitionLag,
  type Position,
  type SubscribeOptions,
  type TopicChange,
  type TopicSpec,
  type TransactionEnd,
  type Transactions,
  type Transport,
  type TransportStatistics,
} from '@newsmill/stage';
import { isRefused } from './connection-fault.js';
import { anyBroker, type KafkaAddress, KafkaClient, type Log, type SASLOptions } from './kafka/client.js';
import { isTransient } from './kafka/faults.js';
import { GroupConsumer } from './kafka/group-consumer.js';
import { abortTransaction, openTransactions } from './kafka/open-transactions.js';
import { lagOf, readTopic, seekGroup } from './kafka/positions.js';
import { Publisher } from './kafka/publisher.js';
import { openSender } from './kafka/sender.js';
import { type Directory, TopicCatalog } from './kafka/topic-catalog.js';
import { type Explain, LogUnavailable } from './log-unavailable.js';

export interface KafkaTransportOptions {
  /** `host:port` of brokers to begin with. */
  brokers: string[];
  /** Name of this process in the brokers' logs and quotas. */
  clientId: string;
  ssl?: boolean | ConnectionOptions;
  sasl?: SASLOptions;
  /** Of topics that are created. Default: 3, or as many as there are brokers. */
  replicationFactor?: number;
  /** Outputs of a batch and its position become visible together, in a transaction a batch. Default: true. */
  exactlyOnce?: boolean;
  /** How long a publish is tried before it rejects with LogUnavailable, in milliseconds. Default: 10,000. */
  publishTimeoutMs?: number;
  /** How long a group waits for a member that says nothing, in milliseconds. Default: 15,000. */
  sessionTimeoutMs?: number;
  log?: Log;
  /** What to do about a connection that is refused; told with the error. */
  explain?: Explain | undefined;
  /** A consumer cannot go on (state `failed`), and never will: the process should end with an error. */
  onCrash?: (error: Error) => void;
}

const PING_TIMEOUT_MS = 5_000;
/** What was published and has not gone out may take so long when the transport closes. */
const CLOSE_GRACE_MS = 2_000;
/** How long a question is asked anew. */
const PATIENCE_MS = 10_000;

interface OpenDirectory extends Directory {
  client: KafkaClient;
}

/** Topics on Apache Kafka. */
export class KafkaTransport implements Transport {
  readonly kind = 'kafka';
  readonly transactions: Transactions = {
    open: (topic) => this.ask(`transactions of ${topic}`, ({ cluster }) => openTransactions(cluster, topic)),
    abort: (transaction) => {
      const { topic, partition } = transaction;
      return this.ask(`abort in ${topic}/${partition}`, ({ cluster }) => abortTransaction(cluster, transaction));
    },
  };

  private readonly address: KafkaAddress;
  private readonly name: string;
  private readonly topics: TopicCatalog;
  private readonly publisher: Publisher;
  private readonly consumers = new Set<GroupConsumer>();
  private readonly ended: Record<TransactionEnd, number> = { committed: 0, aborted: 0, unknown: 0 };
  private directory: Promise<OpenDirectory> | undefined;
  private closed: Promise<void> | undefined;

  constructor(private readonly options: KafkaTransportOptions) {
    const { brokers, clientId, ssl, sasl, log = () => undefined, explain } = options;
    const security = { ...(ssl !== undefined && { ssl }), ...(sasl !== undefined && { sasl }) };
    this.address = { brokers, clientId, log, explain, ...security };
    this.name = `Kafka at ${brokers.join(', ')}`;
    this.topics = new TopicCatalog((doing, question) => this.ask(doing, question), options.replicationFactor);
    this.publisher = new Publisher({
      open: async () => {
        const client = new KafkaClient(this.address);
        try {
          return { ...(await openSender(client)), cut: () => client.cut() };
        } catch (error) {
          client.cut();
          throw isRefused(error) ? this.unavailable('open the producer', error) : error;
        }
      },
      facts: (topic) => this.topics.facts(topic),
      forget: (topic) => this.topics.forget(topic),
      timeoutMs: options.publishTimeoutMs ?? 10_000,
      logName: this.name,
      explain,
      log,
    });
  }

  statistics(): TransportStatistics {
    return { transactions: { ...this.ended } };
  }

  async connect(): Promise<void> {
    this.refuseWhenClosed('connect');
    await this.ping();
    await this.publisher.connect().catch((error: unknown) => this.throwAs('connect', error));
  }

  async applyTopics(specs: readonly TopicSpec[]): Promise<TopicChange[]> {
    this.refuseWhenClosed('apply topics');
    return this.topics.apply(specs);
  }

  async listTopics(): Promise<string[]> {
    this.refuseWhenClosed('list topics');
    return this.topics.list();
  }

  async publish(records: readonly NewRecord[]): Promise<void> {
    this.refuseWhenClosed('publish');
    return this.publisher.publish(records);
  }

  async subscribe(options: SubscribeOptions): Promise<Consumer> {
    this.refuseWhenClosed('subscribe');
    this.topics.forget(options.topic);
    const { partitions } = await this.topics.facts(options.topic);
    this.refuseWhenClosed('subscribe');
    const consumer = new GroupConsumer({
      ...options,
      address: this.address,
      sessionTimeoutMs: this.options.sessionTimeoutMs ?? 15_000,
      partitions,
      exactlyOnce: this.options.exactlyOnce ?? true,
      publish: (records) => this.publisher.publish(records),
      facts: (topic) => this.topics.facts(topic),
      forget: (topic) => this.topics.forget(topic),
      onTransaction: (end) => (this.ended[end] += 1),
      onCrash: (error) => this.options.onCrash?.(error),
    });
    this.consumers.add(consumer);
    return consumer;
  }

  async *read(topic: string, from: Position): AsyncGenerator<LogRecord> {
    this.refuseWhenClosed('read');
    const client = new KafkaClient(this.address);
    try {
      yield* readTopic(client.cluster(), topic, from);
    } catch (error) {
      this.throwAs(`read ${topic}`, error);
    } finally {
      client.cut();
    }
  }

  async seek(topic: string, group: string, to: Position): Promise<void> {
    this.refuseWhenClosed('seek');
    return this.ask(`seek ${group}`, ({ cluster }) => seekGroup(cluster, topic, group, to));
  }

  async lag(topic: string, group: string): Promise<PartitionLag[]> {
    this.refuseWhenClosed('lag');
    return this.ask(`lag of ${group}`, ({ cluster }) => lagOf(cluster, topic, group));
  }

  async ping(): Promise<void> {
    this.refuseWhenClosed('ping');
    const question = async ({ cluster, client }: OpenDirectory) => {
      const timeout = setTimeout(() => client.cut(), PING_TIMEOUT_MS);
      try {
        await (await anyBroker(cluster)).metadata([]);
      } finally {
        clearTimeout(timeout);
      }
    };
    await this.ask('ping', question, 0);
  }

  close(): Promise<void> {
    this.closed ??= this.end();
    return this.closed;
  }

  private async end(): Promise<void> {
    await Promise.all([...this.consumers].map((consumer) => consumer.stop()));
    await this.publisher.close(CLOSE_GRACE_MS);
    this.drop(this.directory);
  }

  /**
   * Runs a question on connections that are kept; those of one that failed are not used again. It is asked anew while
   * brokers move or begin their work.
   */
  private async ask<T>(
    doing: string,
    question: (directory: OpenDirectory) => Promise<T>,
    patienceMs = PATIENCE_MS,
  ): Promise<T> {
    const deadline = performance.now() + patienceMs;
    for (let attempts = 1; ; attempts += 1) {
      const directory = (this.directory ??= this.openDirectory());
      try {
        return await question(await directory);
      } catch (error) {
        const refused = isRefused(error);
        if (!refused && !isTransient(error)) throw error;
        this.drop(directory);
        const delayMs = backoff(attempts, 100, 1_000);
        if (refused || performance.now() + delayMs > deadline) this.throwAs(doing, error);
        await sleep(delayMs);
      }
    }
  }

  private async openDirectory(): Promise<OpenDirectory> {
    const client = new KafkaClient(this.address);
    const [admin, cluster] = [client.admin(), client.cluster()];
    try {
      await Promise.all([admin.connect(), cluster.connect()]);
      return { admin, cluster, client };
    } catch (error) {
      client.cut();
      throw error;
    }
  }

  private drop(directory: typeof this.directory): void {
    if (this.directory === directory) this.directory = undefined;
    directory?.then(
      ({ client }) => client.cut(),
      () => undefined,
    );
  }

  private refuseWhenClosed(doing: string): void {
    if (this.closed !== undefined) throw new Error(`${doing}: the transport is closed`);
  }

  /** Faults of the brokers and of the way to them become LogUnavailable; others pass. */
  private throwAs(doing: string, error: unknown): never {
    throw isTransient(error) || isRefused(error) ? this.unavailable(doing, error) : error;
  }

  private unavailable(doing: string, cause: unknown): LogUnavailable {
    if (cause instanceof LogUnavailable) return cause;
    return new LogUnavailable(`${doing}: ${this.name}`, { cause, explain: this.options.explain });
  }
}
