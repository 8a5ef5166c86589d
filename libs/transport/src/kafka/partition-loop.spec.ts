import { describe, expect, it } from '@jest/globals';
import type { Batch, Delivery, LogRecord, NewRecord, Settlement } from '@newsmill/stage';
import { ByteBudget } from './byte-budget.js';
import { OutcomeUnknown } from './faults.js';
import type { Lane } from './lane.js';
import { PartitionLoop, type PartitionLoopOptions } from './partition-loop.js';

const record = (offset: number, bytes = 1): LogRecord => ({
  topic: 't',
  partition: 0,
  key: null,
  value: Buffer.alloc(bytes),
  headers: {},
  offset: BigInt(offset),
  timestamp: 0,
});
const records = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => record(from + index));

/** A way out that is open at once, and knows of nothing before. */
const lane = (own: Partial<Lane>): Lane => ({
  open: async () => -1n,
  settle: async () => undefined,
  ...own,
});

/** A loop with a handler that notes batches and a lane that notes commits. */
function bench(options: Partial<PartitionLoopOptions> = {}) {
  const batches: number[][] = [];
  const commits: number[] = [];
  const settled: number[] = [];
  const loop = new PartitionLoop({
    topic: 't',
    partition: 0,
    batchSize: 3,
    batchBytes: 1_000,
    log: () => undefined,
    budget: new ByteBudget(1_000_000),
    lane: lane({ settle: async (_, next) => void commits.push(Number(next)) }),
    ...options,
    onBatch: async (batch, delivery): Promise<Settlement> => {
      const offsets = batch.records.map(({ offset }) => Number(offset));
      batches.push(offsets);
      const settlement = await options.onBatch?.(batch, delivery);
      return { publish: settlement?.publish ?? [], onSettled: () => settled.push(...offsets) };
    },
  });
  return { loop, batches, commits, settled };
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise(setImmediate);
}

