import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import {
  backoff,
  type Consumer,
  type ConsumerState,
  type NewRecord,
  sleep,
  type SubscribeOptions,
  type TransactionEnd,
} from '@newsmill/stage';
import { isRefused } from '../connection-fault.js';
import { LogUnavailable } from '../log-unavailable.js';
import { ByteBudget } from './byte-budget.js';
import { type Cluster, type GroupMember, type KafkaAddress, KafkaClient, removeMember } from './client.js';
import { brokerCode, isTransient, REFORMING } from './faults.js';
import type { RawBroker } from './flexible-exchange.js';
import { type Membership, stableOffsets } from './group-offsets.js';
import { JointCommits } from './joint-commits.js';
import { type Lane, publishThenCommit, transactionally } from './lane.js';
import { MemberTransactions } from './member-transactions.js';
import { PartitionLoop } from './partition-loop.js';
import { type FetchedMessage, toLogRecord } from './records.js';
import type { TopicFacts } from './topic-catalog.js';
import { WallClock } from './wall-clock.js';

export interface GroupConsumerOptions extends SubscribeOptions {
  address: KafkaAddress;
  /** How long the group waits for a member that says nothing. */
  sessionTimeoutMs: number;
  /** How many the topic has. Those that are added later may wait for others until the member joins anew. */
  partitions: number;
  /** Outputs and position become visible together; else outputs first, and after a crash once more. */
  exactlyOnce: boolean;
  publish(records: readonly NewRecord[]): Promise<void>;
  facts(topic: string): Promise<TopicFacts>;
  forget(topic: string): void;
  /** Told how each transaction has ended. */
  onTransaction(end: TransactionEnd): void;
  /** The member cannot go on: the process has to end. */
  onCrash(error: Error): void;
}

/**
 * Most bytes of one fetch from one broker, unless a single batch on the log is larger. They are compressed: markup takes
 * about seven times as many in memory.
 */
const FETCH_BYTES = 256 * 1024;
/** Most bytes of values that are handled at once, of all partitions; decoded they take some times as many. */
const IN_HAND_BYTES = 8 * 1024 * 1024;
const FETCH_WAIT_MS = 100;
/** Pause after a fetch that gave something: under load the next one finds more at once, and an idle topic is not delayed. */
const FETCH_PAUSE_MS = 25;
/** How long fetching waits for a partition that is full before it goes on without it. */
const ROOM_WAIT_MS = 100;
const REBALANCE_TIMEOUT_MS = 60_000;
const LEAVE_TIMEOUT_MS = 3_000;
const DEFAULT_GRACE_MS = 30_000;
const COMMIT_AGAIN_MS = 100;

/** While a dead member's transaction is open nobody knows where its partitions stand: it ends after its timeout. */
const STABLE_AGAIN_MS = 200;

/** One membership, with connections of its own. */
interface Session {
  client: KafkaClient;
  member: GroupMember;
  cluster: Cluster;
  memberId?: string;
  /** As of the last time at which partitions were assigned. */
  membership?: Membership;
  generation: () => number;
  transactions: MemberTransactions | undefined;
  lost?: boolean;
  /** By partition: the offset that the broker last confirmed. */
  committed: Map<number, bigint>;
  commits: JointCommits;
  /** Ends when the next fetch may begin. */
  pause?: Promise<void> | undefined;
  begun: Promise<void>;
}

/**
 * A member of a consumer group. kafkajs joins, fetches and beats; batches are handled beside it, a loop a partition, so
 * that no handler, however long, holds up the heartbeat or other partitions.
 *
 * While the brokers are away, or refuse it, it joins again and again, each time as a new member that takes its predecessor out of the
 * group. Any other end of the membership is final: state `failed`, and {@link GroupConsumerOptions.onCrash}.
 */
export class GroupConsumer implements Consumer {
  state: ConsumerState = 'joining';
  assigned: readonly number[] = [];
  lastTurn = performance.now();

  private readonly loops = new Map<number, PartitionLoop>();
  private session: Session | undefined;
  private predecessor: string | undefined;
  private readonly transactionalId: string;
  private outages = 0;
  private readonly clock = new WallClock();
  private readonly budget = new ByteBudget(IN_HAND_BYTES);
  private readonly stopping = new AbortController();
  private stopped: Promise<void> | undefined;

  constructor(private readonly options: GroupConsumerOptions) {
    this.transactionalId = `${options.group}/${randomUUID()}`;
    this.begin();
  }

  stop(graceMs = DEFAULT_GRACE_MS): Promise<void> {
    this.stopped ??= this.end(graceMs);
    return this.stopped;
  }

