import { setImmediate as endOfTurn, setTimeout as sleep } from 'node:timers/promises';
import { backoff, type NewRecord, type TransactionEnd } from '@newsmill/stage';
import { checkRecord } from '../topic-errors.js';
import {
  compressionOf,
  type KafkaAddress,
  KafkaClient,
  type Producer,
  REQUEST_TIMEOUT_MS,
  type Transaction,
} from './client.js';
import { brokerCode, isFenced, isTransient, OutcomeUnknown, REFORMING } from './faults.js';
import type { Membership } from './group-offsets.js';
import { addToRuns, publishFault, type Run } from './runs.js';
import { type BatchProducer, ProducerSender } from './sender.js';
import type { TopicFacts } from './topic-catalog.js';

export interface MemberTransactionsOptions {
  address: KafkaAddress;
  group: string;
  topic: string;
  /** Of this member alone, and the same for all its memberships: what one of them left open ends when the next begins. */
  transactionalId: string;
  /** As the group knows the member now; undefined while it is not known yet. */
  membership(): Membership | undefined;
  facts(topic: string): Promise<TopicFacts>;
  forget(topic: string): void;
  /** Told how each transaction that was begun has ended. */
  onEnd(end: TransactionEnd): void;
}

/** A batch that is done but for its outputs and position. */
interface Settling {
  outputs: readonly NewRecord[];
  next: bigint;
  signal: AbortSignal;
  done: PromiseWithResolvers<void>;
}

/** The producer, with connections of its own and the transaction that it will use next. */
interface Way {
  client: KafkaClient;
  producer: Producer;
  sender: ProducerSender;
  transaction: Transaction;
}

/** Steps that come too early, while the broker still writes the markers of the transaction before. */
const STEP_AGAIN_MS = 10;
const STEP_ATTEMPTS = 100;
/** Until the group has formed anew. */
const MEMBER_AGAIN_MS = 100;
/** How long the end of a broken transaction may take; the next one of the member ends it too. */
const ABORT_TIMEOUT_MS = 2_000;

/**
 * Exactly once: outputs and positions become visible together or not at all. One transaction at a time carries what all
 * partitions of the member have settled; what settles meanwhile goes with the next. The broker takes the positions from
 * a member of the group's present generation only (KIP-447), so a member that lost a partition can commit nothing there.
 */
export class MemberTransactions {
  private readonly waiting = new Map<number, Settling>();
  private way: Promise<Way> | undefined;
  private working: Promise<void> | undefined;
  private closed = false;

  constructor(private readonly options: MemberTransactionsOptions) {}

  /** Begins the producer, which ends whatever an earlier membership of this member left open. */
  async open(): Promise<void> {
    await this.current();
  }

  /**
   * Resolves when outputs and position are committed. Rejects with {@link OutcomeUnknown} when the answer to the commit is
   * missing; with anything else nothing has happened. At most one call a partition at a time.
   */
  settle(partition: number, outputs: readonly NewRecord[], next: bigint, signal: AbortSignal): Promise<void> {
    const done = Promise.withResolvers<void>();
    this.waiting.set(partition, { outputs, next, signal, done });
    this.working ??= this.work();
    return done.promise;
  }

  /** Takes nothing more; what is under way may end. */
  async close(): Promise<void> {
    this.closed = true;
    await this.working;
    this.discard();
  }

  private async work(): Promise<void> {
    // Batches of several partitions often end in the same turn of the event loop.
    await endOfTurn();
    while (this.waiting.size > 0) {
      const batch = new Map(this.waiting);
      this.waiting.clear();
      await this.settleAll(batch);
    }
    this.working = undefined;
    if (this.closed) this.discard();
  }

  /** Commits together; when one of them is to blame for a failure, each by itself. */
  private async settleAll(batch: Map<number, Settling>): Promise<void> {
    for (;;) {
      for (const [partition, { signal, done }] of batch) {
        if (!signal.aborted) continue;
        done.reject(signal.reason);
        batch.delete(partition);
      }
      if (batch.size === 0) return;
      try {
        // As of the same moment as the signals: who holds these partitions by an older generation is refused.
        await this.transact(batch, this.options.membership());
        for (const { done } of batch.values()) done.resolve();
        return;
      } catch (error) {
        if (REFORMING.has(brokerCode(error) ?? '') && !this.closed) {
          await sleep(MEMBER_AGAIN_MS);
          continue;
        }
        const shared = error instanceof OutcomeUnknown || isTransient(error) || isFenced(error) || batch.size === 1;
        if (shared) for (const { done } of batch.values()) done.reject(error);
        else for (const one of batch) await this.settleAll(new Map([one]));
        return;
      }
    }
  }