describe('PartitionLoop', () => {
  it('waits for room for the bytes of its batch beside those of other partitions', async () => {
    const budget = new ByteBudget(1_000);
    const others = await budget.take(600, new AbortController().signal);
    const { loop, batches, commits } = bench({ budget });
    loop.offer([record(0, 300)], 1n);
    await until(() => commits.length === 1);
    loop.offer([record(1, 700)], 2n);
    await new Promise(setImmediate);
    expect(batches).toEqual([[0]]);
    others();
    await until(() => commits.length === 2);
    expect(batches).toEqual([[0], [1]]);
  });

  it('hands back a batch that waits for room when it is drained', async () => {
    const budget = new ByteBudget(1_000);
    await budget.take(1_000, new AbortController().signal);
    const { loop, batches } = bench({ budget });
    loop.offer(records(0, 1), 1n);
    await loop.drain();
    expect(batches).toEqual([]);
  });

  it('cuts batches by number and bytes, and commits up to the next record or the end of what was fetched', async () => {
    const { loop, batches, commits } = bench();
    loop.offer([...records(0, 4), record(6, 900), record(7, 900), record(9, 2_000)], 12n);
    await until(() => commits.length === 4);
    expect(batches).toEqual([[0, 1, 2], [3, 6], [7], [9]]);
    expect(commits).toEqual([3, 7, 9, 12]);
  });

  it('leaves out what is given again while a batch is in hand, and believes the log when it is idle', async () => {
    const gate = Promise.withResolvers<void>();
    const { loop, batches, settled } = bench({
      onBatch: async () => {
        await gate.promise;
        return { publish: [] };
      },
    });
    loop.offer(records(0, 5), 5n);
    loop.offer(records(0, 7), 7n);
    gate.resolve();
    await until(() => settled.length === 7);
    loop.offer(records(2, 4), 4n);
    await until(() => settled.length === 9);
    expect(batches).toEqual([[0, 1, 2], [3, 4, 5], [6], [2, 3]]);
  });

  it('gives a batch again when the handler or the lane fails, before anything behind it', async () => {
    const faults = ['handler', undefined, undefined];
    const refusals = ['lane', undefined, undefined];
    const seen: NewRecord[][] = [];
    const { loop, batches, settled } = bench({
      lane: lane({
        settle: async (outputs) => {
          seen.push([...outputs]);
          if (refusals.shift() !== undefined) throw new Error('not published');
        },
      }),
      onBatch: async () => {
        if (faults.shift() !== undefined) throw new Error('not handled');
        return { publish: [record(0)] };
      },
    });
    loop.offer(records(0, 4), 4n);
    await until(() => settled.length === 4);
    expect(batches).toEqual([[0, 1, 2], [0, 1, 2], [0, 1, 2], [3]]);
    expect(seen).toHaveLength(3);
  });

  it('opens the lane first and after each failure of it, and leaves out what is done by then', async () => {
    const floors = [2n, 4n, 7n];
    const refusals: (Error | undefined)[] = [new Error('fenced'), undefined];
    const { loop, batches, settled } = bench({
      batchSize: 5,
      lane: lane({
        open: async () => floors.shift()!,
        settle: async () => {
          const refusal = refusals.shift();
          if (refusal !== undefined) throw refusal;
        },
      }),
    });
    loop.offer(records(0, 5), 5n);
    await until(() => settled.length === 1);
    expect({ batches, settled }).toEqual({ batches: [[2, 3, 4], [4]], settled: [4] });
    // After a rebalance the log gives again what was committed just now.
    loop.offer(records(3, 8), 8n);
    await until(() => settled.length === 2);
    expect(batches.at(-1)).toEqual([7]);
    expect(floors).toEqual([]);
  });

  it('tells of a batch whose commit went through though nobody heard of it, once', async () => {
    const floors = [-1n, 3n];
    const { loop, batches, settled } = bench({
      lane: lane({
        open: async () => floors.shift()!,
        settle: async () => {
          throw new OutcomeUnknown('cut');
        },
      }),
    });
    loop.offer(records(0, 3), 3n);
    await until(() => settled.length > 0);
    expect({ batches, settled }).toEqual({ batches: [[0, 1, 2]], settled: [0, 1, 2] });
  });

  it('tells of it also when the log is still away at the first question', async () => {
    const answers = [async () => -1n, () => Promise.reject(new Error('away')), async () => 3n];
    const { loop, batches, settled } = bench({
      lane: lane({
        open: () => answers.shift()!(),
        settle: async () => {
          throw new OutcomeUnknown('cut');
        },
      }),
    });
    loop.offer(records(0, 3), 3n);
    await until(() => settled.length > 0);
    expect({ batches, settled }).toEqual({ batches: [[0, 1, 2]], settled: [0, 1, 2] });
  });

  it('has room while less than a batch waits, and tells when there is room again', async () => {
    const gate = Promise.withResolvers<void>();
    const { loop, settled } = bench({
      onBatch: async () => {
        await gate.promise;
        return { publish: [] };
      },
    });
    loop.offer(records(0, 5), 5n);
    expect(loop.hasRoom).toBe(true);
    loop.offer(records(5, 9), 9n);
    expect(loop.hasRoom).toBe(false);
    const room = loop.room();
    gate.resolve();
    await room;
    expect(loop.hasRoom).toBe(true);
    await until(() => settled.length === 9);
  });

  it('lets the batch in hand settle when it drains, and takes no other', async () => {
    const gate = Promise.withResolvers<void>();
    const { loop, batches, commits } = bench({
      onBatch: async () => {
        await gate.promise;
        return { publish: [] };
      },
    });
    loop.offer(records(0, 6), 6n);
    const drained = loop.drain();
    loop.offer(records(6, 8), 8n);
    gate.resolve();
    await drained;
    expect(batches).toEqual([[0, 1, 2]]);
    expect(commits).toEqual([3]);
  });

  it('drains at once while a failed batch waits', async () => {
    const { loop, batches } = bench({
      onBatch: async () => {
        throw new Error('always');
      },
    });
    loop.offer(records(0, 1), 1n);
    await until(() => batches.length === 1);
    await loop.drain();
    expect(batches).toHaveLength(1);
  });

  it('aborts the handler when it is abandoned; what that returns late is dropped', async () => {
    const late = Promise.withResolvers<Settlement>();
    let delivery: Delivery | undefined;
    const { loop, batches, commits } = bench({
      onBatch: (_: Batch, given: Delivery) => {
        delivery = given;
        return late.promise;
      },
    });
    loop.offer(records(0, 5), 5n);
    await until(() => delivery !== undefined);
    loop.abandon(new Error('lost'));
    expect(delivery?.signal.reason).toEqual(new Error('lost'));
    late.resolve({ publish: [record(1)] });
    await loop.drain();
    expect({ batches, commits }).toEqual({ batches: [[0, 1, 2]], commits: [] });
  });
});
