import {
  articleOutcomes,
  deadLetterAddress,
  deadLetterHeaders,
  type EventOf,
  RECEIPT_HEADER,
  stageOfDeadLetters,
} from '@newsmill/contracts';
import { redriven } from './dead-letter.js';
import {
  type DeadLetter,
  type DeadLetterFilter,
  headerTexts,
  matches,
  type Place,
  placeOf,
} from './dead-letter-filter.js';
import { deterministicId, encodeEvent, header } from './envelope.js';
import { type FaultGroups, groupFaults } from './fault-groups.js';
import { sleep } from './retry.js';
import { SettledLetters } from './settled-letters.js';
import type { Position, Transport } from './transport.js';

export interface SettleOptions {
  /** Deals with none; `onLetter` hears of each that would be dealt with. */
  dryRun?: boolean | undefined;
  /** At most so many a second. */
  rate?: number | undefined;
  /** At most so many. */
  limit?: number | undefined;
  /** Letters that have been re-driven this often are left where they are. Only for a redrive; default 3. */
  maxRedrives?: number | undefined;
  /** Ends after the letters in hand; what has been dealt with stays so. */
  signal?: AbortSignal | undefined;
  onLetter?: ((letter: DeadLetter) => void) | undefined;
}

/** What a redrive or a drop came to. */
export interface Settled {
  /** Dealt with, or with `dryRun` to be dealt with. */
  count: number;
  /** Left where they are: re-driven too often, or without their value. */
  tired: number;
  /** Whether more would have been there: the limit was reached or the signal came. */
  more: boolean;
}

/** A loop ends here: a letter that died again after so many redrives stays until somebody looks at it. */
export const MAX_REDRIVES = 3;

/** Letters dealt with at once, and the bytes of their values unless one alone is larger. */
const SLICE = 100;
const SLICE_BYTES = 8 * 1024 * 1024;

/** The log's clock may be behind the one that told when an event failed. */
const CLOCK_SKEW_MS = 10 * 60_000;

/** The dead letters of a deployment. Reads them one by one: memory does not grow with their number or size. */
export class DeadLetters {
  constructor(
    private readonly transport: Transport,
    private readonly prefix: string,
    private readonly now: () => number = Date.now,
  ) {}

  /** Stages that have a dead-letter topic on the log, whichever service runs them. */
  async stages(): Promise<string[]> {
    const names = (await this.transport.listTopics()).map((address) => stageOfDeadLetters(this.prefix, address));
    return names.filter((name) => name !== undefined);
  }

  /**
   * Those that wait: by stage, and oldest first in each partition. With `after`, those behind that id in this order.
   */
  async *waiting(filter: DeadLetterFilter = {}, after?: string): AsyncGenerator<DeadLetter> {
    const settled = new SettledLetters(this.transport, this.prefix);
    await settled.refresh();
    yield* this.unsettled(settled, filter, after);
  }

  /** The letter of an id, if it waits. */
  async find(id: string): Promise<DeadLetter | undefined> {
    for await (const letter of this.waiting({ ids: [id] })) return letter;
    return undefined;
  }

  /** Those of the ids under which no letter waits. */
  async notWaiting(ids: readonly string[]): Promise<string[]> {
    const missing = new Set(ids);
    for await (const { id } of this.waiting({ ids })) missing.delete(id);
    return [...missing];
  }

  /** Those that wait by fault: what to look at first. */
  groups(filter: DeadLetterFilter = {}): Promise<FaultGroups> {
    return groupFaults(this.waiting(filter));
  }

  /**
   * Sends letters to the topics they came from, one redrive older. Two redrives at once may send a letter twice; what
   * it becomes is recognised as a repeat, as after any crash.
   */
  redrive(filter: DeadLetterFilter, options: SettleOptions = {}): Promise<Settled> {
    return this.settle(filter, options, options.maxRedrives ?? MAX_REDRIVES, async (letters, settled) => {
      // The events first: a crash in between repeats them, the other order could lose them.
      await this.transport.publish(letters.map(({ id, record }) => redriven(id, record)));
      await settled.add(
        letters.map(({ id }) => id),
        'redrive',
      );
      await this.tellRedriven(letters);
    });
  }

  /** Gives letters up for good. Their bytes stay until the topic's retention ends. */
  drop(filter: DeadLetterFilter, options: SettleOptions = {}): Promise<Settled> {
    return this.settle(filter, options, Infinity, (letters, settled) =>
      settled.add(
        letters.map(({ id }) => id),
        'drop',
      ),
    );
  }

