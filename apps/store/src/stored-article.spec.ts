import { describe, expect, it } from '@jest/globals';
import { type ArticleRecord, plainBody } from '@newsmill/contracts';
import fc from 'fast-check';
import type { EntityManager } from 'typeorm';
import { type ArticleWrites, type IncomingVersion, type Settled, StoredArticle } from './stored-article.js';
import { VersionRecords } from './version-store.js';

const FIRST = 'news.page.fetched.v1=1';
const SECOND = 'news.page.fetched.v1=2';
const NOW = new Date('2026-03-01T00:00:00.000Z');
const at = (day: string): string => `${day}T00:00:00.000Z`;

function version(
  receiptId: string,
  created: string,
  body: string,
  replay = '',
  fetchedAt = '2026-02-01',
  rest: Partial<ArticleRecord> = {},
): IncomingVersion {
  const record: ArticleRecord = {
    uri: 'urn:uuid:00000000-0000-8000-8000-000000000000',
    type: 'text',
    versionCreated: at(created),
    pubStatus: 'usable',
    headlines: [{ value: 'Headline' }],
    bodies: [{ contentType: 'text/plain', value: body }],
    x: {
      url: { original: 'https://a.example/', final: 'https://a.example/', canonical: 'https://a.example/' },
      dates: {},
      access: {},
      provenance: {},
      parse: { missing: [], warnings: [] },
      acquisition: { mode: 'push', source: 'test', fetchedAt: at(fetchedAt) },
    },
    ...rest,
  };
  return { receiptId, replay, record };
}

/** One article whose rows stay in memory: every record that it asks for has come in before. */
class Shelf {
  readonly writes: ArticleWrites = {
    articles: new Map(),
    versions: [],
    revisions: [],
    dues: new Map(),
    tombstones: [],
    superseded: [],
    confirmed: new Map(),
    elapsed: new Map(),
    inherited: [],
    emptied: new Map(),
  };
  private readonly article = new StoredArticle(
    'a',
    [],
    undefined,
    new VersionRecords({} as EntityManager),
    this.writes,
  );
  private nextId = 0;

  /** @returns the revision that was told and what happened, if anything was */
  async take(incoming: IncomingVersion, now = NOW): Promise<string | undefined> {
    this.article.add(String((this.nextId += 1)), incoming, now);
    return this.wait(now);
  }

  async wait(now: Date): Promise<string | undefined> {
    const { told }: Settled = await this.article.settle(now);
    return told && `${told.revision} ${told.changeKind ?? 'state'}`;
  }

  bury(): void {
    this.article.bury(NOW);
  }

  get body(): string | undefined {
    const { record } = this.writes.articles.get('a')!;
    return record === null ? undefined : plainBody(record);
  }
}

async function shelf(...live: IncomingVersion[]): Promise<Shelf> {
  const made = new Shelf();
  for (const one of live) await made.take(one);
  return made;
}

