/** Names are unique in a record; values are bytes and pass unchanged. */
export type Headers = Readonly<Record<string, Buffer>>;

/** A record to be written. Its partition follows from its key. */
export interface NewRecord {
  /** Full address, prefix included. */
  topic: string;
  /** Records of one key keep their order. `null`: any partition. */
  key: Buffer | null;
  /** `null` is a tombstone. */
  value: Buffer | null;
  headers: Headers;
}

/** A record as it stands on the log. */
export interface LogRecord extends NewRecord {
  partition: number;
  /** Place in its partition, from 0; grows, may skip. */
  offset: bigint;
  /** Milliseconds since the epoch at which the log took it. */
  timestamp: number;
}

/** Neighbouring records of one partition in the order of their offsets; never empty. */
export interface Batch {
  topic: string;
  partition: number;
  records: LogRecord[];
}

/** What a handled batch leaves to do. */
export interface Settlement {
  /** To be on the log before the batch counts as done. */
  publish: NewRecord[];
  /** Called once when the outputs are published and the position is committed. */
  onSettled?(): void;
}

export interface Delivery {
  /** Aborted when the consumer stops or loses the partition: return soon, or throw to hand the batch back. */
  signal: AbortSignal;
}

/**
 * Handles a batch. The transport publishes what it returns and only THEN commits. A throw commits nothing: the batch
 * comes again.
 */
export type BatchHandler = (batch: Batch, delivery: Delivery) => Promise<Settlement>;

export interface SubscribeOptions {
  /** Full address. */
  topic: string;
  /** Members of one group share the partitions; groups do not disturb each other. */
  group: string;
  /** Most records a batch. */
  batchSize: number;
  /** Values of a batch stay under this many bytes unless a single record is larger. */
  batchBytes: number;
  /** Milliseconds to wait after something came, for more to come: fewer and larger batches, told so much later. */
  gatherMs?: number;
  onBatch: BatchHandler;
}

export type ConsumerState = 'joining' | 'running' | 'stopped' | 'failed';

export interface Consumer {
  readonly state: ConsumerState;
  /** Partitions held right now. */
  readonly assigned: readonly number[];
  /** When the loop last turned, on the clock of performance.now(), which no jump of the wall clock moves; a loop that stands still is broken. */
  readonly lastTurn: number;
  /** Takes nothing more, lets a batch in hand settle (or hands it back after `graceMs`), leaves the group. */
  stop(graceMs?: number): Promise<void>;
}

/** A topic as a transport keeps it. */
export interface TopicSpec {
  address: string;
  partitions: number;
  cleanup: 'delete' | 'compact';
  retentionMs: number;
  maxBytes: number;
  /** Kafka: copies of each partition. Default: 3, or as many as there are brokers. */
  replicas?: number;
  /** Kafka: copies that must have a record before it counts as written. Default: 2 of 3 or more, else 1. */
  minInsyncReplicas?: number;
}

export interface TopicChange {
  address: string;
  change: 'created' | 'partitions-added' | 'settings-changed' | 'unchanged';
}

/** Where reading or a group starts: at an offset of every partition, at a time (ms), or at an end of the log. */
export type Position = 'earliest' | 'latest' | { time: number } | { offsets: Record<number, bigint> };

export interface PartitionLag {
  partition: number;
  committed: bigint;
  end: bigint;
  /** Records the group has not committed yet. */
  lag: bigint;
}

/** A transaction that has written to a partition and has not ended. */
export interface OpenTransaction {
  topic: string;
  partition: number;
  producerId: bigint;
  producerEpoch: number;
  /** Of the coordinator that ended its producer's transaction before; -1 when there was none. */
  coordinatorEpoch: number;
  /** Its first record. Who reads committed records is given nothing from here on. */
  startOffset: bigint;
  /** When its last record was written, in milliseconds since the epoch. */
  lastWriteAt: number;
}

/** Transactions of publishers, which hold readers up as long as they are open. */
export interface Transactions {
  open(topic: string): Promise<OpenTransaction[]>;
  /** Ends one as aborted, whatever its publisher and its coordinator know of it: for one that hangs. */
  abort(transaction: OpenTransaction): Promise<void>;
}

/** How transactions of consumers have ended; `unknown` where the answer to the commit is missing. */
export type TransactionEnd = 'committed' | 'aborted' | 'unknown';

/** Connections of a pool to a database, and who waits for one. */
export interface PoolStatistics {
  total: number;
  idle: number;
  waiting: number;
  limit: number;
}

export interface TransportStatistics {
  transactions?: Readonly<Record<TransactionEnd, number>>;
  pool?: PoolStatistics;
}

/**
 * Where topics live. Every adapter passes the one conformance suite: order per key, groups, redelivery after a throw,
 * no commit before publish, big values, shared partitions, graceful close, replay.
 */
export interface Transport {
  readonly kind: 'memory' | 'postgres' | 'kafka';
  /** What it has done since it was made; absent where it has nothing to tell. */
  statistics?(): TransportStatistics;
  /** Rejects when the log cannot be reached; may be called again. */
  connect(): Promise<void>;
  /** Creates what is missing and brings settings up to date. Idempotent; never removes. */
  applyTopics(specs: readonly TopicSpec[]): Promise<TopicChange[]>;
  /** Addresses on the log, sorted. */
  listTopics(): Promise<string[]>;
  /** Resolves when every record is durably on the log; on a rejection some of them may be. */
  publish(records: readonly NewRecord[]): Promise<void>;
  subscribe(options: SubscribeOptions): Promise<Consumer>;
  /** Reads from a position to the end as it stands now, partition by partition, outside any group. */
  read(topic: string, from: Position): AsyncIterable<LogRecord>;
  /** Moves a group that has no members; its next member goes on from there. */
  seek(topic: string, group: string, to: Position): Promise<void>;
  lag(topic: string, group: string): Promise<PartitionLag[]>;
  /** On a log whose publishers can leave a transaction open. */
  readonly transactions?: Transactions;
  /** Resolves when the log answers. */
  ping(): Promise<void>;
  /** Ends consumers and connections. */
  close(): Promise<void>;
}