  private async settle(
    filter: DeadLetterFilter,
    { dryRun, rate = Infinity, limit = Infinity, signal, onLetter }: SettleOptions,
    maxRedrives: number,
    deal: (letters: readonly DeadLetter[], settled: SettledLetters) => Promise<void>,
  ): Promise<Settled> {
    const sum: Settled = { count: 0, tired: 0, more: false };
    const settled = new SettledLetters(this.transport, this.prefix);
    await settled.refresh();
    const size = Math.min(rate, SLICE);
    let slice: DeadLetter[] = [];
    let bytes = 0;
    const flush = async (): Promise<void> => {
      // Somebody else may have dealt with them meanwhile.
      if (!dryRun) await settled.refresh();
      const letters = slice.filter(({ id }) => !settled.has(id));
      [slice, bytes] = [[], 0];
      if (!dryRun && letters.length > 0) await deal(letters, settled);
      sum.count += letters.length;
      for (const letter of letters) onLetter?.(letter);
    };
    let sliceFrom = this.now();
    for await (const letter of this.unsettled(settled, filter)) {
      const isWhole = letter.why.dead_value_bytes === undefined || maxRedrives === Infinity;
      if (letter.why.dead_redrives >= maxRedrives || !isWhole) {
        sum.tired += 1;
        continue;
      }
      if (sum.count + slice.length >= limit || signal?.aborted) {
        sum.more = true;
        break;
      }
      const full = slice.length >= size || bytes + (letter.record.value?.length ?? 0) > SLICE_BYTES;
      if (full && slice.length > 0) {
        const ms = dryRun ? 0 : (slice.length / rate) * 1000;
        await flush();
        await pause(ms - (this.now() - sliceFrom), signal);
        sliceFrom = this.now();
      }
      slice.push(letter);
      bytes += letter.record.value?.length ?? 0;
    }
    await flush();
    return sum;
  }

  private async *unsettled(
    settled: SettledLetters,
    filter: DeadLetterFilter,
    after?: string,
  ): AsyncGenerator<DeadLetter> {
    const ids = filter.ids && new Set(filter.ids);
    const from = after === undefined ? undefined : placeOf(after);
    for (const stage of await this.stages()) {
      if (filter.stage !== undefined && stage !== filter.stage) continue;
      if (from !== undefined && stage < from.stage) continue;
      const wanted = ids && [...ids].map(placeOf).filter((place) => place?.stage === stage).length;
      if (wanted === 0) continue;
      const position = await this.startOf(stage, filter, from?.stage === stage ? from : undefined);
      let found = 0;
      for await (const record of this.transport.read(deadLetterAddress(this.prefix, stage), position)) {
        const id = `${stage}/${record.partition}/${record.offset}`;
        if (settled.has(id) || (ids && !ids.has(id))) continue;
        const why = deadLetterHeaders.safeParse(headerTexts(record));
        const receiptId = header(record, RECEIPT_HEADER);
        if (why.success && matches(why.data, record, filter)) yield { id, why: why.data, record, receiptId };
        found += 1;
        if (found === wanted) break;
      }
    }
  }

  /** As late as can be: what lies before it need not be read. */
  private async startOf(stage: string, { ids, since }: DeadLetterFilter, after: Place | undefined): Promise<Position> {
    if (ids === undefined && after === undefined) {
      return since === undefined ? 'earliest' : { time: Math.max(0, since - CLOCK_SKEW_MS) };
    }
    const address = deadLetterAddress(this.prefix, stage);
    const offsets: Record<number, bigint> = {};
    // No group of that name commits anything: "committed" is where each partition begins.
    for (const { partition, committed: first, end } of await this.transport.lag(address, `${this.prefix}.nobody`)) {
      offsets[partition] = ids === undefined ? first : end;
      const named = ids?.map(placeOf).filter((place) => place?.stage === stage && place.partition === partition) ?? [];
      for (const place of named) if (place!.offset < offsets[partition]) offsets[partition] = max(first, place!.offset);
      if (after !== undefined && partition < after.partition) offsets[partition] = end;
      if (after?.partition === partition) offsets[partition] = max(offsets[partition], after.offset + 1n);
    }
    return { offsets };
  }

  /** A redrive is a door: the receipts are on their way again. */
  private async tellRedriven(letters: readonly DeadLetter[]): Promise<void> {
    const settled: EventOf<typeof articleOutcomes>['settled'] = letters.flatMap(({ id, why, record, receiptId }) => {
      if (receiptId === undefined) return [];
      const redrives = why.dead_redrives + 1;
      const subject = header(record, 'ce_subject') ?? id;
      return [{ id: subject, receiptId, redrives, outcome: 'received' as const, reason: `re-driven from ${id}` }];
    });
    if (settled.length === 0) return;
    const time = this.now();
    const event = { stage: 'redrive', at: new Date(time).toISOString(), settled };
    const id = deterministicId('redrive', ...letters.map((letter) => letter.id));
    await this.transport.publish([
      encodeEvent(this.prefix, articleOutcomes, event, { id, source: '/newsmill/redrive', time }),
    ]);
  }
}

function max(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}

async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  if (ms > 0) await sleep(ms, signal ?? new AbortController().signal).catch(() => undefined);
}
