import { isIP, connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls, type ConnectionOptions } from 'node:tls';
import { promisify } from 'node:util';
import { constants, zstdCompress, zstdCompressSync, zstdDecompress, zstdDecompressSync } from 'node:zlib';
import kafkajs, {
  type Admin,
  type Assigner,
  type Broker,
  type Cluster,
  type CompressionTypes,
  type Consumer as GroupMember,
  type ConsumerConfig,
  type ISocketFactoryArgs,
  type LogEntry,
  type Message,
  type PartitionerArgs,
  type PartitionMetadata,
  type Producer,
  type SASLOptions,
  type Transaction,
} from 'kafkajs';
import RequestQueue from 'kafkajs/src/network/requestQueue/index.js';
import type { Explain } from '../log-unavailable.js';
import { sharePartitions } from './assignment.js';
import type { RawBroker } from './flexible-exchange.js';
import { commitInTransaction, type Membership, type TransactionalOffsets } from './group-offsets.js';
import { type AbortedTransaction, hideAborted, type RawMessage } from './records.js';

export type { Admin, Broker, Cluster, CompressionTypes, GroupMember, Message, SASLOptions };
export type { PartitionerArgs, PartitionMetadata, Producer, Transaction };
export const TOPIC_RESOURCE = kafkajs.ConfigResourceTypes.TOPIC;
/** Set on the topic itself, in contrast to a default. */
export const SET_ON_TOPIC = kafkajs.ConfigSource.TOPIC_CONFIG;

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';
export type Log = (level: LogLevel, message: string, fields?: object) => void;

export interface KafkaAddress {
  /** `host:port` of brokers to begin with. */
  brokers: readonly string[];
  clientId: string;
  ssl?: boolean | ConnectionOptions;
  sasl?: SASLOptions;
  log: Log;
  explain?: Explain | undefined;
}

/** Of news pages level 3 makes 13 % fewer bytes than level 1, for up to a third more time. */
const ZSTD_LEVEL = 3;
/** A request below this goes as it is. */
const COMPRESS_FROM_BYTES = 1024;
/** Below these a batch is (de)compressed in place, in well under 1 ms: the way to a thread and back costs more. */
const COMPRESS_AT_ONCE_BYTES = 128 * 1024;
const DECOMPRESS_AT_ONCE_BYTES = 32 * 1024;
const CONNECT_TIMEOUT_MS = 5_000;
/** How long a broker may take to answer a request. */
export const REQUEST_TIMEOUT_MS = 30_000;
const METADATA_MAX_AGE_MS = 30_000;
/** After this the coordinator ends a transaction that was left open; until then it holds up those who read its topics. */
const TRANSACTION_TIMEOUT_MS = 10_000;

/** Always stated in full: kafkajs has other defaults when NODE_ENV is `test`. */
const RETRY = { initialRetryTime: 100, maxRetryTime: 1_000, multiplier: 2, factor: 0.2, retries: 4 };

/**
 * kafkajs with the connections of one part of the transport, so that they can be cut without waiting for anything and
 * without disturbing the other parts. The only file that imports kafkajs.
 */
export class KafkaClient {
  private readonly kafka: kafkajs.Kafka;
  private readonly sockets = new Set<Socket>();
  private isCut = false;

  /** @param onAttempt called whenever a connection is tried: a sign of life while the brokers are away. */
  constructor(
    address: KafkaAddress,
    private readonly onAttempt?: () => void,
  ) {
    const { brokers, clientId, ssl, sasl } = address;
    this.kafka = new kafkajs.Kafka({
      clientId,
      // An empty list is the one thing that ends every retry loop inside kafkajs.
      brokers: () => (this.isCut ? [] : [...brokers]),
      ...(ssl !== undefined && { ssl }),
      ...(sasl !== undefined && { sasl }),
      connectionTimeout: CONNECT_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      retry: RETRY,
      socketFactory: (args) => this.openSocket(args),
      logLevel: kafkajs.logLevel.INFO,
      logCreator: () => (entry) => logEntry(address.log, entry),
    });
  }

  /** Ends every connection and every retry at once; calls in flight reject. */
  cut(): void {
    this.isCut = true;
    for (const socket of this.sockets) socket.destroy(new Error('the connection was cut by this side'));
  }

  admin(): Admin {
    return this.kafka.admin();
  }

  /**
   * Metadata, group offsets and plain fetches without a group. kafkajs hands its cluster to partition assigners, and a
   * consumer that is never run is the public way to one that reads committed records.
   */
  cluster(): Cluster {
    return this.member({ groupId: 'none' }).cluster;
  }

