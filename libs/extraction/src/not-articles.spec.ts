import { describe, expect, it } from '@jest/globals';
import { confusionOf, judge, type Confusion } from '../not-articles/confusion.ts';
import { isHeldOut, testPages } from '../not-articles/not-articles.ts';
import { extractArticle } from './extract-article.js';

const verdicts = testPages.map((page) => judge(page, extractArticle));

/** What no change may fall under: a little less than what is reached. */
const FLOORS = {
  open: { precision: 0.99, recall: 0.98, fitting: 0.97 },
  heldOut: { precision: 0.97, recall: 0.94, fitting: 0.94 },
};

function expectFloors(found: Confusion, floors: (typeof FLOORS)['open']): void {
  expect(found.precision).toBeGreaterThanOrEqual(floors.precision);
  expect(found.recall).toBeGreaterThanOrEqual(floors.recall);
  expect(found.fitting / found.rightly).toBeGreaterThanOrEqual(floors.fitting);
}

describe('the set of pages that are no articles', () => {
  it('is large and varied, and every page has a name of its own', () => {
    const others = testPages.filter(({ reasons }) => reasons !== undefined);
    expect(others.length).toBeGreaterThanOrEqual(80);
    expect(testPages.length - others.length).toBeGreaterThanOrEqual(40);
    expect(new Set(testPages.map(({ tongue }) => tongue)).size).toBeGreaterThanOrEqual(10);
    expect(new Set(testPages.map(({ name }) => name)).size).toBe(testPages.length);
  });

  it('is told from articles, on the pages that the rules were written with', () => {
    expectFloors(confusionOf(verdicts.filter(({ page }) => !isHeldOut(page))), FLOORS.open);
  });

  it('is told from articles, on the pages that were kept apart', () => {
    expectFloors(confusionOf(verdicts.filter(({ page }) => isHeldOut(page))), FLOORS.heldOut);
  });
});
