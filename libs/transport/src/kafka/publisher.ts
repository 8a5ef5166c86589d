import { setImmediate as endOfTurn, setTimeout as sleep } from 'node:timers/promises';
import { backoff, type NewRecord } from '@newsmill/stage';
import { isRefused } from '../connection-fault.js';
import { type Explain, LogUnavailable } from '../log-unavailable.js';
import type { Log } from './client.js';
import { isPoisoned, isTransient } from './faults.js';
import { addToRuns, publishFault, type Run, sizeOf } from './runs.js';
import { type Sender, UnknownPartition } from './sender.js';
import type { TopicFacts } from './topic-catalog.js';
import { checkRecord } from '../topic-errors.js';

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
  /** What to do about a connection that is refused. */
  explain?: Explain | undefined;
  log: Log;
}

/** Calls are joined up to this many bytes and records; a single larger call goes alone. */
const JOIN_BYTES = 8 * 1024 * 1024;
const JOIN_RECORDS = 5_000;
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

type CallRun = Run<Call>;

/** Publishes flush after flush: calls that come while others are under way are joined and go together. */
export class Publisher {
  private readonly waiting: Call[] = [];
  private sender: Promise<OpenSender> | undefined;
  private working: Promise<void> | undefined;
  private closed = false;
  /** Aborted when nothing is tried any longer. */
  private readonly ending = new AbortController();

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

  /** Lets what was published go out for so long, then closes; what has not gone out by then rejects. */
  async close(graceMs: number): Promise<void> {
    this.closed = true;
    const timer = setTimeout(() => this.ending.abort(), graceMs);
    await this.working;
    clearTimeout(timer);
    this.discard(this.sender);
  }

  private async work(): Promise<void> {
    // Calls made in the same turn of the event loop belong together.
    await endOfTurn();
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
    const deadline = performance.now() + this.options.timeoutMs;
    const known = new Map<string, Promise<TopicFacts>>();
    const partitions = new Map<string, CallRun[]>();
    for (const call of calls) {
      try {
        const facts = await this.admit(call, known, deadline);
        for (const record of call.records) addToRuns(partitions, record, facts.get(record.topic)!, call);
      } catch (error) {
        call.fault = error as Error;
      }
    }
    for (let rest = [...partitions.values()]; rest.length > 0; rest = rest.filter((runs) => runs.length > 0)) {
      const heads = rest.map(([run]) => run!);
      const faults = await this.sendRuns(heads, deadline);
      for (const runs of rest) {
        const fault = faults.get(runs.shift()!);
        if (fault === undefined) continue;
        // What follows a failed record in its partition must not overtake it.
        for (const run of runs.splice(0)) faults.set(run, fault);
      }
      for (const [{ owners: failed }, fault] of faults) for (const call of failed) call.fault ??= fault;
    }
    for (const call of calls) {
      if (call.fault === undefined) call.resolve();
      else call.reject(call.fault);
    }
  }

  /** The facts of the call's topics; rejects when a topic is missing or refuses a record. */
  private async admit(
    call: Call,
    known: Map<string, Promise<TopicFacts>>,
    deadline: number,
  ): Promise<Map<string, TopicFacts>> {
    const facts = new Map<string, TopicFacts>();
    for (const record of call.records) {
      const { topic } = record;
      if (!facts.has(topic)) {
        const look = () => this.inTime(deadline, () => this.options.facts(topic));
        if (!known.has(topic)) known.set(topic, this.untilAnswered(deadline, look));
        facts.set(topic, await known.get(topic)!);
      }
      checkRecord(record, { address: topic, ...facts.get(topic)! });
    }
    return facts;
  }

  /** Sends runs of different partitions together. Gives the faults of those that could not be sent. */
  private async sendRuns(runs: CallRun[], deadline: number): Promise<Map<CallRun, Error>> {
    const faults = new Map<CallRun, Error>();
    let open = runs;
    try {
      await this.untilAnswered(deadline, async () => {
        const found = await this.sendOnce(open, deadline);
        open.forEach((run, index) => {
          if (found[index] === undefined) faults.delete(run);
          else faults.set(run, found[index]);
        });
        open = open.filter((run) => faults.has(run) && mayPass(faults.get(run)));
        const [first] = open;
        if (first !== undefined) throw faults.get(first)!;
      });
    } catch (error) {
      for (const run of open) {
        const cause = error instanceof LogUnavailable ? faults.get(run) : undefined;
        faults.set(run, cause === undefined ? (error as Error) : this.unavailable(cause));
      }
    }
    // Some of it may be on the log: the next batch, under its sequence number, would be taken for it.
    if (faults.size > 0) this.discard(this.sender);
    for (const [run, fault] of faults) {
      const told = isRefused(fault) ? this.unavailable(fault) : fault;
      faults.set(run, publishFault(run.topic, told, this.options.forget));
    }
    return faults;
  }

  private async sendOnce(runs: CallRun[], deadline: number): Promise<(Error | undefined)[]> {
    const sender = this.current();
    try {
      const faults = await this.inTime(deadline, async () => (await sender).send(runs));
      const spent = faults.find((fault) => isPoisoned(fault) || fault instanceof UnknownPartition);
      if (spent !== undefined) this.replace(sender, spent);
      return faults;
    } catch (error) {
      if (error instanceof TimedOut) this.replace(sender, error);
      throw error;
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
        const again = mayPass(error);
        const delayMs = backoff(attempts, FIRST_DELAY_MS, MAX_DELAY_MS);
        if (error instanceof TimedOut || (again && performance.now() + delayMs >= deadline)) {
          throw error instanceof LogUnavailable ? error : this.unavailable(cause ?? error);
        }
        if (!again) throw error;
        if (attempts === TOLD_AFTER) {
          this.options.log('warn', `publishing waits for ${this.options.logName}: ${(error as Error).message}`);
        }
        await sleep(delayMs, undefined, { signal: this.ending.signal }).catch(() => undefined);
      }
    }
  }

  /** Rejects with {@link TimedOut} at the deadline, or when nothing is tried any longer. */
  private async inTime<T>(deadline: number, work: () => Promise<T>): Promise<T> {
    const { signal } = this.ending;
    const timer = Promise.withResolvers<never>();
    const giveUp = () => timer.reject(new TimedOut('no answer'));
    const timeout = setTimeout(giveUp, Math.max(0, deadline - performance.now()));
    signal.addEventListener('abort', giveUp, { once: true });
    if (signal.aborted) giveUp();
    try {
      return await Promise.race([timer.promise, work()]);
    } finally {
      clearTimeout(timeout);
      signal.removeEventListener('abort', giveUp);
    }
  }

  private unavailable(cause: unknown): LogUnavailable {
    if (cause instanceof LogUnavailable) return cause;
    const { logName, explain } = this.options;
    return new LogUnavailable(`publish: ${logName}`, { cause, explain });
  }

  private current(): Promise<OpenSender> {
    if (this.sender === undefined) {
      const opening = this.options.open();
      this.sender = opening;
      opening.catch(() => this.discard(opening));
    }
    return this.sender;
  }

  private replace(sender: Promise<OpenSender>, fault: Error): void {
    this.options.log('warn', `replacing the producer: ${fault.message}`);
    this.discard(sender);
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

/** Whether it can work later, with another producer if need be. */
function mayPass(fault: unknown): boolean {
  const ofProducer = isPoisoned(fault) || fault instanceof UnknownPartition;
  return ofProducer || isTransient(fault) || (fault instanceof LogUnavailable && !fault.isRefusal);
}