  /**
   * A member of a consumer group, and the connections it works with. It never starts itself anew after a crash.
   *
   * @param held the partitions that it holds when the group shares them anew.
   */
  member(
    config: Pick<ConsumerConfig, 'groupId'> & Partial<ConsumerConfig>,
    held: () => readonly number[] = () => [],
  ): { member: GroupMember; cluster: Cluster; generation: () => number } {
    let cluster!: Cluster;
    let generation = -1;
    const member = this.kafka.consumer({
      allowAutoTopicCreation: false,
      readUncommitted: false,
      metadataMaxAge: METADATA_MAX_AGE_MS,
      ...config,
      retry: { ...RETRY, ...config.retry, restartOnFailure: async () => false },
      partitionAssigners: [
        (parts) => {
          cluster = adapted(parts.cluster, (joined) => (generation = joined));
          return stickyAssigner(cluster, held);
        },
      ],
    });
    return { member, cluster, generation: () => generation };
  }

  /** An idempotent producer, not connected yet. */
  producer(partitioner: (args: PartitionerArgs) => number): Producer {
    return this.kafka.producer({
      idempotent: true,
      allowAutoTopicCreation: false,
      metadataMaxAge: METADATA_MAX_AGE_MS,
      createPartitioner: () => partitioner,
      retry: { ...RETRY, retries: 2 },
    });
  }

  /** Makes the broker take these offsets of a transaction from this member of the group only. */
  static commitAs(topics: TransactionalOffsets['topics'], member: Membership): void {
    COMMITTERS.set(topics, member);
  }

  /** A producer of transactions, not connected yet: at its first transaction it fences all others of that id. */
  transactionalProducer(transactionalId: string, partitioner: (args: PartitionerArgs) => number): Producer {
    return this.kafka.producer({
      transactionalId,
      transactionTimeout: TRANSACTION_TIMEOUT_MS,
      allowAutoTopicCreation: false,
      metadataMaxAge: METADATA_MAX_AGE_MS,
      createPartitioner: () => partitioner,
      // Refused while the broker writes the markers of the transaction before, which takes some milliseconds.
      retry: { ...RETRY, initialRetryTime: 10, retries: 8 },
    });
  }

  private openSocket({ host, port, ssl, onConnect }: ISocketFactoryArgs): Socket {
    if (this.isCut) throw new Error('the connection was cut by this side');
    this.onAttempt?.();
    const servername = isIP(host) === 0 ? { servername: host } : {};
    const socket = ssl
      ? connectTls({ host, port, ...servername, ...ssl }, onConnect)
      : connectTcp({ host, port }, onConnect);
    socket.setKeepAlive(true, 60_000);
    socket.setNoDelay(true);
    this.sockets.add(socket);
    socket.once('close', () => this.sockets.delete(socket));
    return socket;
  }
}

/** The codec of a request by its bytes before compression. */
export function compressionOf(bytes: number): CompressionTypes {
  const { None, ZSTD } = kafkajs.CompressionTypes;
  return bytes < COMPRESS_FROM_BYTES ? None : ZSTD;
}

/** Who commits the offsets of a transaction, by the list that kafkajs passes on unchanged. */
const COMMITTERS = new WeakMap<object, Membership>();

interface AdaptedBroker extends Omit<Broker, 'fetch'> {
  adapted?: true;
  fetch(request: object): Promise<FetchAnswer>;
  joinGroup(request: object): Promise<{ generationId: number }>;
}

/** kafkajs sends version 1 of the request, which knows nothing of members. */
interface BrokerClass {
  membersCommit?: true;
  txnOffsetCommit(request: TransactionalOffsets): Promise<void>;
}

/**
 * Aborted records are hidden here: kafkajs takes the list of aborted transactions to be in the order in which they
 * began, while the broker lists them in the order in which they ended, and shows records of those that overlap. And the
 * group's generation is told, which kafkajs keeps to itself.
 */
function adapted(cluster: Cluster, onJoined: (generation: number) => void): Cluster {
  const findBroker = cluster.findBroker.bind(cluster);
  cluster.findBroker = async (node) => {
    const found = await findBroker(node);
    const broker = found as unknown as AdaptedBroker;
    if (broker.adapted) return found;
    broker.adapted = true;
    letMembersCommit(Object.getPrototypeOf(found) as BrokerClass);
    const [fetch, joinGroup] = [broker.fetch.bind(broker), broker.joinGroup.bind(broker)];
    broker.fetch = async (request) => {
      const answer = await fetch(request);
      for (const partition of answer.responses.flatMap(({ partitions }) => partitions)) {
        hideAborted(partition.messages, partition.abortedTransactions ?? []);
        partition.abortedTransactions = [];
      }
      return answer;
    };
    broker.joinGroup = async (request) => {
      const answer = await joinGroup(request);
      onJoined(answer.generationId);
      return answer;
    };
    return found;
  };
  return cluster;
}