  private async transact(batch: ReadonlyMap<number, Settling>, member: Membership | undefined): Promise<void> {
    const way = await this.current();
    let end: TransactionEnd = 'aborted';
    try {
      await this.write(way, batch, member);
      end = 'committed';
      way.transaction = await way.producer.transaction();
    } catch (error) {
      if (error instanceof OutcomeUnknown) end = 'unknown';
      // What the broker refused before the commit began ends with an abort; of anything else nobody knows how it ended.
      const isOver = REFORMING.has(brokerCode(error) ?? '') && (await this.abort(way));
      if (!isOver) this.discard();
      throw error;
    } finally {
      this.options.onEnd(end);
    }
  }

  private async write(
    { sender, transaction }: Way,
    batch: ReadonlyMap<number, Settling>,
    member: Membership | undefined,
  ): Promise<void> {
    const { group, topic } = this.options;
    if (member === undefined) throw Object.assign(new Error('not a member yet'), { type: 'UNKNOWN_MEMBER_ID' });
    const runs = await this.runsOf([...batch.values()].flatMap(({ outputs }) => outputs));
    for (let rest = runs; rest.length > 0; rest = rest.filter((ofPartition) => ofPartition.length > 0)) {
      const heads = rest.map((ofPartition) => ofPartition.shift()!);
      const faults = await sender.send(heads);
      faults.forEach((fault, index) => {
        if (fault !== undefined) throw publishFault(heads[index]!.topic, fault, this.options.forget);
      });
    }
    const partitions = [...batch].map(([partition, { next }]) => ({ partition, offset: String(next) }));
    const topics = [{ topic, partitions }];
    KafkaClient.commitAs(topics, member);
    await patiently(() => transaction.sendOffsets({ consumerGroupId: group, topics }));
    await transaction.commit().catch((cause: unknown) => {
      throw isFenced(cause) ? cause : new OutcomeUnknown('no answer to the commit', { cause });
    });
  }

  private async runsOf(outputs: readonly NewRecord[]): Promise<Run<undefined>[][]> {
    const partitions = new Map<string, Run<undefined>[]>();
    for (const record of outputs) {
      const facts = await this.options.facts(record.topic);
      checkRecord(record, { address: record.topic, ...facts });
      addToRuns(partitions, record, facts, undefined);
    }
    return [...partitions.values()];
  }

  private current(): Promise<Way> {
    if (this.way === undefined) {
      const way = this.begin();
      this.way = way;
      way.catch(() => {
        if (this.way === way) this.way = undefined;
      });
    }
    return this.way;
  }

  private async begin(): Promise<Way> {
    const client = new KafkaClient(this.options.address);
    try {
      const way = { client } as Way;
      way.sender = new ProducerSender({
        produce: (partitioner): BatchProducer => {
          way.producer = client.transactionalProducer(this.options.transactionalId, partitioner);
          return { sendBatch: (batch) => way.transaction.sendBatch(batch) };
        },
        timeoutMs: REQUEST_TIMEOUT_MS,
        compressionOf,
      });
      await way.producer.connect();
      way.transaction = await way.producer.transaction();
      return way;
    } catch (error) {
      client.cut();
      throw error;
    }
  }

  /** True when the transaction has ended and the producer can begin another. */
  private async abort(way: Way): Promise<boolean> {
    if (!way.transaction.isActive()) return false;
    try {
      await inTime(ABORT_TIMEOUT_MS, way.transaction.abort());
      way.transaction = await way.producer.transaction();
      return true;
    } catch {
      return false;
    }
  }

  private discard(): void {
    this.way?.then(
      ({ client }) => client.cut(),
      () => undefined,
    );
    this.way = undefined;
  }
}

/** A step again while the broker is busy with the markers of the transaction before. */
async function patiently(step: () => Promise<void>): Promise<void> {
  for (let attempts = 1; ; attempts += 1) {
    try {
      await step();
      return;
    } catch (error) {
      if (brokerCode(error) !== 'CONCURRENT_TRANSACTIONS' || attempts === STEP_ATTEMPTS) throw error;
      await sleep(backoff(attempts, STEP_AGAIN_MS, STEP_AGAIN_MS * 10));
    }
  }
}

async function inTime<T>(ms: number, work: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error('no answer in time')), ms);
  try {
    return await Promise.race([work, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
