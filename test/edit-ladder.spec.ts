import { describe, expect, it } from '@jest/globals';
import { anchor } from './bench/edit-ladder/anchors.ts';
import { churns } from './bench/edit-ladder/churn.ts';
import { edits } from './bench/edit-ladder/edits.ts';
import { climb, isNamed, isRight, type Case } from './bench/edit-ladder/ladder.ts';
import { shippedPages } from './bench/edit-ladder/pages.ts';
import { churnOf, editsOf, scoreOf, share } from './bench/edit-ladder/score.ts';

/** From page to the fields that are told, on the pages that come with the project; the bench takes real pages as well. */
describe('the edit ladder', () => {
  const pages = shippedPages().flatMap((page) => anchor(page) ?? []);
  // Every page takes each second kind of churn, the next pages the others: half the time, and each kind on half the pages.
  const cases = pages.flatMap(
    (page, i) =>
      climb(
        page,
        churns.filter((_, kind) => (kind + (i >> 1)) % 2 === 0),
      ) ?? [],
  );

  it('has at least thirty pages, and every kind of churn and of edit on some of them', () => {
    expect(new Set(cases.map(({ page }) => page)).size).toBeGreaterThanOrEqual(30);
    expect(churns.length).toBeGreaterThanOrEqual(12);
    expect(edits.length).toBeGreaterThanOrEqual(10);
    const kinds = new Set(cases.map(({ kind }) => kind));
    expect([...churns, ...edits].map(({ name }) => name).filter((name) => !kinds.has(name))).toEqual([]);
  });

  it('sees 99 % of the churn suppressed, and no kind that fails on more than two pages', () => {
    const churn = churnOf(cases);
    const { right, cases: all } = scoreOf(churn);
    expect(share(right, all)).toBeGreaterThanOrEqual(0.99);
    expect(pagesOfKinds(churn.filter((one) => !isRight(one))).filter(([, count]) => count > 2)).toEqual([]);
  });

  it('sees 97 % of the edits caught, and named by their field and no other', () => {
    const { right, named, cases: all } = scoreOf(editsOf(cases));
    expect(share(right, all)).toBeGreaterThanOrEqual(0.97);
    expect(share(named, all)).toBeGreaterThanOrEqual(0.97);
  });

  it('counts a page that is no article any more, a missed edit and a wrong name against itself', () => {
    const one = (expected: string | undefined, told: string[] | undefined, also: string[] = []): Case => ({
      page: 'p',
      kind: 'k',
      ...(expected !== undefined && { expected }),
      told,
      also,
    });
    expect([one(undefined, undefined), one(undefined, ['body']), one(undefined, [])].map(isRight)).toEqual([
      false,
      false,
      true,
    ]);
    expect([one('body', []), one('body', ['by']), one('body', ['body', 'by'])].map(isRight)).toEqual([
      false,
      false,
      true,
    ]);
    expect([one('body', ['body', 'by']), one('body', ['body', 'by'], ['by'])].map(isNamed)).toEqual([false, true]);
  });
});

function pagesOfKinds(cases: readonly Case[]): [kind: string, pages: number][] {
  return [...Map.groupBy(cases, ({ kind }) => kind)].map(([kind, some]) => [kind, scoreOf(some).pages]);
}
