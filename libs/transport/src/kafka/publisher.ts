import { setTimeout as sleep } from 'node:timers/promises';
import { backoff, type NewRecord } from '@newsmill/stage';
import { LogUnavailable } from '../log-unavailable.js';
import { partitionOf } from '../partitioner.js';
import {
  brokerCode,
  isPoisoned,
  isTransient,
  type Log,
  type Message,
  type Sender,
  UnknownPartition,
} from './client.js';
import type { TopicFacts } from './topic-catalog.js';
import { checkRecord, RecordRefused, UnknownTopic } from '../topic-errors.js';

export interface OpenSender extends Sender {
  /** Ends its connections without waiting for anything. */
  cut(): void;
}

export interface PublisherOptions {
  /** A new producer with an id of its own. */
  open(): Promise<OpenSender>;
  facts(topic: string): Promise<TopicFacts>;
  forget(topic: string): void;
  /** How long a publish is tried before it rejects with {@link LogUnavailable}. */
  timeoutMs: number;
  /** Names the log in errors. */
  logName: string;
  log: Log;
}

/** Calls are joined up to this many bytes and records; a single larger call goes alone. */
const JOIN_BYTES = 8 * 1024 * 1024;
const JOIN_RECORDS = 5_000;
/** kafkajs copies what it has for a partition with each further message of a send. */
const RUN_RECORDS = 1_000;
/** Attempts after which the operator hears of it. */
const TOLD_AFTER = 3;
const FIRST_DELAY_MS = 100;
const MAX_DELAY_MS = 2_000;

/** One call of publish(). */
interface Call {
  records: readonly NewRecord[];
  bytes: number;
  fault?: Error;
  resolve(): void;
  reject(fault: Error): void;
}

/** What goes to one partition in one send: neighbours in the order in which they were published. */
interface Run {
  messages: Message[];
  bytes: number;
  calls: Set<Call>;
}

/** Publishes call after call; those that come while others are under way are joined and go together. */
export class Publisher {
  private readonly waiting: Call[] = [];
  private sender: Promise<OpenSender> | undefined;
  private working: Promise<void> | undefined;
  private closed = false;

  constructor(private readonly options: PublisherOptions) {}

