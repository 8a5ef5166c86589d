import { articleChanges, articleState } from '@newsmill/contracts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Releaser } from '../apps/store/src/releaser.ts';
import { until } from './support/newsmill-client.ts';
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

const ID = articleIdOf(1);
let world: StoreWorld;

beforeAll(async () => {
  world = await StoreWorld.open();
});

beforeEach(() => world.clear());

afterAll(() => world?.close());

describe('an embargo', () => {
  it('holds the receipt, then the article is told at its time, once', async () => {
    const [held] = await world.articles().store([version(1, { embargoedUntil: iso(30) })], minute(2));
    expect(held).toMatchObject({ state: 'held' });
    expect(held).not.toHaveProperty('revision');
    expect(await world.receipts.find(`${ID}.r1`)).toMatchObject({
      state: 'held',
      reason: expect.stringContaining(iso(30)),
    });
    expect(await world.receipts.flow()).toMatchObject({ received: 1, held: 1, open: 0, closes: true });
    // The same again, and a state of the way there that comes late.
    await world.articles().store([version(1, { embargoedUntil: iso(30) })], minute(3));
    await world.receipts.reportAll([
      { id: `${ID}.r1`, state: 'enriched', stage: 'enrich', at: minute(4), redrives: 3 },
    ]);
    expect(await world.receipts.find(`${ID}.r1`)).toMatchObject({ state: 'held' });
    expect((await world.articles().release(minute(29))).words).toEqual([]);
    const both = await Promise.all([world.articles().release(minute(30)), world.articles().release(minute(30))]);
    expect(both.flatMap(({ words }) => words)).toEqual([expect.stringContaining('new: “Headline”')]);
    expect(await world.receipts.find(`${ID}.r1`)).toMatchObject({ state: 'stored' });
    expect(await world.changes()).toMatchObject([{ changeKind: 'new', revision: 1, changedAt: iso(30) }]);
    expect(await world.database.query('SELECT FROM article_due')).toEqual([]);
  });

  it('ends at its moment by the clock of any instance, over restarts and a clock that steps', async () => {
    let clock = 0;
    const start = (): Releaser => {
      const releaser = new Releaser(world.articles(), world.relay(), {
        tombstoneAfterMs: 7 * DAY_MS,
        clock: () => minute(clock).getTime(),
      });
      releaser.onApplicationBootstrap();
      return releaser;
    };
    const shown = async (): Promise<string> => JSON.stringify(await answer(world.queries.byId(ID)));
    await world.articles().store([version(1, { embargoedUntil: iso(30) })], minute(0));
    const first = start();
    clock = 29;
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect(await shown()).toContain('404');
    await first.beforeApplicationShutdown();
    const both = [start(), start()];
    clock = 31;
    await until('it is released', 10_000, async () => ((await shown()).includes('Text.') ? true : undefined));
    clock = 3;
    await world
      .articles()
      .store([version(2, { embargoedUntil: iso(40), fetchedAt: iso(31), body: 'Second.' })], minute(clock));
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect(await shown()).toContain('Text.');
    clock = 40;
    await until('the second one is released', 10_000, async () =>
      (await shown()).includes('Second.') ? true : undefined,
    );
    await Promise.all(both.map((releaser) => releaser.beforeApplicationShutdown()));
    expect((await world.changes()).map(({ revision, changeKind }) => [revision, changeKind])).toEqual([
      [1, 'new'],
      [2, 'update'],
    ]);
  });

  it('lets not a byte out before its moment, whatever the clock and the processes do', async () => {
    const step = fc.oneof(
      { weight: 4, arbitrary: fc.record({ kind: fc.constant('store' as const) }) },
      { weight: 3, arbitrary: fc.record({ kind: fc.constant('tick' as const), by: fc.integer({ min: 1, max: 8 }) }) },
      {
        weight: 1,
        arbitrary: fc.record({ kind: fc.constant('step back' as const), by: fc.integer({ min: 1, max: 15 }) }),
      },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('die' as const) }) },
    );
    const anyHeld = fc.record({
      article: fc.integer({ min: 1, max: 6 }),
      for: fc.option(fc.integer({ min: 1, max: 25 }), { freq: 3, nil: undefined }),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 30, maxLength: 30 }),
        fc.array(anyHeld, { minLength: 30, maxLength: 30 }),
        async (steps, versions) => {
          await world.clear();
          let [clock, latest, next] = [0, 0, 0];
          const secrets: { text: string; article: number; number: number; until: number }[] = [];
          for (const { kind, ...rest } of steps) {
            if ('by' in rest) clock += kind === 'tick' ? rest.by : -rest.by;
            latest = Math.max(latest, clock);
            if (kind === 'store' || kind === 'die') {
              const number = (next += 1);
              const { article, for: length } = versions[number]!;
              const text = `secret-${number}-of-${article}.`;
              const until = length === undefined ? undefined : clock + length;
              const part: RecordPart = {
                body: text,
                fetchedAt: iso(clock),
                ...(until !== undefined && { embargoedUntil: iso(until) }),
              };
              const event = version(number, part, articleIdOf(article));
              // A newer version that is held moves the embargoes that last.
              if (until !== undefined) {
                for (const older of secrets) {
                  if (older.article === article && older.until > latest) older.until = Math.max(older.until, until);
                }
                secrets.push({ text, article, number, until });
              }
              if (kind === 'die') await expect(world.dying().store([event], minute(clock))).rejects.toThrow('killed');
              await world.articles().store([event], minute(clock));
            }
            await world.articles().release(minute(clock));
            await world.drain();
            const out = await everythingPublic();
            for (const { text, until } of secrets) {
              if (until > latest)
                expect({ clock, text, isOut: out.includes(text) }).toEqual({ clock, text, isOut: false });
            }
          }
          // In the end all of it has been told.
          await world.articles().release(minute(1_000));
          await world.drain();
          const newest = new Map(secrets.map(({ article, text }) => [article, text]));
          const history = await everythingPublic();
          for (const text of newest.values()) expect(history).toContain(text);
        },
      ),
      { numRuns: 6, endOnFailure: true },
    );
  }, 240_000);

  /** Whatever anybody can see: both topics, what waits for them, every answer. */
  async function everythingPublic(): Promise<string> {
    const topics = [...(await world.published(articleChanges)), ...(await world.published(articleState))];
    const tables = await world.database.query<object[]>(
      `SELECT row_to_json(a)::text FROM article a UNION ALL SELECT row_to_json(r)::text FROM article_revision r`,
    );
    const answers: unknown[] = [await world.queries.find({})];
    for (let article = 1; article <= 6; article += 1) {
      const id = articleIdOf(article);
      answers.push(await answer(world.queries.byId(id)), await answer(world.queries.history(id)));
    }
    answers.push(await answer(world.queries.find({ url: 'https://a.example/1' })));
    return [topics.map(({ value }) => value?.toString()).join('\n'), JSON.stringify([tables, answers])].join('\n');
  }
});

describe('expiry', () => {
  it('withdraws the article at its time; a newer version lengthens it', async () => {
    await world.articles().store([version(1, { expires: iso(30) })], minute(2));
    await world.articles().release(minute(30));
    expect(await answer(world.queries.byId(ID))).toEqual([410, expect.stringContaining('expired')]);
    await world.articles().store([version(2, { expires: iso(90) })], minute(40));
    expect(await world.queries.byId(ID)).toMatchObject({ expires: iso(90) });
    expect((await world.changes()).map(({ changeKind, revision, reason }) => [changeKind, revision, reason])).toEqual([
      ['new', 1, undefined],
      ['withdrawn', 2, 'expired'],
      ['restored', 3, undefined],
    ]);
  });
});