function letMembersCommit(brokers: BrokerClass): void {
  if (brokers.membersCommit) return;
  brokers.membersCommit = true;
  const plainly = brokers.txnOffsetCommit;
  brokers.txnOffsetCommit = async function (this: BrokerClass, request) {
    const member = COMMITTERS.get(request.topics);
    if (member === undefined) return plainly.call(this, request);
    return commitInTransaction(this as unknown as RawBroker, request, member);
  };
}

interface FetchAnswer {
  responses: { partitions: { messages: RawMessage[]; abortedTransactions?: AbortedTransaction[] }[] }[];
}

/** Members tell what they hold; the leader of the group shares the partitions and leaves them where they are if it can. */
function stickyAssigner(cluster: Cluster, held: () => readonly number[]): Assigner {
  const { MemberMetadata, MemberAssignment } = kafkajs.AssignerProtocol;
  const [name, version] = ['newsmill-sticky', 1];
  return {
    name,
    version,
    protocol: ({ topics }) => {
      const userData = Buffer.from(JSON.stringify(held()));
      return { name, metadata: MemberMetadata.encode({ version, topics, userData }) };
    },
    assign: async ({ members, topics }) => {
      const [topic] = topics as [string];
      const claims = new Map(
        members.map(({ memberId, memberMetadata }) => {
          const userData = MemberMetadata.decode(memberMetadata)?.userData;
          return [memberId, JSON.parse(String(userData ?? '[]')) as number[]];
        }),
      );
      const partitions = cluster.findTopicPartitionMetadata(topic).map(({ partitionId }) => partitionId);
      return [...sharePartitions(partitions, claims)].map(([memberId, share]) => {
        const assignment = { [topic]: share };
        return {
          memberId,
          memberAssignment: MemberAssignment.encode({ version, assignment, userData: Buffer.alloc(0) }),
        };
      });
    },
  };
}

/** Takes a member out of its group from outside, so that nobody waits for its session to end. */
export async function removeMember(cluster: Cluster, groupId: string, memberId: string): Promise<void> {
  const coordinator = (await cluster.findGroupCoordinator({ groupId })) as Broker & {
    leaveGroup(request: { groupId: string; memberId: string }): Promise<unknown>;
  };
  await coordinator.leaveGroup({ groupId, memberId });
}

/** Any broker that answers. */
export async function anyBroker(cluster: Cluster): Promise<Broker> {
  if (!cluster.isConnected()) await cluster.connect();
  if (cluster.getNodeIds().length === 0) await cluster.refreshMetadata();
  let fault: unknown;
  for (const nodeId of cluster.getNodeIds()) {
    try {
      return await cluster.findBroker({ nodeId: String(nodeId) });
    } catch (error) {
      fault = error;
    }
  }
  throw Object.assign(new Error('no broker answers', { cause: fault }), { retriable: true });
}

/** Fields of kafkajs log lines that may be shown: none of them can hold a secret or a stack. */
const LOGGED = ['broker', 'error', 'groupId', 'topic', 'partition', 'retryCount', 'retryTime'];
/** All of it is detail: a fault that matters comes back to the caller, who tells it once and not at each retry. */
function logEntry(log: Log, { namespace, log: entry }: LogEntry): void {
  const fields = Object.fromEntries(LOGGED.filter((name) => entry[name] != null).map((name) => [name, entry[name]]));
  log('debug', `kafkajs ${namespace}: ${entry.message}`, fields);
}

const zstdOptions = { params: { [constants.ZSTD_c_compressionLevel]: ZSTD_LEVEL } };
const [compress, decompress] = [promisify(zstdCompress), promisify(zstdDecompress)];
kafkajs.CompressionCodecs[kafkajs.CompressionTypes.ZSTD] = () => ({
  compress: async ({ buffer }: { buffer: Buffer }) =>
    buffer.length < COMPRESS_AT_ONCE_BYTES ? zstdCompressSync(buffer, zstdOptions) : compress(buffer, zstdOptions),
  decompress: async (buffer: Buffer) =>
    buffer.length < DECOMPRESS_AT_ONCE_BYTES ? zstdDecompressSync(buffer) : decompress(buffer),
});

/**
 * kafkajs looks again every millisecond whether requests wait for a connection, for as long as the connection lives: by a
 * timer in the past, of which Node warns, and which costs an idle service a third of its CPU time. When none waits there
 * is nothing to look for: one that comes to wait begins the looking, and so does every answer.
 */
const { scheduleCheckPendingRequests } = RequestQueue.prototype;
RequestQueue.prototype.scheduleCheckPendingRequests = function () {
  if (this.pending.length > 0) scheduleCheckPendingRequests.call(this);
};
