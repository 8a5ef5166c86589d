import { articleState } from '@newsmill/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Incoming } from '../apps/store/src/article-store.ts';
import { heldAt } from '../apps/store/src/life-cycle/embargo.ts';
import { compareVersions, keyOf } from '../apps/store/src/life-cycle/version-key.ts';
import { articleIdOf, incoming, recordOf, type RecordPart, StoreWorld } from './support/store-world.ts';

/** Everything happens at this moment: what time does is not an order of arrival. */
const NOW = new Date('2026-02-01T00:00:00.000Z');
const PARTITIONS = 3;
const SCHEDULES_A_SET = 5;
const day = (number: number): string => new Date(Date.UTC(2026, 0, 1 + number)).toISOString();

const anyPart: fc.Arbitrary<RecordPart> = fc
  .record({
    body: fc.constantFrom('One.', 'Two.', 'Three.'),
    version: fc.constantFrom(undefined, undefined, '1', '2', '10', '1a'),
    versionCreated: fc.constantFrom(day(0), day(1)),
    fetchedAt: fc.integer({ min: 2, max: 9 }).map(day),
    // Nothing that a reader reads: it shows whose record it is.
    slugline: fc.constantFrom('a', 'b', 'c'),
    pubStatus: fc.constantFrom('usable' as const, 'usable' as const, 'usable' as const, 'withheld', 'canceled'),
    edNote: fc.constantFrom(undefined, undefined, 'Why.'),
    embargoedUntil: fc.constantFrom(undefined, undefined, undefined, day(5), day(60)),
    expires: fc.constantFrom(undefined, undefined, undefined, day(8), day(90)),
    restore: fc.constantFrom(undefined, undefined, true as const),
  })
  .map((part) => Object.fromEntries(Object.entries(part).filter(([, value]) => value !== undefined)) as RecordPart);

/** An embargo that is moved when it had ended is left out: what was told in between, the other order never tells. */
const isMovedTooLate = (parts: readonly RecordPart[]): boolean => {
  const keys = parts.map((part, index) => keyOf(String(index), `r${index}`, '', recordOf(part)));
  const held = heldAt([...keys].sort(compareVersions), NOW.getTime());
  return [...held].some(({ embargoedUntil }) => embargoedUntil!.getTime() <= NOW.getTime());
};

/** A delivery of one version, in one partition. */
interface Delivery {
  version: number;
  partition: number;
}

const anySet = fc
  .array(anyPart, { minLength: 2, maxLength: 6 })
  .filter((parts) => !isMovedTooLate(parts))
  .chain((parts) => {
    const all = parts.map((_, index) => index);
    const order = fc.shuffledSubarray(all, { minLength: all.length });
    const schedule = fc
      .tuple(order, fc.array(fc.constantFrom(...all), { maxLength: 3 }))
      .chain(([first, again]) =>
        fc.tuple(
          ...[...first, ...again].map((version) =>
            fc.record({ version: fc.constant(version), partition: fc.nat(PARTITIONS - 1) }),
          ),
        ),
      );
    const schedules = fc.array(schedule, { minLength: SCHEDULES_A_SET, maxLength: SCHEDULES_A_SET });
    return fc.record({ parts: fc.constant(parts), schedules });
  });

const campaign = fc.record({
  sets: fc.array(anySet, { minLength: 25, maxLength: 25 }),
  batches: fc.array(fc.integer({ min: 1, max: 25 }), { minLength: 1, maxLength: 6 }),
  deaths: fc.array(fc.constantFrom('no', 'no', 'before the commit', 'after the commit'), {
    minLength: 1,
    maxLength: 7,
  }),
});

let world: StoreWorld;
let schedulesRun = 0;

beforeAll(async () => {
  world = await StoreWorld.open();
});

afterAll(() => world?.close());

/** What came of an article, without its id and the names of its receipts, which every schedule has of its own. */
async function endOf(id: string, states: ReadonlyMap<string, string>, prefix: string): Promise<string> {
  const rows = await world.database.query<object[]>(
    `SELECT revision, pub_status, reason, record::text, receipt_id, replay, stored_at, changed_at, buried_at
     FROM article WHERE id = $1`,
    [id],
  );
  const history = rows.length === 0 ? [] : await world.queries.history(id);
  const end = JSON.stringify({ rows, history, state: states.get(id) ?? null });
  return end.replaceAll(id, 'ID').replaceAll(prefix, '');
}

/** Delivers the queue of one partition as a consumer would that is killed now and then. */
async function consume(
  queue: readonly Incoming[],
  batches: readonly number[],
  deaths: readonly string[],
): Promise<void> {
  for (let at = 0, turn = 0; at < queue.length; turn += 1) {
    const batch = queue.slice(at, at + batches[turn % batches.length]!);
    const death = deaths[turn % deaths.length];
    if (death === 'before the commit') await expect(world.dying().store(batch, NOW)).rejects.toThrow('killed');
    await world.articles().store(batch, NOW);
    // The position was not committed: it comes again.
    if (death === 'after the commit') await world.articles().store(batch, NOW);
    at += batch.length;
  }
}

describe('for any order, repetition and interleaving of versions, over partitions and restarts', () => {
  it('the stored article, its history and the last state event are equal byte for byte', async () => {
    await fc.assert(
      fc.asyncProperty(campaign, async ({ sets, batches, deaths }) => {
        await world.clear();
        const queues: Incoming[][] = Array.from({ length: PARTITIONS }, () => []);
        const articles: { set: number; id: string; prefix: string }[] = [];
        const longest = Math.max(...sets.flatMap(({ schedules }) => schedules.map(({ length }) => length)));
        for (let step = 0; step < longest; step += 1) {
          for (const [set, { parts, schedules }] of sets.entries()) {
            for (const [index, schedule] of schedules.entries()) {
              const number = set * SCHEDULES_A_SET + index;
              const prefix = `s${String(number).padStart(4, '0')}.`;
              if (step === 0) articles.push({ set, id: articleIdOf(number + 1), prefix });
              const delivery = (schedule as Delivery[])[step];
              if (delivery === undefined) continue;
              const { version, partition } = delivery;
              const part = { ...parts[version]!, url: 'https://a.example/' };
              queues[partition]!.push(incoming(articleIdOf(number + 1), `${prefix}r${version}`, part));
            }
          }
        }
        await Promise.all(queues.map((queue) => consume(queue, batches, deaths)));
        await world.drain();
        const states = new Map(
          (await world.published(articleState)).map(({ key, value }) => [key!.toString(), value!.toString()]),
        );
        const ends = new Map<number, string>();
        for (const { set, id, prefix } of articles) {
          const end = await endOf(id, states, prefix);
          expect({ set, end }).toEqual({ set, end: ends.get(set) ?? end });
          ends.set(set, end);
        }
        schedulesRun += articles.length;
      }),
      { numRuns: 8, endOnFailure: true },
    );
    expect(schedulesRun).toBeGreaterThanOrEqual(1_000);
  }, 300_000);
});
