import { type EventOf, replayStarted, topicAddress } from '@newsmill/contracts';
import { groupOf, type Stage, type StageHandler } from './define-stage.js';
import { decodeEvent, deterministicId, encodeEvent } from './envelope.js';
import { createRateLimit } from './rate-limit.js';
import { markReplayed } from './replay-marker.js';
import { ReplayProgress, type ReplayReport, type ReplaySpan } from './replay-progress.js';
import { createRunner } from './runner.js';
import type { BatchHandler, Delivery, LogRecord, NewRecord, Position, Transport } from './transport.js';

/** Where a replay begins or ends: a time, an offset of every partition, or offsets of the only partitions it is about. */
export type ReplayPoint = 'earliest' | { time: number } | { offset: bigint } | { offsets: Record<number, bigint> };

/** A replay as it stands on the log. */
export interface ReplayPlan {
  replayId: string;
  stage: string;
  spans: ReplaySpan[];
  only: string[];
}

export interface ReplayRange {
  from: ReplayPoint;
  /** Not included. Default: the end of the log as it stands now. */
  to?: ReplayPoint;
  only?: readonly string[];
}

export interface ReplayRun<S extends Stage> {
  transport: Transport;
  prefix: string;
  plan: ReplayPlan;
  stage: S;
  handler: StageHandler<S>;
  serviceVersion: string;
  /** Which events are run again. Default: all that can be read. */
  selects?(event: EventOf<S['reads']>): boolean;
  /** Most events a second. Default: as fast as it goes. */
  rate?: number;
  /** Ends the run after the batch in hand; another run of the plan goes on from there. */
  signal?: AbortSignal;
  dependencyOf?(thrown: unknown): string | undefined;
  onProgress?(report: ReplayReport): void;
}

/** How often the log is asked where the replay stands: other processes may work on it too. */
const LOOK_MS = 1_000;

/** The consumer group of a replay: its own, so that the position of live traffic is never moved. */
export function replayGroupOf(prefix: string, plan: Pick<ReplayPlan, 'stage' | 'replayId'>): string {
  return `${groupOf(prefix, { name: plan.stage })}.replay.${plan.replayId}`;
}

/** Sorts by time, to the second; the random end keeps apart what starts in the same one. */
export function newReplayId(now: Date, random: string): string {
  return `${now.toISOString().slice(0, 19).replace(/[-:]/g, '')}Z-${random}`;
}

/** This machine's clock is behind that of an earlier replay: what this one made would count as older, and change nothing. */
export class ReplayClockBehind extends Error {
  override readonly name = 'ReplayClockBehind';
}

/**
 * An id that sorts above every replay before.
 * @throws ReplayClockBehind
 */
export async function nextReplayId(transport: Transport, prefix: string, now: Date, random: string): Promise<string> {
  const own = newReplayId(now, random);
  for await (const record of transport.read(topicAddress(prefix, replayStarted), 'earliest')) {
    const { replayId } = decodeEvent(replayStarted, record);
    if (timeOf(replayId) <= timeOf(own)) continue;
    throw new ReplayClockBehind(
      `the clock of this machine says ${now.toISOString()}, and replay ${replayId} began after that: set the clock right, ` +
        'as what an older replay makes does not replace what a newer one made',
    );
  }
  return own;
}

function timeOf(replayId: string): string {
  return replayId.split('-', 1)[0]!;
}

/** Puts a replay on the log, ready to be run. */
export async function planReplay(
  transport: Transport,
  prefix: string,
  stage: Stage,
  replayId: string,
  { from, to, only = [] }: ReplayRange,
): Promise<ReplayPlan> {
  const topic = topicAddress(prefix, stage.reads);
  const group = replayGroupOf(prefix, { stage: stage.name, replayId });
  const offsetsAt = async (point: Position): Promise<Map<number, bigint>> => {
    await transport.seek(topic, group, point);
    return new Map((await transport.lag(topic, group)).map(({ partition, committed }) => [partition, committed]));
  };
  const partitions = (await transport.lag(topic, group)).map(({ partition }) => partition);
  const ends = await offsetsAt('latest');
  const untils = to === undefined ? ends : await offsetsAt(toPosition(to, partitions, ends));
  const starts = await offsetsAt(toPosition(from, partitions, ends));
  const spans = partitions.map((partition) => {
    const [first, until] = [starts.get(partition)!, untils.get(partition)!];
    return { partition, from: first, until: until > first ? until : first };
  });
  const plan: ReplayPlan = { replayId, stage: stage.name, spans, only: [...only] };
  await transport.publish([toRecord(prefix, plan)]);
  return plan;
}

/** The replay with this id, if the log still has it. */
export async function findReplay(
  transport: Transport,
  prefix: string,
  replayId: string,
): Promise<ReplayPlan | undefined> {
  for await (const record of transport.read(topicAddress(prefix, replayStarted), 'earliest')) {
    const { spans, ...event } = decodeEvent(replayStarted, record);
    if (event.replayId !== replayId) continue;
    return {
      ...event,
      spans: spans.map(({ partition, from, until }) => ({ partition, from: BigInt(from), until: BigInt(until) })),
    };
  }
  return undefined;
}

