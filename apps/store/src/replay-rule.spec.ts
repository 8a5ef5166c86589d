import { describe, expect, it } from '@jest/globals';
import type { ArticleRecord } from '@newsmill/contracts';
import fc from 'fast-check';
import { decideReplay, type Version } from './replay-rule.js';
import { changedFields } from './material-change.js';
import { type Current, decide } from './version-rule.js';

const FIRST = 'news.page.fetched.v1=1';
const SECOND = 'news.page.fetched.v1=2';

function version(receiptId: string, created: string, body: string, replay = '', fetchedAt = '2026-02-01'): Version {
  const at = (day: string): string => `${day}T00:00:00.000Z`;
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
  };
  return { receiptId, replay, record };
}

/** One article as the store keeps it. */
class Shelf {
  current: (Current & Version) | undefined;
  history: Version[] = [];
  private readonly unchanged = new Set<string>();

  live(incoming: Version): void {
    const decision = decide(this.current, incoming.record);
    if (decision.kind === 'unchanged') this.unchanged.add(incoming.receiptId);
    else this.history.push(incoming);
    if (decision.kind !== 'late') this.put(incoming, decision.kind === 'change');
  }

  replay(incoming: Version): string {
    const wasUnchanged = this.unchanged.has(incoming.receiptId);
    const { decision, winner, isHistory } = decideReplay(this.current, incoming, this.history, wasUnchanged);
    if (isHistory) this.history.push(incoming);
    if (winner === undefined) return decision.kind;
    if (decision.kind === 'change') this.history.push(winner);
    this.put(winner, decision.kind === 'change');
    return decision.kind;
  }

  get body(): string | undefined {
    return this.current?.record.bodies[0]?.value;
  }

  private put(winner: Version, isChange: boolean): void {
    this.current = { ...winner, revision: (this.current?.revision ?? 0) + (isChange ? 1 : 0) };
  }
}

function shelf(...live: Version[]): Shelf {
  const made = new Shelf();
  for (const one of live) made.live(one);
  return made;
}

describe('the version rule for replays', () => {
  it('lets a better parse replace what the same page gave, once', () => {
    const one = shelf(version('a', '2026-01-02', 'Adverts and text.'));
    expect(one.replay(version('a', '2026-01-02', 'Text.', FIRST))).toBe('change');
    expect(one.replay(version('a', '2026-01-02', 'Text.', FIRST))).toBe('unchanged');
    expect(one.replay(version('a', '2026-01-02', 'Text.', SECOND))).toBe('unchanged');
    expect([one.body, one.current?.revision, one.history.length]).toEqual(['Text.', 2, 2]);
  });

  it('also when it finds an older date', () => {
    const one = shelf(version('a', '2026-01-09', 'Adverts and text.'));
    expect(one.replay(version('a', '2026-01-02', 'Text.', FIRST))).toBe('change');
    expect(one.body).toBe('Text.');
  });

  it('gives way to the version that a better date shows to be newer', () => {
    const one = shelf(version('a', '2026-01-09', 'Old, taken for new.'), version('b', '2026-01-05', 'New.'));
    expect(one.body).toBe('Old, taken for new.');
    expect(one.replay(version('a', '2026-01-02', 'Old, taken for new.', FIRST))).toBe('change');
    expect([one.body, one.current?.receiptId]).toEqual(['New.', 'b']);
  });

  it('never lets an old version win over a newer one', () => {
    const one = shelf(version('a', '2026-01-02', 'Old.'), version('b', '2026-01-05', 'New.'));
    expect(one.replay(version('a', '2026-01-02', 'Old.', FIRST))).toBe('unchanged');
    expect(one.replay(version('a', '2026-01-02', 'Old, parsed better.', FIRST))).toBe('late');
    expect(one.body).toBe('New.');
  });

  it('ignores an earlier replay that comes late', () => {
    const one = shelf(version('a', '2026-01-02', 'Zero.'));
    one.replay(version('a', '2026-01-02', 'Two.', SECOND));
    expect(one.replay(version('a', '2026-01-03', 'One.', FIRST))).toBe('unchanged');
    expect(one.replay(version('a', '2026-01-03', 'Zero.', 'news.article.enriched.v1=9'))).toBe('unchanged');
    expect(one.body).toBe('Two.');
  });

  it('puts nothing into the history for what was unchanged when it was new', () => {
    const one = shelf(
      version('a', '2026-01-02', 'Text.'),
      version('b', '2026-01-02', 'Text.', '', '2026-02-02'),
      version('c', '2026-01-05', 'New.', '', '2026-02-03'),
    );
    expect(one.replay(version('b', '2026-01-02', 'Text.', FIRST, '2026-02-02'))).toBe('unchanged');
    expect(one.history).toHaveLength(2);
  });

  it('does not tell of what nobody may read', () => {
    const gone: ArticleRecord = { ...version('a', '2026-01-02', 'Text.').record, pubStatus: 'canceled' };
    expect(changedFields(gone, { ...gone, bodies: [], headlines: [] })).toEqual([]);
    expect(changedFields(gone, { ...gone, edNote: 'by court order' })).toEqual(['edNote']);
  });

  it('ends in the same article whatever the order of the live versions and however often they are replayed', () => {
    const day = fc.constantFrom('2026-01-02', '2026-01-03', '2026-01-04');
    const body = fc.constantFrom('One.', 'Two.', 'Three.');
    const pages = fc.array(fc.record({ day, better: body, betterDay: day }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(
        pages.chain((all) => {
          const numbers = all.map((_, index) => index);
          const order = fc.shuffledSubarray(numbers, { minLength: all.length });
          return fc.tuple(fc.constant(all), order, order, order, fc.array(fc.constantFrom(...numbers)));
        }),
        ([all, firstOrder, secondOrder, replayOrder, again]) => {
          // Each page has a text of its own when it is new: what is unchanged then does not stand in the history. Each was
          // fetched on a day of its own, so that no tie is left to the content.
          const fetched = (index: number): string => `2026-02-0${index + 1}`;
          const old = all.map((page, index) => version(`r${index}`, page.day, `${index}`, '', fetched(index)));
          const better = all.map((page, index) =>
            version(`r${index}`, page.betterDay, page.better, FIRST, fetched(index)),
          );
          const [a, b] = [shelf(...firstOrder.map((i) => old[i]!)), shelf(...secondOrder.map((i) => old[i]!))];
          for (const i of replayOrder) a.replay(better[i]!);
          for (const i of [...replayOrder].reverse()) b.replay(better[i]!);
          const { revision } = a.current!;
          const length = a.history.length;
          for (const i of again) a.replay(better[i]!);
          expect([a.current?.revision, a.history.length]).toEqual([revision, length]);
          // What a better parser would have made of it from the start.
          const right = shelf(...better);
          expect([a.body, b.body]).toEqual([right.body, right.body]);
        },
      ),
      { numRuns: 1000 },
    );
  });
});
