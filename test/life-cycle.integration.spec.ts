import { articleChanges, articleState, plainBody } from '@newsmill/contracts';
import { decodeEvent, header, type LogRecord, type NewRecord, type Transport } from '@newsmill/stage';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Incoming } from '../apps/store/src/article-store.ts';
import {
  answer,
  articleIdOf,
  DAY_MS,
  incoming,
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

describe('a kill', () => {
  it('is told with its reason; the text is gone from every answer at once', async () => {
    await world.articles().store([version(1, { body: 'Defamatory.' }), version(2)], minute(3));
    const [killed] = await world
      .articles()
      .store([version(3, { pubStatus: 'canceled', edNote: 'by court order', body: 'Defamatory.' })], minute(4));
    expect(killed).toMatchObject({ state: 'withdrawn', revision: 3 });
    expect(await answer(world.queries.byId(ID))).toEqual([410, expect.stringContaining('by court order')]);
    expect(await answer(world.queries.find({ url: 'https://a.example/1' }))).toMatchObject([410, expect.anything()]);
    expect(await world.queries.find({})).toEqual({ articles: [] });
    const { versions } = await world.queries.history(ID);
    expect(versions.map(({ pubStatus, changeKind }) => [pubStatus, changeKind])).toEqual([
      ['usable', 'new'],
      ['usable', 'update'],
      ['canceled', 'withdrawn'],
    ]);
    expect(JSON.stringify(versions)).not.toContain('Defamatory');
    const told = (await world.changes()).at(-1);
    expect(told).toMatchObject({ changeKind: 'withdrawn', reason: 'by court order', revision: 3 });
    expect(told).not.toHaveProperty('record');
  });

  it('leaves a stub, then a tombstone; then its texts are gone from the database, and only a restore comes back', async () => {
    await world.articles().store([version(1, { body: 'Defamatory.' })], minute(1));
    await world.articles().store([version(2, { pubStatus: 'canceled', edNote: 'libel' })], minute(2));
    const due = new Date(minute(2).getTime() + 7 * DAY_MS);
    // What subscribers have not been told yet still needs the text.
    expect(await world.articles().bury(due, 7 * DAY_MS)).toBe(0);
    await world.drain();
    expect(await world.articles().bury(new Date(due.getTime() - 1), 7 * DAY_MS)).toBe(0);
    expect(await world.articles().bury(due, 7 * DAY_MS)).toBe(1);
    expect(await world.articles().bury(due, 7 * DAY_MS)).toBe(0);
    await world.drain();
    const states = await world.published(articleState);
    expect(states.map(({ value }) => value === null)).toEqual([false, false, true]);
    expect([states[2]!.key?.toString(), header(states[2]!, 'ce_subject')]).toEqual([ID, ID]);
    expect(await world.database.query('SELECT FROM article_version WHERE record IS NOT NULL')).toEqual([]);
    expect(await answer(world.queries.byId(ID))).toEqual([410, expect.stringContaining('libel')]);

    await world.articles().store([version(3, { body: 'In flight.' })], due);
    await world.drain();
    expect(await world.published(articleState)).toHaveLength(3);
    expect(await world.database.query('SELECT FROM article_version WHERE record IS NOT NULL')).toEqual([]);
    await world.articles().store([version(4, { body: 'Right.', restore: true })], due);
    expect((await world.changes()).at(-1)).toMatchObject({ changeKind: 'restored', revision: 4 });
    expect(plainBody(await world.queries.byId(ID))).toBe('Right.');
  });

  it('reaches everyone: whatever is stuck, late or told twice, no consumer ends with a canceled article', async () => {
    const plan = fc.record({
      before: fc.integer({ min: 0, max: 3 }),
      inFlight: fc.integer({ min: 0, max: 3 }),
      cancels: fc.integer({ min: 1, max: 2 }),
      // Numbers that the newsroom gave, in no order that means anything.
      numbers: fc.array(fc.integer({ min: 1, max: 99 }), { minLength: 8, maxLength: 8 }),
      seed: fc.array(fc.nat(1_000_000), { minLength: 16, maxLength: 16 }),
    });
    const plans = fc.sample(plan, 1_000);
    const queue = plans.flatMap(({ before, inFlight, cancels, numbers, seed }, index) => {
      const id = articleIdOf(index + 1);
      const numbered = (accepted: number, part: RecordPart): Incoming =>
        version(accepted, { ...part, version: String(numbers[accepted]!), body: `Text ${accepted}.` }, id);
      const versions = [
        ...Array.from({ length: before }, (_, n) => numbered(n, {})),
        ...Array.from({ length: cancels }, (_, n) =>
          numbered(before + n, { pubStatus: 'canceled', edNote: `no ${n}` }),
        ),
        ...Array.from({ length: inFlight }, (_, n) => numbered(before + cancels + n, {})),
      ];
      return [...versions, ...versions.slice(0, seed[15]! % 3)].map((event, place) => ({ event, at: seed[place]! }));
    });
    const events = queue.sort((a, b) => a.at - b.at).map(({ event }) => event);
    const half = Math.ceil(events.length / 2);
    const consume = async (own: readonly Incoming[]): Promise<void> => {
      for (let from = 0; from < own.length; from += 100) {
        await world.articles().store(own.slice(from, from + 100), minute(60));
      }
    };
    await Promise.all([consume(events.slice(0, half)), consume(events.slice(half))]);
    await world.drain();

    /** Applies "revision greater than mine" to what it reads, in any order and twice. */
    const shownBy = (
      records: readonly { articleId: string; revision: number; record?: object | undefined }[],
    ): string[] => {
      const model = new Map<string, { revision: number; isShown: boolean }>();
      for (const { articleId, revision, record } of records) {
        if (revision > (model.get(articleId)?.revision ?? 0)) {
          model.set(articleId, { revision, isShown: record !== undefined });
        }
      }
      expect(model.size).toBe(plans.length);
      return [...model].filter(([, { isShown }]) => isShown).map(([id]) => id);
    };
    const told = await world.changes();
    const states = (await world.published(articleState)).map((record) => decodeEvent(articleState, record));
    expect(told.some(({ record }) => record !== undefined)).toBe(true);
    for (const [name, all] of Object.entries({ told, states, both: [...states, ...told] })) {
      expect({ name, leaks: shownBy(all) }).toEqual({ name, leaks: [] });
      expect({ name, leaks: shownBy([...all].reverse().flatMap((event) => [event, event])) }).toEqual({
        name,
        leaks: [],
      });
    }
    expect(await world.queries.find({})).toEqual({ articles: [] });
  }, 120_000);
});

describe('identity', () => {
  const byAddress = (id: string, receipt: string, part: RecordPart, original?: string): Incoming => {
    const event = incoming(id, receipt, { altIds: [], ...part });
    if (original !== undefined) event.record.x.url.original = original;
    return event;
  };

  it('stays when the address of an article changes', async () => {
    const [old, moved] = [articleIdOf(1), articleIdOf(2)];
    await world.articles().store([byAddress(old, 'r1', { url: 'https://a.example/old', body: 'One.' })], minute(1));
    const second = byAddress(
      moved,
      'r2',
      { url: 'https://a.example/new', body: 'Two.', fetchedAt: iso(5) },
      'https://a.example/old',
    );
    const third = byAddress(moved, 'r3', { url: 'https://a.example/new', body: 'Three.', fetchedAt: iso(6) });
    const stored = await world.articles().store([second, third], minute(7));
    expect(stored.map(({ articleId, revision }) => [articleId, revision])).toEqual([
      [old, 2],
      [old, 3],
    ]);
    expect(await world.queries.find({ url: 'https://a.example/new' })).toMatchObject({ uri: `urn:uuid:${old}` });
    expect(await answer(world.queries.byId(moved))).toMatchObject([404, expect.anything()]);
  });

  it('is not taken over by what was only linked under the same address, or has a guid of its own', async () => {
    const link = 'https://a.example/latest';
    const [a, b, c] = [articleIdOf(1), articleIdOf(2), articleIdOf(3)];
    await world.articles().store([byAddress(a, 'r1', { url: 'https://a.example/a' }, link)], minute(1));
    await world.articles().store([byAddress(b, 'r2', { url: 'https://a.example/b' }, link)], minute(2));
    await world.articles().store([incoming(c, 'r3', { url: 'https://a.example/a', body: 'Of its own.' })], minute(3));
    const rows = await world.database.query<object[]>('SELECT id FROM article ORDER BY id');
    expect(rows).toEqual([{ id: a }, { id: b }, { id: c }]);
  });

  it('of two known articles that meet stays as it is', async () => {
    const [a, b] = [articleIdOf(1), articleIdOf(2)];
    await world.articles().store([byAddress(a, 'r1', { url: 'https://a.example/a' })], minute(1));
    await world.articles().store([byAddress(b, 'r2', { url: 'https://a.example/b' })], minute(1));
    const met = byAddress(
      b,
      'r3',
      { url: 'https://a.example/b', body: 'New.', fetchedAt: iso(9) },
      'https://a.example/a',
    );
    expect(await world.articles().store([met], minute(10))).toMatchObject([{ articleId: b, revision: 2 }]);
    expect(await world.queries.find({ url: 'https://a.example/a' })).toMatchObject({ bodies: [{ value: 'Text.' }] });
  });

  it('is one, also when both addresses come in at once', async () => {
    const events = Array.from({ length: 10 }, (_, index) => [
      byAddress(articleIdOf(100 + index), `o${index}`, { url: `https://a.example/old/${index}` }),
      byAddress(
        articleIdOf(200 + index),
        `n${index}`,
        { url: `https://a.example/new/${index}`, fetchedAt: iso(5) },
        `https://a.example/old/${index}`,
      ),
    ]).flat();
    const half = (rest: number): Incoming[] => events.filter((_, index) => index % 2 === rest);
    await world.articles().store(half(0), minute(6));
    await Promise.all([world.articles().store(half(1), minute(6)), world.articles().store(half(1), minute(6))]);
    const [{ count }] = await world.database.query<[{ count: string }]>('SELECT count(*) FROM article');
    expect(count).toBe('10');
  });
});

describe('the outbox', () => {
  /** A log whose publisher is killed now and then: before it publishes, in the middle, or before it says so. */
  class Dying {
    private turn = 0;
    private readonly deaths: readonly string[];

    constructor(deaths: readonly string[]) {
      this.deaths = deaths;
    }

    async publish(records: readonly NewRecord[]): Promise<void> {
      const death = this.deaths[(this.turn += 1) - 1];
      if (death === 'before') throw new Error('killed');
      await world.log.publish(death === 'middle' ? records.slice(0, Math.ceil(records.length / 2)) : records);
      if (death !== undefined) throw new Error('killed');
    }
  }

  it('loses nothing, reorders nothing and doubles nothing but what has the same ce_id, wherever the relay dies', async () => {
    const numbers = Array.from({ length: 60 }, (_, index) => index);
    for (const number of numbers) {
      const part = { body: `Text ${number}.`, ...(number % 7 === 3 && { pubStatus: 'withheld' as const }) };
      await world.articles().store([version(number + 1, part, articleIdOf(1 + (number % 3)))], minute(number));
    }
    const expected = new Map<string, number[]>();
    for (const { articleId, revision } of await world.database.query<{ articleId: string; revision: number }[]>(
      'SELECT article_id AS "articleId", revision FROM article_revision ORDER BY id',
    )) {
      expected.set(articleId, [...(expected.get(articleId) ?? []), revision]);
    }
    await world.drain(new Dying(['middle', 'after', 'before', 'middle']) as unknown as Transport);
    for (const topic of [articleChanges, articleState]) {
      const records = await world.published(topic);
      expect(records.length).toBeGreaterThan(60);
      const once = new Map<string, LogRecord>();
      for (const record of records) if (!once.has(header(record, 'ce_id')!)) once.set(header(record, 'ce_id')!, record);
      const told = Map.groupBy([...once.values()], ({ key }) => key!.toString());
      for (const [id, revisions] of expected) {
        const events = told.get(id)!.map((record) => decodeEvent(topic, record) as { revision: number });
        expect(events.map(({ revision }) => revision)).toEqual(revisions);
      }
    }
  }, 60_000);
});