  private begin(): void {
    const { address, group, topic, sessionTimeoutMs } = this.options;
    const client = new KafkaClient(address, () => this.turn());
    const config = {
      groupId: group,
      sessionTimeout: sessionTimeoutMs,
      rebalanceTimeout: REBALANCE_TIMEOUT_MS,
      heartbeatInterval: Math.min(1_000, Math.floor(sessionTimeoutMs / 10)),
      maxWaitTimeInMs: FETCH_WAIT_MS,
      maxBytes: FETCH_BYTES,
      maxBytesPerPartition: FETCH_BYTES,
    };
    const { member, cluster, generation } = client.member(config, () => this.assigned);
    const commits = new JointCommits((offsets) => {
      const places = [...offsets].map(([partition, next]) => ({ topic, partition, offset: String(next) }));
      return member.commitOffsets(places);
    });
    const session: Session = {
      ...{ client, member, cluster, generation, commits },
      committed: new Map(),
      begun: Promise.resolve(),
      transactions: undefined,
    };
    if (this.options.exactlyOnce) session.transactions = this.transactionsOf(session);
    this.session = session;
    session.begun = this.join(session).catch((error: unknown) => this.lose(session, error as Error));
  }

  private transactionsOf(session: Session): MemberTransactions {
    const { address, group, topic, facts, forget, onTransaction: onEnd } = this.options;
    const { transactionalId } = this;
    const membership = (): Membership | undefined => session.membership;
    return new MemberTransactions({ address, group, topic, transactionalId, membership, facts, forget, onEnd });
  }

