import { describe, expect, it } from '@jest/globals';
import { defineTopic } from '@newsmill/contracts';
import fc from 'fast-check';
import { z } from 'zod';
import { defineStage } from './define-stage.js';
import { encodeEvent } from './envelope.js';
import { StageFault } from './fault.js';
import { emit, fail } from './outcome.js';
import { poisonBound } from './retry-bound.js';
import { createRunner } from './runner.js';
import type { Settlement } from './transport.js';

const schema = z.strictObject({ id: z.number() });
const definition = {
  schema,
  description: '',
  key: ({ id }: z.output<typeof schema>) => String(id),
  subject: ({ id }: z.output<typeof schema>) => ({ id: String(id) }),
  retention: { cleanup: 'delete', days: 1 },
} as const;
const said = defineTopic({ ...definition, name: 'news.word.said.v1' });
const heard = defineTopic({ ...definition, name: 'news.word.heard.v1' });

interface Run {
  policy: Parameters<typeof poisonBound>[0];
  events: number;
  poison: ReadonlySet<number>;
  /** Milliseconds that each call takes. */
  callMs: number;
  /** How the handler tells that an event is poison. */
  by: 'throw' | 'fail' | 'throw, then fail';
}

/** Runs a batch in time of its own. @returns the milliseconds it took, the calls it made and what came of it */
async function run({ policy, events, poison, callMs, by }: Run): Promise<{ ms: number; calls: number } & Settlement> {
  const stage = defineStage({ name: 'listen', description: '', reads: said, writes: [heard], policy });
  let [now, calls] = [0, 0];
  const runner = createRunner({
    stage,
    prefix: 'p',
    serviceVersion: '1',
    now: () => now,
    sleep: async (ms) => void (now += ms),
    handler: (batch) => {
      calls += 1;
      now += callMs;
      const fault = new StageFault('handler', 'poison');
      const throws = by === 'throw' || (by === 'throw, then fail' && calls === 1);
      if (throws && batch.some(({ id }) => poison.has(id))) throw fault;
      return batch.map((event) => (poison.has(event.id) ? fail(fault) : emit(heard, event)));
    },
  });
  const records = Array.from({ length: events }, (_, id) => ({
    ...encodeEvent('p', said, { id }, { id: String(id), source: '/test', time: 0 }),
    partition: 0,
    offset: BigInt(id),
    timestamp: 0,
  }));
  const batch = { topic: 'p.news.word.said.v1', partition: 0, records };
  const settlement = await runner(batch, { signal: new AbortController().signal });
  return { ms: now, calls, ...settlement };
}

const policies = fc.record({
  batchSize: fc.integer({ min: 1, max: 200 }),
  batchBytes: fc.constant(1_000_000),
  attempts: fc.integer({ min: 1, max: 8 }),
  firstDelayMs: fc.integer({ min: 1, max: 5_000 }),
  maxDelayMs: fc.integer({ min: 1, max: 60_000 }),
  timeoutMs: fc.constant(120_000),
});
/** The least of everything: a wait too many is over the bound. */
const least = { batchSize: 2, batchBytes: 1_000_000, attempts: 1, firstDelayMs: 1, maxDelayMs: 1, timeoutMs: 120_000 };
const ways = fc.constantFrom<Run['by']>('throw', 'fail', 'throw, then fail');

describe('a poison event', () => {
  it('delays its partition for at most the stated time, and takes no neighbour along', async () => {
    await fc.assert(
      fc.asyncProperty(
        policies,
        fc.nat(),
        fc.nat(),
        fc.integer({ min: 0, max: 10_000 }),
        ways,
        async (policy, size, at, callMs, by) => {
          const events = 1 + (size % policy.batchSize);
          const poison = at % events;
          const { ms, calls, publish } = await run({ policy, events, poison: new Set([poison]), callMs, by });
          const bound = poisonBound(policy, callMs);
          expect(ms).toBeLessThanOrEqual(bound.worstMs);
          expect(calls).toBeLessThanOrEqual(bound.calls);
          const written = (topic: string): number[] =>
            publish.filter((record) => record.topic === topic).map(({ key }) => Number(key));
          expect(written('p.news.word.heard.v1')).toEqual(
            Array.from({ length: events }, (_, id) => id).filter((id) => id !== poison),
          );
          expect(written('p.listen.dead.v1')).toEqual([poison]);
        },
      ),
      { numRuns: 120, examples: [[least, 1, 0, 0, 'throw, then fail']] },
    );
  });

  it('costs with others in its batch at most their number times as much', async () => {
    await fc.assert(
      fc.asyncProperty(
        policies,
        fc.uniqueArray(fc.nat({ max: 199 }), { minLength: 1, maxLength: 12 }),
        ways,
        async (policy, at, by) => {
          const poison = new Set(at.map((id) => id % policy.batchSize));
          const { ms, publish } = await run({ policy, events: policy.batchSize, poison, callMs: 100, by });
          expect(ms).toBeLessThanOrEqual(poison.size * poisonBound(policy, 100).worstMs);
          expect(publish.filter(({ topic }) => topic === 'p.listen.dead.v1')).toHaveLength(poison.size);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('has a bound that can be worked out by hand', () => {
    const policy: Parameters<typeof poisonBound>[0] = {
      batchSize: 4,
      batchBytes: 1,
      attempts: 3,
      firstDelayMs: 100,
      maxDelayMs: 150,
      timeoutMs: 1_000,
    };
    // Two halvings: 3 calls and 100 ms each. Alone: 3 calls, 100 and 150 ms between them.
    expect(poisonBound(policy)).toEqual({ calls: 9, waitMs: 450, worstMs: 9_450 });
  });
});