/** How many events a replay would run again. Reads all of them; leaves nothing behind. */
export async function countReplay<S extends Stage>(
  transport: Transport,
  prefix: string,
  stage: S,
  { from, to }: ReplayRange,
  selects: (event: EventOf<S['reads']>) => boolean = () => true,
): Promise<{ read: number; selected: number; unreadable: number }> {
  const topic = topicAddress(prefix, stage.reads);
  const found = { read: 0, selected: 0, unreadable: 0 };
  const partitions = (await transport.lag(topic, groupOf(prefix, stage))).map(({ partition }) => partition);
  for await (const record of transport.read(topic, toPosition(from, partitions))) {
    if (!isWithin(record, from, to)) continue;
    found.read += 1;
    const event = readable(stage, record);
    if (event === undefined) found.unreadable += 1;
    else if (selects(event)) found.selected += 1;
  }
  return found;
}

/**
 * Runs a planned replay, from its beginning or from where a run before ended, to its end. Handles what it selects as the
 * stage would, marked as replayed; leaves aside what cannot be read, since it died when it was new.
 *
 * Outputs and position are settled as for live traffic: killed at any moment, another run goes on. Several processes may
 * run the same plan at once and share its partitions.
 * @returns what this run did; `finished` is false when it was ended by the signal.
 */
export async function runReplay<S extends Stage>(run: ReplayRun<S>): Promise<ReplayReport> {
  const { transport, prefix, plan, stage, rate = Infinity, signal = new AbortController().signal } = run;
  const topic = topicAddress(prefix, stage.reads);
  const group = replayGroupOf(prefix, plan);
  const progress = new ReplayProgress(plan.spans, await transport.lag(topic, group));
  run.onProgress?.(progress.report());
  if (progress.finished) return progress.report();
  const consumer = await transport.subscribe({
    topic,
    group,
    // A batch is settled whole: a slow replay has small ones, so that it stops soon and repeats little.
    batchSize: Math.max(1, Math.min(stage.policy.batchSize, Math.floor(rate))),
    batchBytes: stage.policy.batchBytes,
    onBatch: replayBatch(run, progress),
  });
  try {
    while (!progress.finished && !signal.aborted) {
      if (consumer.state === 'failed') throw new Error(`replay ${plan.replayId}: the log can no longer be consumed`);
      const moved = await progress.changed(LOOK_MS, signal);
      if (!moved) progress.look(await transport.lag(topic, group));
      run.onProgress?.(progress.report());
    }
  } finally {
    await consumer.stop();
  }
  return progress.report();
}

function replayBatch<S extends Stage>(run: ReplayRun<S>, progress: ReplayProgress): BatchHandler {
  const { stage, plan, selects = () => true, rate = Infinity } = run;
  const allow = createRateLimit(rate);
  const handle = createRunner({
    stage,
    handler: run.handler,
    prefix: run.prefix,
    serviceVersion: run.serviceVersion,
    ...(run.dependencyOf && { dependencyOf: run.dependencyOf }),
    observer: { settled: (_, events) => progress.settled(events) },
  });
  return async (batch, delivery: Delivery) => {
    const last = batch.records.at(-1)!.offset;
    const within = batch.records.filter((record) => progress.isWithin(record));
    const selected: LogRecord[] = [];
    let unreadable = 0;
    for (const record of within) {
      const event = readable(stage, record);
      if (event === undefined) unreadable += 1;
      else if (selects(event)) selected.push(markReplayed(record, stage.reads.name, plan.replayId));
    }
    const leave = (): void => progress.moved(batch.partition, last + 1n, unreadable);
    if (selected.length === 0) return { publish: [], onSettled: leave };
    // Whoever ends the run does not wait for the turn of what is in hand: it is handed back.
    await allow(selected.length, run.signal ? AbortSignal.any([delivery.signal, run.signal]) : delivery.signal);
    const settlement = await handle({ ...batch, records: selected }, delivery);
    return {
      publish: settlement.publish,
      onSettled: () => {
        settlement.onSettled?.();
        leave();
      },
    };
  };
}

function readable<S extends Stage>(stage: S, record: LogRecord): EventOf<S['reads']> | undefined {
  try {
    return decodeEvent(stage.reads, record) as EventOf<S['reads']>;
  } catch {
    return undefined;
  }
}

/** Partitions that are not named start at the log's end: nothing of them is run again. */
function toPosition(point: ReplayPoint, partitions: readonly number[], ends?: ReadonlyMap<number, bigint>): Position {
  if (point === 'earliest' || 'time' in point) return point;
  const offsetOf = (partition: number): bigint =>
    'offset' in point ? point.offset : (point.offsets[partition] ?? ends?.get(partition) ?? 0n);
  return { offsets: Object.fromEntries(partitions.map((partition) => [partition, offsetOf(partition)])) };
}

function isWithin(record: LogRecord, from: ReplayPoint, to: ReplayPoint | undefined): boolean {
  if (typeof from === 'object' && 'offsets' in from && from.offsets[record.partition] === undefined) return false;
  if (to === undefined) return true;
  if (to === 'earliest') return false;
  if ('time' in to) return record.timestamp < to.time;
  const until = 'offset' in to ? to.offset : to.offsets[record.partition];
  return until === undefined || record.offset < until;
}

function toRecord(prefix: string, { spans, ...plan }: ReplayPlan): NewRecord {
  const event = {
    ...plan,
    spans: spans.map(({ partition, from, until }) => ({ partition, from: String(from), until: String(until) })),
  };
  return encodeEvent(prefix, replayStarted, event, {
    id: deterministicId('replay', plan.replayId),
    source: '/newsmill/replay',
    time: Date.now(),
  });
}
