import { articleOutcomes, type EventOf, RECEIPT_HEADER, RECEIVED_HEADER } from '@newsmill/contracts';
import { deadLetter } from './dead-letter.js';
import { withDeadline } from './deadline.js';
import { type EventMeta, groupOf, type Outcome, type Stage, type StageHandler } from './define-stage.js';
import { decodeEvent, deterministicId, encodeEvent, header } from './envelope.js';
import { DependencyDown, StageFault, toFault } from './fault.js';
import type { SettledEvent, StageObserver } from './observer.js';
import type { Emission } from './outcome.js';
import { replayOf } from './replay-marker.js';
import { backoff, sleep } from './retry.js';
import { redrivesOf, toldInOutcomes, toSettledEvent } from './settled-event.js';
import type { Slot } from './slot.js';
import type { BatchSpans, StageTracer } from './stage-tracer.js';
import { traceOf } from './trace-context.js';
import type { Batch, BatchHandler, Delivery, LogRecord, NewRecord, Settlement } from './transport.js';

export interface RunnerOptions<S extends Stage> {
  stage: S;
  handler: StageHandler<S>;
  /** Prefix of every topic of this deployment. */
  prefix: string;
  serviceVersion: string;
  observer?: StageObserver;
  /** Default: no spans. A stage that reads the outcomes, which is bookkeeping, has none either. */
  tracer?: StageTracer | undefined;
  /** Recognises a fault of a dependency among thrown things and names it. {@link DependencyDown} always is one. */
  dependencyOf?(thrown: unknown): string | undefined;
  /** Milliseconds since the epoch. Default: the system's clock. */
  now?(): number;
  /** Waits so many milliseconds; rejects with the signal's reason when it is aborted. Default: a timer. */
  sleep?(ms: number, signal: AbortSignal): Promise<void>;
}

/** Longest wait between two looks at a dependency that is down. */
const MAX_PAUSE_MS = 10_000;

/**
 * Runs a stage on batches: decode, handle with bounded retry, and give back what is to be published before the commit
 * (outputs in the order of their inputs, dead letters, one outcome event).
 *
 * A batch that fails twice is split in halves until the poison event stands alone; it is tried `policy.attempts` times
 * and then dies, its neighbours go on. For how long it delays its partition at most is told by {@link poisonBound}. While
 * a dependency is down the runner waits, without counting tries.
 */
export function createRunner<S extends Stage>(options: RunnerOptions<S>): BatchHandler {
  return (batch, delivery) => new BatchRun(options, batch, delivery).run();
}

class BatchRun<S extends Stage> {
  private readonly now: () => number;
  private readonly sleep: NonNullable<RunnerOptions<S>['sleep']>;
  /** Not of the wall clock, which may jump. */
  private readonly startedAt = performance.now();
  private readonly spans: BatchSpans | undefined;
  private readonly slots: Slot<S>[];

  constructor(
    private readonly options: RunnerOptions<S>,
    private readonly batch: Batch,
    private readonly delivery: Delivery,
  ) {
    this.now = options.now ?? Date.now;
    this.sleep = options.sleep ?? sleep;
    const { stage, prefix, tracer } = options;
    this.spans = stage.reports ? tracer?.begin(stage, groupOf(prefix, stage), batch) : undefined;
    this.slots = batch.records.map((record, place) => this.decode(record, place));
  }

  async run(): Promise<Settlement> {
    const { stage, observer } = this.options;
    const open = this.slots.filter(({ verdict }) => verdict === undefined);
    try {
      await this.within(this.slots, () => this.settle(open));
    } catch (thrown) {
      this.spans?.handBack();
      throw thrown;
    }
    const settled = this.slots.map(toSettledEvent);
    this.spans?.end(settled);
    const publish = this.slots.flatMap((slot) => this.recordsOf(slot));
    if (stage.reports) publish.push(this.outcomeRecord(settled));
    return {
      publish,
      onSettled: () => observer?.settled?.(stage, settled, (performance.now() - this.startedAt) / 1000),
    };
  }

  private within<T>(slots: readonly Slot<S>[], work: () => T): T {
    if (this.spans === undefined) return work();
    return this.spans.within(
      slots.map(({ place }) => place),
      work,
    );
  }

  private decode(record: LogRecord, place: number): Slot<S> {
    const { stage } = this.options;
    const { topic, partition, offset, timestamp, headers } = record;
    const replay = replayOf(record);
    const trace = this.spans === undefined ? traceOf(record) : this.spans.contexts[place];
    const meta: EventMeta = {
      id: header(record, 'ce_id') ?? `${topic}/${partition}/${offset}`,
      source: header(record, 'ce_source') ?? topic,
      topic,
      partition,
      offset,
      timestamp,
      headers,
      ...(replay !== undefined && { replay }),
      ...(trace !== undefined && { trace }),
    };
    // Of an event that cannot be read the headers still tell whose it is.
    const subject = { id: header(record, 'ce_subject') ?? meta.id, receiptId: header(record, RECEIPT_HEADER) };
    const slot: Slot<S> = { place, record, meta, subject, failures: 0, firstFailedAt: 0 };
    try {
      slot.event = decodeEvent(stage.reads, record) as EventOf<S['reads']>;
      slot.subject = stage.reads.subject(slot.event);
    } catch (error) {
      this.die(slot, toFault(error));
    }
    return slot;
  }