  /** Resolves when every record is on the log. Records keep their order within a partition, over calls as well. */
  publish(records: readonly NewRecord[]): Promise<void> {
    if (this.closed) return Promise.reject(new Error('publish: the transport is closed'));
    if (records.length === 0) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const bytes = records.reduce((sum, record) => sum + sizeOf(record), 0);
      this.waiting.push({ records, bytes, resolve, reject });
      this.working ??= this.work();
    });
  }

  /** Opens the producer; rejects when the log cannot be reached. */
  async connect(): Promise<void> {
    await this.current();
  }

  /** Lets what was published go out, then closes. */
  async close(): Promise<void> {
    this.closed = true;
    await this.working;
    this.discard(this.sender);
  }

  private async work(): Promise<void> {
    // Calls made in the same turn of the event loop belong together.
    await Promise.resolve();
    while (this.waiting.length > 0) await this.flush(this.take());
    this.working = undefined;
  }

  private take(): Call[] {
    let [bytes, records, count] = [0, 0, 0];
    for (const call of this.waiting) {
      bytes += call.bytes;
      records += call.records.length;
      if (count > 0 && (bytes > JOIN_BYTES || records > JOIN_RECORDS)) break;
      count += 1;
    }
    return this.waiting.splice(0, count);
  }

  private async flush(calls: Call[]): Promise<void> {
    const deadline = Date.now() + this.options.timeoutMs;
    const partitions = new Map<string, { topic: string; partition: number; runs: Run[] }>();
    for (const call of calls) {
      try {
        const facts = await this.admit(call, deadline);
        for (const record of call.records) add(partitions, record, facts.get(record.topic)!, call);
      } catch (error) {
        call.fault = error as Error;
      }
    }
    await Promise.all(
      [...partitions.values()].map(async ({ topic, partition, runs }) => {
        let fault: Error | undefined;
        for (const run of runs) {
          // What follows a failed record in its partition must not overtake it.
          fault ??= await this.sendRun(topic, partition, run, deadline);
          if (fault !== undefined) for (const call of run.calls) call.fault ??= fault;
        }
      }),
    );
    for (const call of calls) {
      if (call.fault === undefined) call.resolve();
      else call.reject(call.fault);
    }
  }

  /** The facts of the call's topics; rejects when a topic is missing or refuses a record. */
  private async admit(call: Call, deadline: number): Promise<Map<string, TopicFacts>> {
    const facts = new Map<string, TopicFacts>();
    for (const record of call.records) {
      const { topic } = record;
      if (!facts.has(topic)) {
        const look = () => withDeadline(deadline, () => this.options.facts(topic));
        facts.set(topic, await this.untilAnswered(deadline, look));
      }
      checkRecord(record, { address: topic, ...facts.get(topic)! });
    }
    return facts;
  }

  /** The fault when the run could not be sent. */
  private async sendRun(topic: string, partition: number, run: Run, deadline: number): Promise<Error | undefined> {
    try {
      await this.untilAnswered(deadline, async () => {
        const sender = this.current();
        try {
          await withDeadline(deadline, async () => (await sender).send(topic, partition, run.messages, run.bytes));
        } catch (error) {
          if (isPoisoned(error) || error instanceof UnknownPartition || error instanceof TimedOut) {
            this.options.log('warn', `replacing the producer: ${(error as Error).message}`, { topic, partition });
            this.discard(sender);
          }
          throw error;
        }
      });
      return undefined;
    } catch (error) {
      return this.toFault(topic, error);
    }
  }

  /** Tries until it works, until it cannot work, or until the deadline. */
  private async untilAnswered<T>(deadline: number, attempt: () => Promise<T>): Promise<T> {
    let cause: unknown;
    for (let attempts = 1; ; attempts += 1) {
      try {
        return await attempt();
      } catch (error) {
        if (!(error instanceof TimedOut)) cause = error;
        const again =
          isTransient(error) ||
          isPoisoned(error) ||
          error instanceof UnknownPartition ||
          error instanceof LogUnavailable;
        const delayMs = backoff(attempts, FIRST_DELAY_MS, MAX_DELAY_MS);
        if (error instanceof TimedOut || (again && Date.now() + delayMs >= deadline)) {
          throw error instanceof LogUnavailable ? error : this.unavailable(cause ?? error);
        }
        if (!again) throw error;
        if (attempts === TOLD_AFTER) {
          this.options.log('warn', `publishing waits for ${this.options.logName}: ${(error as Error).message}`);
        }
        await sleep(delayMs);
      }
    }
  }

  private toFault(topic: string, error: unknown): Error {
    const code = brokerCode(error);
    if (code === 'UNKNOWN_TOPIC_OR_PARTITION') {
      this.options.forget(topic);
      return new UnknownTopic(topic);
    }
    if (error instanceof LogUnavailable) return error;
    if (code === 'MESSAGE_TOO_LARGE' || code === 'RECORD_LIST_TOO_LARGE') {
      this.options.forget(topic);
      return new RecordRefused(topic, 'it is over max.message.bytes. Raise maxBytes of the topic.');
    }
    return new Error(`Publishing to ${topic} failed: ${(error as Error).message}`, { cause: error });
  }

  private unavailable(cause: unknown): LogUnavailable {
    return new LogUnavailable(`publish: ${this.options.logName}`, { cause });
  }

  private current(): Promise<OpenSender> {
    if (this.sender === undefined) {
      const opening = this.options.open();
      this.sender = opening;
      opening.catch(() => this.discard(opening));
    }
    return this.sender;
  }

  /** The producer given is used no more; its connections end. */
  private discard(sender: Promise<OpenSender> | undefined): void {
    if (sender === undefined) return;
    if (this.sender === sender) this.sender = undefined;
    sender.then(
      (opened) => opened.cut(),
      () => undefined,
    );
  }
}

class TimedOut extends Error {
  override readonly name = 'TimedOut';
}

async function withDeadline<T>(deadline: number, work: () => Promise<T>): Promise<T> {
  const timer = Promise.withResolvers<never>();
  const timeout = setTimeout(() => timer.reject(new TimedOut('no answer')), Math.max(0, deadline - Date.now()));
  try {
    return await Promise.race([work(), timer.promise]);
  } finally {
    clearTimeout(timeout);
  }
}

function add(
  partitions: Map<string, { topic: string; partition: number; runs: Run[] }>,
  record: NewRecord,
  facts: TopicFacts,
  call: Call,
): void {
  const { topic, key, value, headers } = record;
  const partition = partitionOf(key, facts.partitions);
  const place = `${topic}/${partition}`;
  let found = partitions.get(place);
  if (found === undefined) partitions.set(place, (found = { topic, partition, runs: [] }));
  const bytes = sizeOf(record);
  let run = found.runs.at(-1);
  // All of a run becomes one batch on the log, and a batch may not be larger than the topic allows.
  if (run === undefined || run.bytes + bytes > facts.maxBytes || run.messages.length >= RUN_RECORDS) {
    found.runs.push((run = { messages: [], bytes: 0, calls: new Set() }));
  }
  run.messages.push({ key, value, headers: { ...headers } });
  run.bytes += bytes;
  run.calls.add(call);
}

function sizeOf({ key, value, headers }: NewRecord): number {
  let bytes = 32 + (key?.length ?? 0) + (value?.length ?? 0);
  for (const name in headers) bytes += name.length + headers[name]!.length + 4;
  return bytes;
}
