import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type {
  Batch,
  Consumer,
  Delivery,
  Headers,
  LogRecord,
  NewRecord,
  SubscribeOptions,
  TopicSpec,
  Transport,
} from '@newsmill/stage';

/** What the suite needs of an adapter: a log of its own, and processes on it. */
export interface World {
  /** A connected transport. Each one stands for a process of its own on the same log. */
  create(): Promise<Transport>;
  /** Begins every topic and group of this run, so that runs on one log do not meet. */
  prefix: string;
  /** Called last; every created transport is closed by then. */
  dispose(): Promise<void>;
  /**
   * Starts a member of a group as a process of its own, which copies a topic to another and says `handling` and `settled`
   * with each batch. Missing where the log lives in one process: nobody else can die there.
   */
  spawnCopier?(options: CopierOptions): ChildProcess;
  /** Makes the log take members that say nothing for dead at once, where it would wait for longer than a case. */
  forgetSleepers?(): Promise<void>;
  /** The log takes seconds to settle things between members (Kafka rebalances): waits last longer. */
  slow?: boolean;
}

export interface CopierOptions {
  topic: string;
  group: string;
  output: string;
  batchSize: number;
  /** How long each batch is held, in milliseconds. */
  delayMs: number;
}

/** Most time one case may take. */
export const CASE_TIMEOUT_MS = 240_000;

export interface ReaderOptions extends Partial<Omit<SubscribeOptions, 'onBatch'>> {
  topic: string;
  /** What the handler does; returns what is to be published. */
  handle?(batch: Batch, delivery: Delivery): Promise<NewRecord[] | void> | NewRecord[] | void;
}

/** A member of a group that writes down what it gets. */
export interface Reader {
  readonly consumer: Consumer;
  readonly group: string;
  /** Batches in the order in which the handler got them. */
  readonly batches: Batch[];
  /** Records in the order in which their batches settled. */
  readonly settled: LogRecord[];
  /** How often `onSettled` was called. */
  readonly settlements: number;
}

/** Topics, groups and transports of the cases. Everything a case opened is closed after it. */
export class Bench {
  private readonly open: Transport[] = [];
  private readonly openWorld: () => Promise<World>;
  private current: World | undefined;
  private names = 0;

  constructor(openWorld: () => Promise<World>) {
    this.openWorld = openWorld;
  }

  get world(): World {
    if (this.current === undefined) throw new Error('The world of the conformance suite did not open');
    return this.current;
  }

  async begin(): Promise<void> {
    this.current = await this.openWorld();
  }

  async clear(): Promise<void> {
    await Promise.all(this.open.splice(0).map((transport) => transport.close()));
  }

  async end(): Promise<void> {
    await this.clear();
    await this.current?.dispose();
  }

  async transport(): Promise<Transport> {
    const transport = await this.world.create();
    this.open.push(transport);
    return transport;
  }

  name(what: string): string {
    this.names += 1;
    return `${this.world.prefix}.${what}-${this.names}.v1`;
  }

  spec(address: string, settings: Partial<TopicSpec> = {}): TopicSpec {
    return { address, partitions: 1, cleanup: 'delete', retentionMs: 86_400_000, maxBytes: 1_000_000, ...settings };
  }

  /** A topic of its own for a case. */
  async topic(transport: Transport, settings: Partial<TopicSpec> = {}): Promise<string> {
    const spec = this.spec(this.name('topic'), settings);
    await transport.applyTopics([spec]);
    return spec.address;
  }

  /** Joins a group. Handled and settled records are written down; the default handler publishes nothing. */
  async reader(transport: Transport, { handle, ...options }: ReaderOptions): Promise<Reader> {
    const batches: Batch[] = [];
    const settled: LogRecord[] = [];
    const group = options.group ?? this.name('group');
    let settlements = 0;
    const consumer = await transport.subscribe({
      batchSize: 100,
      batchBytes: 1_000_000,
      ...options,
      group,
      onBatch: async (batch, delivery) => {
        batches.push(batch);
        const publish = (await handle?.(batch, delivery)) ?? [];
        return {
          publish,
          onSettled: () => {
            settled.push(...batch.records);
            settlements += 1;
          },
        };
      },
    });
    return {
      consumer,
      group,
      batches,
      settled,
      get settlements() {
        return settlements;
      },
    };
  }

  /** Waits for a condition; there is no upper bound on speed here, only an end to the waiting. */
  async until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
    const end = performance.now() + (this.world.slow ? 150_000 : 60_000);
    while (!(await holds())) {
      if (performance.now() > end) throw new Error(`Waited in vain until ${what}`);
      await sleep(20);
    }
  }

  /** Waits until the members hold all partitions, each one once and every member at least one. */
  async untilShared(partitions: number, consumers: readonly Consumer[]): Promise<void> {
    await this.until(`${consumers.length} members share ${partitions} partitions`, () => {
      const held = consumers.flatMap(({ assigned }) => assigned);
      return (
        held.length === partitions &&
        new Set(held).size === partitions &&
        consumers.every(({ assigned, state }) => assigned.length > 0 && state === 'running')
      );
    });
  }
}

/** A record with text in it. */
export function record(topic: string, key: string | null, value: string, headers: Headers = {}): NewRecord {
  return { topic, key: key === null ? null : Buffer.from(key), value: Buffer.from(value), headers };
}

/** `count` records, values `0`, `1`, … spread over `keys` keys in turn. */
export function records(topic: string, count: number, keys = 1, from = 0): NewRecord[] {
  return Array.from({ length: count }, (_, index) => record(topic, `key-${(from + index) % keys}`, `${from + index}`));
}

/** Bytes that no codec makes smaller. */
export function noise(bytes: number): Buffer {
  return randomBytes(bytes);
}

/** The values as text, in the order given. */
export function values(of: readonly { value: Buffer | null }[]): string[] {
  return of.map(({ value }) => (value === null ? '<null>' : value.toString()));
}

/** The values as numbers, in numeric order: what was handled, whatever the order of partitions. */
export function sortedNumbers(of: readonly { value: Buffer | null }[]): number[] {
  return values(of)
    .map(Number)
    .sort((a, b) => a - b);
}

/** 0, 1, … `count` - 1 */
export function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}

/** Values by key, in the order given. */
export function valuesByKey(of: readonly NewRecord[]): Record<string, string[]> {
  const byKey: Record<string, string[]> = {};
  for (const { key, value } of of) (byKey[String(key)] ??= []).push(String(value));
  return byKey;
}

/** Everything on a topic. */
export async function readAll(transport: Transport, topic: string): Promise<LogRecord[]> {
  return collect(transport.read(topic, 'earliest'));
}

/** What an iterable gives until it ends. */
export async function collect<T>(from: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const one of from) all.push(one);
  return all;
}

/** A door that stays shut until it is opened. */
export function gate(): { opened: Promise<void>; open(): void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { opened: promise, open: resolve };
}

/** Settles with the signal's reason when it is aborted; until then it hangs. */
export function hangUntilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason as Error);
    else signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
}