  /** Gives every slot its verdict. */
  private async settle(slots: Slot<S>[]): Promise<void> {
    const { policy } = this.options.stage;
    // A fault that the handler returned for this event counts as a try of the event alone; one that it threw does not.
    const aloneFrom = slots.length === 1 ? slots[0]!.failures - (slots[0]!.lastFault === undefined ? 0 : 1) : 0;
    for (let calls = 1; slots.length > 0; calls += 1) {
      const fault = await this.within(slots, () => this.call(slots));
      if (fault === undefined) return this.settleFailed(slots);
      if (slots.length > 1) {
        // A call that took all its time is not repeated as a whole.
        if (calls < 2 && fault.retry && fault.errorClass !== 'timeout') {
          await this.wait(fault, slots, 1);
          continue;
        }
        const middle = Math.ceil(slots.length / 2);
        await this.settle(slots.slice(0, middle));
        return this.settle(slots.slice(middle));
      }
      const [slot] = slots as [Slot<S>];
      const alone = slot.failures - aloneFrom;
      if (!fault.retry || alone >= policy.attempts) {
        this.die(slot, fault);
        return;
      }
      await this.wait(fault, slots, alone);
    }
  }

  /** Events for which the handler itself returned a fault, their first try alone, are tried again alone, in order. */
  private async settleFailed(slots: Slot<S>[]): Promise<void> {
    const failed = slots.filter(({ verdict }) => verdict === undefined);
    if (failed.length === 0) return;
    if (this.options.stage.policy.attempts === 1) {
      for (const slot of failed) this.die(slot, slot.lastFault!);
      return;
    }
    await this.wait(failed[0]!.lastFault!, failed, 1);
    for (const slot of failed) await this.settle([slot]);
  }

  /**
   * One call of the handler. Gives verdicts to the slots it settles; returns the fault when the call as a whole, or the
   * only event in it, failed.
   */
  private async call(slots: Slot<S>[]): Promise<StageFault | undefined> {
    try {
      const outcomes = await this.handle(slots);
      if (outcomes.length !== slots.length) {
        throw new StageFault('handler', `handler returned ${outcomes.length} outcomes for ${slots.length} events`);
      }
      let last: StageFault | undefined;
      outcomes.forEach((outcome, index) => {
        last = this.judge(slots[index]!, outcome) ?? last;
      });
      return slots.length === 1 ? last : undefined;
    } catch (thrown) {
      this.delivery.signal.throwIfAborted();
      const fault = toFault(thrown);
      for (const slot of slots) this.countFailure(slot);
      return fault;
    }
  }

  /** Calls the handler; a dependency that is down is waited for here. */
  private async handle(slots: Slot<S>[]): Promise<Outcome<S>[]> {
    const { stage, observer } = this.options;
    let pauses = 0;
    try {
      for (;;) {
        try {
          return await this.callHandler(slots);
        } catch (thrown) {
          this.delivery.signal.throwIfAborted();
          const dependency = thrown instanceof DependencyDown ? thrown.dependency : this.options.dependencyOf?.(thrown);
          if (dependency === undefined) throw thrown;
          pauses += 1;
          if (pauses === 1) observer?.paused?.(stage, dependency, toFault(thrown).message);
          await this.sleep(backoff(pauses, stage.policy.firstDelayMs, MAX_PAUSE_MS), this.delivery.signal);
        }
      }
    } finally {
      if (pauses > 0) observer?.resumed?.(stage);
    }
  }

  private async callHandler(slots: Slot<S>[]): Promise<Outcome<S>[]> {
    const { stage, handler } = this.options;
    const events = slots.map(({ event }) => event as EventOf<S['reads']>);
    const signal = AbortSignal.any([this.delivery.signal, AbortSignal.timeout(stage.policy.timeoutMs)]);
    return withDeadline(
      Promise.resolve(handler(events, { metas: slots.map(({ meta }) => meta), signal })),
      signal,
      () =>
        this.delivery.signal.aborted
          ? this.delivery.signal.reason
          : new StageFault('timeout', `handler took longer than ${stage.policy.timeoutMs} ms`),
    );
  }