describe('a replay', () => {
  it('lets a better parse replace what the same page gave, once', async () => {
    const one = await shelf(version('a', '2026-01-02', 'Adverts and text.'));
    expect(await one.take(version('a', '2026-01-02', 'Text.', FIRST))).toBe('2 update');
    expect(await one.take(version('a', '2026-01-02', 'Text.', FIRST))).toBeUndefined();
    expect(await one.take(version('a', '2026-01-02', 'Text.', SECOND))).toBeUndefined();
    expect([one.body, one.writes.versions.length]).toEqual(['Text.', 2]);
  });

  it('also when it finds an older date', async () => {
    const one = await shelf(version('a', '2026-01-09', 'Adverts and text.'));
    expect(await one.take(version('a', '2026-01-02', 'Text.', FIRST))).toBe('2 update');
    expect(one.body).toBe('Text.');
  });

  it('gives way to the version that a better date shows to be newer', async () => {
    const one = await shelf(version('a', '2026-01-09', 'Old, taken for new.'), version('b', '2026-01-05', 'New.'));
    expect(one.body).toBe('Old, taken for new.');
    expect(await one.take(version('a', '2026-01-02', 'Old, taken for new.', FIRST))).toBe('3 update');
    expect([one.body, one.writes.articles.get('a')?.receiptId]).toEqual(['New.', 'b']);
  });

  it('never lets an old version win over a newer one', async () => {
    const one = await shelf(version('a', '2026-01-02', 'Old.'), version('b', '2026-01-05', 'New.'));
    expect(await one.take(version('a', '2026-01-02', 'Old.', FIRST))).toBeUndefined();
    expect(await one.take(version('a', '2026-01-02', 'Old, parsed better.', FIRST))).toBeUndefined();
    expect(await one.take(version('a', '2026-01-02', 'Old, parsed better.', SECOND))).toBeUndefined();
    expect(one.body).toBe('New.');
  });

  it('ignores an earlier replay that comes late, one of a later stage and a live redelivery', async () => {
    const one = await shelf(version('a', '2026-01-02', 'Zero.'));
    await one.take(version('a', '2026-01-02', 'Two.', SECOND));
    for (const replay of [FIRST, 'news.article.enriched.v1=9', '']) {
      expect(await one.take(version('a', '2026-01-03', 'One.', replay))).toBeUndefined();
    }
    expect(one.body).toBe('Two.');
  });

  it('leaves the text to a version that says the same when the one that kept it is replaced', async () => {
    const one = await shelf(version('a', '2026-01-02', 'Text.'), version('b', '2026-01-03', 'Text.', '', '2026-02-02'));
    expect(one.writes.versions.map(({ hasRecord }) => hasRecord)).toEqual([true, false]);
    expect(await one.take(version('a', '2026-01-02', 'Older.', FIRST))).toBe('2 state');
    expect([one.body, one.writes.inherited]).toEqual(['Text.', [['1', '2']]]);
  });

  it('ends in the same article whatever the order of the live versions and however often they are replayed', async () => {
    const day = fc.constantFrom('2026-01-02', '2026-01-03', '2026-01-04');
    const body = fc.constantFrom('One.', 'Two.', 'Three.');
    const pages = fc.array(fc.record({ day, body, better: body, betterDay: day }), { minLength: 1, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(
        pages.chain((all) => {
          const numbers = all.map((_, index) => index);
          const order = fc.shuffledSubarray(numbers, { minLength: all.length });
          return fc.tuple(fc.constant(all), order, order, order, fc.array(fc.constantFrom(...numbers)));
        }),
        async ([all, firstOrder, secondOrder, replayOrder, again]) => {
          const old = all.map((page, index) => version(`r${index}`, page.day, page.body));
          const better = all.map((page, index) => version(`r${index}`, page.betterDay, page.better, FIRST));
          const [a, b] = [
            await shelf(...firstOrder.map((i) => old[i]!)),
            await shelf(...secondOrder.map((i) => old[i]!)),
          ];
          for (const i of replayOrder) await a.take(better[i]!);
          for (const i of [...replayOrder].reverse()) await b.take(better[i]!);
          const length = a.writes.versions.length;
          for (const i of again) expect(await a.take(better[i]!)).toBeUndefined();
          expect(a.writes.versions.length).toBe(length);
          // What a better parser would have made of it from the start.
          const right = await shelf(...better);
          expect([a.body, b.body]).toEqual([right.body, right.body]);
        },
      ),
      { numRuns: 1000 },
    );
  });
});

describe('an article', () => {
  const until = (day: string): Partial<ArticleRecord> => ({ embargoedUntil: at(day) });

  it('tells again on state alone, under a greater revision, when an old version comes late', async () => {
    const one = await shelf(version('b', '2026-01-05', 'New.'));
    expect(await one.take(version('a', '2026-01-02', 'Old.'))).toBe('2 state');
    expect(await one.take(version('a', '2026-01-02', 'Old.'))).toBeUndefined();
    expect(one.body).toBe('New.');
  });

  it('tells nothing of what is held, and tells it at its time', async () => {
    const one = await shelf(version('a', '2026-01-02', 'Text.', '', '2026-02-01', until('2026-03-02')));
    expect([one.writes.articles.size, one.writes.revisions.length]).toEqual([0, 0]);
    expect(one.writes.dues.get('a')).toEqual(new Date(at('2026-03-02')));
    expect(await one.wait(new Date(at('2026-03-02')))).toBe('1 new');
    expect([one.body, one.writes.dues.get('a')]).toEqual(['Text.', undefined]);
    // A clock that is set back does not hold it again.
    expect(await one.wait(NOW)).toBeUndefined();
  });

  it('hides what was told when its embargo turns out to have been moved in time', async () => {
    const one = new Shelf();
    const later = new Date(at('2026-03-03'));
    await one.take(version('a', '2026-01-02', 'Text.', '', '2026-02-01', until('2026-03-02')), later);
    const moved = version('b', '2026-01-03', 'Text.', '', '2026-02-02', until('2026-03-09'));
    expect(await one.take(moved, later)).toBe('2 withheld');
    expect(one.writes.articles.get('a')).toMatchObject({ record: null, reason: 'under embargo' });
    expect(await one.wait(new Date(at('2026-03-09')))).toBe('3 restored');
  });

  it('once buried keeps no text that comes after, and comes back with what restores it', async () => {
    const one = await shelf(
      version('a', '2026-01-02', 'Text.'),
      version('b', '2026-01-03', '', '', '2026-02-02', { pubStatus: 'canceled', edNote: 'libel' }),
    );
    expect(one.writes.articles.get('a')).toMatchObject({ revision: 2, reason: 'libel', record: null });
    const { x } = version('d', '2026-01-05', '', '', '2026-02-05').record;
    const restore = { x: { ...x, acquisition: { ...x.acquisition, restore: true as const } } };
    one.bury();
    expect(one.writes.tombstones).toEqual([{ articleId: 'a', revision: 2 }]);
    expect(await one.take(version('c', '2026-01-09', 'In flight.', '', '2026-02-03'))).toBeUndefined();
    expect(one.writes.emptied.get('a')).toEqual([]);
    expect(await one.take(version('d', '2026-01-05', 'Right.', '', '2026-02-05', restore))).toBe('4 restored');
    expect(one.body).toBe('Right.');
  });
});
