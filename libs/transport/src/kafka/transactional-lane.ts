import { backoff, type NewRecord, sleep } from '@newsmill/stage';
import { checkRecord } from '../topic-errors.js';
import {
  compressionOf,
  type KafkaAddress,
  KafkaClient,
  type Producer,
  REQUEST_TIMEOUT_MS,
  type Transaction,
} from './client.js';
import { brokerCode, isFenced } from './faults.js';
import { type Lane, OutcomeUnknown } from './lane.js';
import { addToRuns, publishFault, type Run } from './runs.js';
import { type BatchProducer, ProducerSender } from './sender.js';
import type { TopicFacts } from './topic-catalog.js';

export interface TransactionalLaneOptions {
  address: KafkaAddress;
  /** Of the group's input partition; whoever opened it last is the only one that can commit. */
  group: string;
  topic: string;
  partition: number;
  facts(topic: string): Promise<TopicFacts>;
  forget(topic: string): void;
  /** Where the group stands by the broker's word; -1n when it never committed. */
  committed(): Promise<bigint>;
  /** Commits without a transaction, as a member of the group. */
  commit(next: bigint, signal: AbortSignal): Promise<void>;
}

/** Steps of a transaction that come too early while the broker still writes the markers of the last one. */
const STEP_AGAIN_MS = 10;
const STEP_ATTEMPTS = 100;
/** Who was fenced off waits for longer than a heartbeat: a member that lost its partition hears of it in between. */
const FENCED_PAUSE_MS = 2_000;
/** How long the end of a broken transaction may take; whoever opens the lane next ends it too. */
const ABORT_TIMEOUT_MS = 2_000;

/** The producer of a lane, with connections of its own and the transaction that it will use next. */
interface Way {
  client: KafkaClient;
  producer: Producer;
  sender: ProducerSender;
  transaction: Transaction;
}

/**
 * Exactly once: outputs and position become visible together or not at all. kafkajs cannot tell the broker who is a
 * member (KIP-447), so the partition itself is the identity of the producer: opening the lane fences everyone who had it
 * before and ends what they left open, and only then the committed position is read, which nobody else can move from
 * then on. A batch without outputs is committed plainly.
 */
export class TransactionalLane implements Lane {
  private way: Way | undefined;
  private fenced = false;
  private closed = false;
  private settling = false;

  constructor(private readonly options: TransactionalLaneOptions) {}

  async open(signal: AbortSignal): Promise<bigint> {
    this.discard();
    if (this.fenced) await sleep(FENCED_PAUSE_MS, signal);
    this.fenced = false;
    const way = await this.begin();
    // The lane may have been closed, or the partition lost, while the broker was asked.
    if (this.closed || signal.aborted) {
      way.client.cut();
      signal.throwIfAborted();
      throw new Error('the lane is closed');
    }
    this.way = way;
    return this.options.committed();
  }

  async settle(outputs: readonly NewRecord[], next: bigint, signal: AbortSignal): Promise<void> {
    if (outputs.length === 0) return this.options.commit(next, signal);
    const way = this.way;
    if (way === undefined) throw new Error('the lane is not open');
    this.settling = true;
    try {
      await this.transact(way, outputs, next, signal);
      way.transaction = await way.producer.transaction();
    } catch (error) {
      this.fenced = isFenced(error);
      await this.abort(way);
      this.discard();
      throw error;
    } finally {
      this.settling = false;
      if (this.closed) this.discard();
    }
  }

  close(): void {
    this.closed = true;
    if (!this.settling) this.discard();
  }

  private async begin(): Promise<Way> {
    const { address, group, topic, partition } = this.options;
    const client = new KafkaClient(address);
    try {
      const way = { client } as Way;
      way.sender = new ProducerSender({
        produce: (partitioner): BatchProducer => {
          way.producer = client.transactionalProducer(`${group}/${topic}/${partition}`, partitioner);
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

  private async transact(
    { sender, transaction }: Way,
    outputs: readonly NewRecord[],
    next: bigint,
    signal: AbortSignal,
  ): Promise<void> {
    const { group, topic, partition } = this.options;
    for (let rest = await this.runsOf(outputs); rest.length > 0; rest = rest.filter((runs) => runs.length > 0)) {
      signal.throwIfAborted();
      const heads = rest.map((runs) => runs.shift()!);
      const faults = await sender.send(heads);
      faults.forEach((fault, index) => {
        if (fault !== undefined) throw publishFault(heads[index]!.topic, fault, this.options.forget);
      });
    }
    const topics = [{ topic, partitions: [{ partition, offset: String(next) }] }];
    await patiently(signal, () => transaction.sendOffsets({ consumerGroupId: group, topics }));
    signal.throwIfAborted();
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

  /** Ends an open transaction, so that readers of its outputs wait for nothing. */
  private async abort({ transaction }: Way): Promise<void> {
    if (!transaction.isActive()) return;
    const timer = AbortSignal.timeout(ABORT_TIMEOUT_MS);
    const late = sleep(ABORT_TIMEOUT_MS * 2, timer);
    await Promise.race([transaction.abort(), late]).catch(() => undefined);
  }

  private discard(): void {
    this.way?.client.cut();
    this.way = undefined;
  }
}

/** A step again while the broker is busy with the markers of the transaction before. */
async function patiently(signal: AbortSignal, step: () => Promise<void>): Promise<void> {
  for (let attempts = 1; ; attempts += 1) {
    try {
      await step(); return;
    } catch (error) {
      if (brokerCode(error) !== 'CONCURRENT_TRANSACTIONS' || attempts === STEP_ATTEMPTS) throw error;
      await sleep(backoff(attempts, STEP_AGAIN_MS, STEP_AGAIN_MS * 10), signal);
    }
  }
}