  /** The verdict of one outcome; a fault when the event is to be tried again. */
  private judge(slot: Slot<S>, outcome: Outcome<S>): StageFault | undefined {
    if (Array.isArray(outcome) || 'topic' in outcome) {
      this.judgeEmissions(slot, (Array.isArray(outcome) ? outcome : [outcome]) as Emission[]);
      return;
    }
    const single = outcome as Exclude<Outcome<S>, readonly unknown[] | Emission>;
    if (single.kind === 'fail') {
      this.countFailure(slot);
      slot.lastFault = single.fault;
      if (!single.fault.retry) this.die(slot, single.fault);
      return single.fault;
    }
    if (single.kind === 'done') slot.verdict = { outcome: 'done', reason: single.result, articleId: single.articleId };
    if (single.kind === 'skip') slot.verdict = { outcome: 'skipped', reason: single.reason };
    if (single.kind === 'defer') slot.verdict = { outcome: 'deferred', reason: single.reason };
    if (single.kind === 'reject') {
      const { reason, reasonClass } = single;
      slot.verdict = { outcome: 'rejected', reason, reasonClass };
    }
    return undefined;
  }

  private judgeEmissions(slot: Slot<S>, emissions: readonly Emission[]): undefined {
    if (emissions.length === 0) {
      slot.verdict = { outcome: 'skipped', reason: 'nothing to write' };
      return;
    }
    try {
      const records = emissions.map((emission, index) => this.encode(slot, emission, index));
      const articleId = emissions.map(({ topic, event }) => topic.subject(event).articleId).find(Boolean);
      slot.verdict = { outcome: 'emitted', records, articleId };
    } catch (error) {
      const fault = toFault(error);
      if (fault.errorClass === 'too-large')
        slot.verdict = { outcome: 'rejected', reason: fault.message, reasonClass: 'too-large' };
      else {
        this.countFailure(slot);
        this.die(slot, fault);
      }
    }
  }

  private encode(slot: Slot<S>, { topic, event }: Emission, index: number): NewRecord {
    const { prefix, stage } = this.options;
    if (!stage.writes.some(({ name }) => name === topic.name)) {
      throw new StageFault('invalid-output', `stage ${stage.name} does not declare ${topic.name} in "writes"`);
    }
    const { source, id, replay, trace } = slot.meta;
    return encodeEvent(prefix, topic, event, {
      // A replay gives something else of the same input: a consumer that drops duplicates must not drop it.
      id: deterministicId(stage.name, source, id, topic.name, String(index), ...(replay === undefined ? [] : [replay])),
      source: sourceOf(stage),
      time: this.now(),
      trace,
      receivedAt: header(slot.record, RECEIVED_HEADER),
      redrives: redrivesOf(slot.record),
      replay,
    });
  }

  private countFailure(slot: Slot<S>): void {
    slot.failures += 1;
    slot.firstFailedAt ||= this.now();
  }

  private die(slot: Slot<S>, fault: StageFault): void {
    const lastFailedAt = this.now();
    slot.verdict = {
      outcome: 'dead',
      death: {
        fault,
        attempts: Math.max(1, slot.failures),
        firstFailedAt: slot.firstFailedAt || lastFailedAt,
        lastFailedAt,
      },
    };
  }

  private async wait(fault: StageFault, slots: readonly Slot<S>[], attempt: number): Promise<void> {
    const { stage, observer } = this.options;
    const delayMs = backoff(attempt, stage.policy.firstDelayMs, stage.policy.maxDelayMs);
    this.spans?.retrying(
      slots.map(({ place }) => place),
      fault.errorClass,
    );
    observer?.retrying?.(stage, fault.errorClass, fault.message, slots.length, delayMs);
    await this.sleep(delayMs, this.delivery.signal);
  }

  private recordsOf({ record, verdict }: Slot<S>): NewRecord[] {
    if (verdict?.outcome === 'emitted') return verdict.records;
    if (verdict?.outcome !== 'dead') return [];
    const { prefix, stage, serviceVersion } = this.options;
    return [deadLetter({ prefix, group: groupOf(prefix, stage), serviceVersion }, stage, record, verdict.death)];
  }

  private outcomeRecord(settled: SettledEvent[]): NewRecord {
    const { prefix, stage } = this.options;
    const { topic, partition } = this.batch;
    const first = this.batch.records[0]!.offset;
    const last = this.batch.records.at(-1)!.offset;
    const replay = replayOf(this.batch.records[0]!);
    const place = [topic, String(partition), String(first), String(last), ...(replay === undefined ? [] : [replay])];
    return encodeEvent(
      prefix,
      articleOutcomes,
      {
        stage: stage.name,
        at: new Date(this.now()).toISOString(),
        topic,
        partition,
        settled: settled.map((event, index) => {
          const { offset, replay: cameThrough } = this.slots[index]!.meta;
          return {
            ...toldInOutcomes(event),
            offset: String(offset),
            ...(cameThrough !== undefined && { replay: cameThrough }),
          };
        }),
      },
      {
        id: deterministicId(stage.name, 'outcome', ...place),
        source: sourceOf(stage),
        time: this.now(),
      },
    );
  }
}

/** CloudEvents `source` of a stage. */
function sourceOf(stage: Pick<Stage, 'name'>): string {
  return `/newsmill/${stage.name}`;
}
