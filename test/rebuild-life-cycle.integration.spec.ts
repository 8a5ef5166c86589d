import { articleEnriched, articleOutcomes } from '@newsmill/contracts';
import { encodeEvent, topicSpecs } from '@newsmill/stage';
import { hashStore, rebuildStore } from '@newsmill/store';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Incoming } from '../apps/store/src/article-store.ts';
import {
  answer,
  articleIdOf,
  DAY_MS,
  iso,
  minute,
  type RecordPart,
  StoreWorld,
  version,
} from './support/store-world.ts';

let world: StoreWorld;

beforeAll(async () => {
  world = await StoreWorld.open();
  await world.log.applyTopics(topicSpecs('newsmill', [articleEnriched, articleOutcomes], []));
});

afterAll(() => world?.close());

const anyPart: fc.Arbitrary<RecordPart> = fc
  .record({
    body: fc.constantFrom('One.', 'Two.', 'Three.'),
    version: fc.constantFrom('1', '2', '3', '10'),
    pubStatus: fc.constantFrom('usable' as const, 'usable' as const, 'usable' as const, 'withheld', 'canceled'),
    edNote: fc.constantFrom(undefined, 'Why.'),
    embargoedUntil: fc.constantFrom(undefined, undefined, iso(10), iso(30)),
    expires: fc.constantFrom(undefined, undefined, iso(20), iso(500)),
    restore: fc.constantFrom(undefined, undefined, true as const),
    slugline: fc.constantFrom('a', 'b'),
  })
  .map((part) => Object.fromEntries(Object.entries(part).filter(([, value]) => value !== undefined)) as RecordPart);

/** Everything that has come in, each in a minute of its own while time goes on. */
async function live(articles: readonly RecordPart[][]): Promise<void> {
  const events: Incoming[][] = articles.map((parts, index) =>
    parts.map((part, number) => version(number, part, articleIdOf(index + 1))),
  );
  await world.log.publish(
    events
      .flat()
      .map(({ replay: _, ...event }) =>
        encodeEvent('newsmill', articleEnriched, event, { id: event.receiptId, source: '/test', time: 0 }),
      ),
  );
  for (let step = 0; step < 6; step += 1) {
    const batch = events.flatMap((own) => own.slice(step, step + 1));
    await world.articles().release(minute(step * 8));
    if (batch.length > 0) await world.articles().store(batch, minute(step * 8));
  }
  await world.articles().release(minute(60));
  await world.drain();
}

describe('a store that is made again from its log', () => {
  it('has the same hashes, tells nothing, and is withdrawn, expired or buried as before', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(anyPart, { minLength: 1, maxLength: 6 }), { minLength: 60, maxLength: 60 }),
        async (articles) => {
          await world.clear();
          await live(articles);
          // Some of the withdrawn ones have had their tombstone.
          await world.articles().bury(new Date(minute(30).getTime() + 7 * DAY_MS), 7 * DAY_MS);
          await world.drain();
          const before = await hashStore(world.database);
          const told = (await world.changes()).length;
          const shown = async (): Promise<unknown[]> => {
            const answers: unknown[] = [];
            for (const index of articles.keys()) {
              answers.push(await answer(world.queries.byId(articleIdOf(index + 1))));
            }
            return answers;
          };
          const answers = await shown();
          const report = await rebuildStore({
            transport: world.log,
            prefix: 'newsmill',
            database: world.database,
            force: true,
            replayId: '20260201T000000Z-a',
            clock: () => minute(60).getTime(),
          });
          expect(await shown()).toEqual(answers);
          expect([report.caughtUp, (await world.changes()).length]).toEqual([0, told]);
          expect(await hashStore(world.database)).toEqual(before);
        },
      ),
      { numRuns: 4, endOnFailure: true },
    );
  }, 240_000);
});