  private async join(session: Session): Promise<void> {
    const { group, topic } = this.options;
    const { member, cluster } = session;
    const { events } = member;
    member.on(events.GROUP_JOIN, ({ payload }) =>
      this.onAssigned(session, payload.memberId, payload.memberAssignment[topic] ?? []),
    );
    member.on(events.COMMIT_OFFSETS, ({ payload }) => {
      for (const { partition, offset } of payload.topics.flatMap(({ partitions }) => partitions)) {
        session.committed.set(partition, BigInt(offset));
      }
    });
    member.on(events.CRASH, ({ payload }) => this.lose(session, payload.error));
    for (const event of [events.FETCH_START, events.FETCH, events.HEARTBEAT]) member.on(event, () => this.turn());

    await member.connect();
    if (this.predecessor !== undefined) {
      await removeMember(cluster, group, this.predecessor).catch((error: unknown) => {
        if (isTransient(error)) throw error;
        this.log('debug', `the earlier membership has ended: ${(error as Error).message}`);
      });
      this.predecessor = undefined;
    }
    await member.subscribe({ topics: [topic], fromBeginning: true });
    await member.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: this.options.partitions,
      eachBatch: async ({ batch, resolveOffset }) => {
        const last = batch.messages.at(-1);
        const loop = this.loops.get(batch.partition);
        if (last === undefined || loop === undefined || this.stopping.signal.aborted) return;
        const records = batch.messages.map((message) => toLogRecord(topic, batch.partition, message as FetchedMessage));
        loop.offer(records, BigInt(batch.lastOffset()) + 1n);
        resolveOffset(last.offset);
        if (!loop.hasRoom) await this.waitForRoom(session, batch.partition, loop);
        await (session.pause ??= this.pauseFetching(session));
      },
    });
  }

  /** kafkajs fetches again when every batch of the last fetch was taken, and all of them wait for this. */
  private async pauseFetching(session: Session): Promise<void> {
    await sleep(Math.max(FETCH_PAUSE_MS, this.options.gatherMs ?? 0), this.stopping.signal).catch(() => undefined);
    session.pause = undefined;
  }

  /** A partition whose handler takes its time is not fetched until there is room; the others go on. */
  private async waitForRoom(session: Session, partition: number, loop: PartitionLoop): Promise<void> {
    const timer = new AbortController();
    await Promise.race([loop.room(), delay(ROOM_WAIT_MS, undefined, { signal: timer.signal }).catch(() => undefined)]);
    timer.abort();
    if (loop.hasRoom || this.stopping.signal.aborted) return;
    const place = [{ topic: this.options.topic, partitions: [partition] }];
    session.member.pause(place);
    void loop.room().then(() => {
      const current = this.session === session && this.loops.get(partition) === loop;
      if (current && !this.stopping.signal.aborted) session.member.resume(place);
    });
  }

  private onAssigned(session: Session, memberId: string, partitions: number[]): void {
    if (session.lost || this.stopping.signal.aborted) return;
    // Under a new id nothing tells whether another member had the partitions in between.
    const kept = session.memberId === memberId ? new Set(partitions) : new Set<number>();
    session.memberId = memberId;
    session.membership = { memberId, generation: session.generation() };
    for (const [partition, loop] of this.loops) {
      if (kept.has(partition)) continue;
      this.loops.delete(partition);
      loop.abandon(new Error(`partition ${partition} of ${this.options.topic} went to another member`));
      session.member.resume([{ topic: this.options.topic, partitions: [partition] }]);
    }
    for (const partition of partitions) {
      if (!this.loops.has(partition)) this.loops.set(partition, this.loopFor(session, partition));
    }
    this.assigned = [...partitions].sort((a, b) => a - b);
    this.state = 'running';
    this.outages = 0;
    this.turn();
  }

  private loopFor(session: Session, partition: number): PartitionLoop {
    const { topic, batchSize, batchBytes, onBatch, address } = this.options;
    const lane = this.laneFor(session, partition);
    const { budget } = this;
    return new PartitionLoop({ topic, partition, batchSize, batchBytes, onBatch, lane, budget, log: address.log });
  }

  private laneFor(session: Session, partition: number): Lane {
    const commit = (next: bigint, signal: AbortSignal) => this.commit(session, partition, next, signal);
    if (session.transactions === undefined) return publishThenCommit(this.options.publish, commit);
    const committed = (signal: AbortSignal) => this.committed(session, partition, signal);
    return transactionally(session.transactions, partition, committed, commit);
  }

  /** Where the group stands in a partition, once nothing is open that would move it; -1n when it never committed. */
  private async committed({ cluster }: Session, partition: number, signal: AbortSignal): Promise<bigint> {
    const { group, topic } = this.options;
    for (;;) {
      try {
        const coordinator = (await cluster.findGroupCoordinator({ groupId: group })) as unknown as RawBroker;
        return (await stableOffsets(coordinator, group, topic, [partition])).get(partition) ?? -1n;
      } catch (error) {
        if (brokerCode(error) !== 'UNSTABLE_OFFSET_COMMIT') throw error;
      }
      await sleep(STABLE_AGAIN_MS, signal);
    }
  }

  /** Commits, also over a rebalance that leaves the partition here. */
  private async commit(session: Session, partition: number, next: bigint, signal: AbortSignal): Promise<void> {
    for (;;) {
      try {
        await session.commits.commit(partition, next, signal);
        // kafkajs resolves without a commit when its member does not run any more.
        if (session.committed.get(partition) === next) return;
      } catch (error) {
        if (!isTransient(error) && !REFORMING.has(brokerCode(error) ?? '')) throw error;
      }
      await sleep(COMMIT_AGAIN_MS, signal);
    }
  }

  /** The membership is over: a new one when the brokers are to blame, else the end. */
  private lose(session: Session, error: Error): void {
    if (!this.leave(session, error)) return;
    const refused = isRefused(error);
    if (!refused && !isTransient(error)) {
      this.state = 'failed';
      this.log('error', `the consumer failed: ${error.message}`);
      this.options.onCrash(error);
      return;
    }
    this.joinAnew(error, refused);
  }

  /** @returns false when it is over already */
  private leave(session: Session, error: Error): boolean {
    if (session.lost || this.stopping.signal.aborted) return false;
    session.lost = true;
    this.abandonAll(new Error(`the membership in ${this.options.group} ended`, { cause: error }));
    void session.transactions?.close();
    session.client.cut();
    this.predecessor = session.memberId ?? this.predecessor;
    return true;
  }

  private joinAnew(error: Error, refused: boolean): void {
    this.state = 'joining';
    this.outages += 1;
    // Who is refused waits for somebody to change something, and the broker's own log need not be filled with it.
    const delayMs = refused ? backoff(this.outages, 2_000, 30_000) : backoff(this.outages, 250, 5_000);
    const told = refused ? new LogUnavailable('join', { cause: error, explain: this.options.address.explain }) : error;
    this.log('warn', `joining anew: ${told.message}`, { delayMs });
    sleep(delayMs, this.stopping.signal).then(
      () => this.begin(),
      () => undefined,
    );
  }

  private async end(graceMs: number): Promise<void> {
    const session = this.session!;
    this.stopping.abort(new Error('the consumer was stopped'));
    if (this.assigned.length > 0) session.member.pause([{ topic: this.options.topic }]);
    await within(graceMs, Promise.all([...this.loops.values()].map((loop) => loop.drain())));
    this.abandonAll(new Error('the consumer was stopped'));
    if (session.transactions) await within(LEAVE_TIMEOUT_MS, session.transactions.close());
    if (this.state === 'running' || this.state === 'joining') {
      await within(
        LEAVE_TIMEOUT_MS,
        session.begun.then(() => session.member.disconnect()),
      );
      this.state = 'stopped';
    }
    session.client.cut();
  }

  private abandonAll(reason: Error): void {
    for (const loop of this.loops.values()) loop.abandon(reason);
    this.loops.clear();
    this.assigned = [];
  }

  private turn(): void {
    this.lastTurn = performance.now();
    const { session } = this;
    // kafkajs beats by the wall clock: set back, it would be silent for as long, and the group would go on without it.
    const backMs = this.clock.setBackMs();
    if (session === undefined || backMs < this.options.sessionTimeoutMs / 3) return;
    const error = new Error(`the wall clock was set back by ${Math.round(backMs / 1000)} s`);
    if (this.leave(session, error)) this.joinAnew(error, false);
  }

  private log(level: 'debug' | 'warn' | 'error', message: string, fields?: object): void {
    const { group, topic, address } = this.options;
    address.log(level, message, { group, topic, ...fields });
  }
}

/** Waits for the work, at most so long, and for its success or failure alike. */
async function within(ms: number, work: Promise<unknown>): Promise<void> {
  const timer = new AbortController();
  const settled = work.then(
    () => undefined,
    () => undefined,
  );
  await Promise.race([settled, delay(ms, undefined, { signal: timer.signal }).catch(() => undefined)]);
  timer.abort();
}
