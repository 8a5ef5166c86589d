import { describe, expect, it } from '@jest/globals';
import { scorePage, type PageScore } from './bench/extraction/score/page-score.ts';
import { summarise } from './bench/extraction/score/summary.ts';

const source = 'made up';

describe('the score of a body', () => {
  const body = (articleBody: string, found: string): PageScore['body'] =>
    scorePage({ source, articleBody }, { articleBody: found }).body;

  it('counts runs of four words as often as they occur', () => {
    expect(body('a b c d e', 'a b c d e')).toEqual({ precision: 1, recall: 1 });
    expect(body('a b c d e', 'a, b. C! d e'.toLowerCase())).toEqual({ precision: 1, recall: 1 });
    // Found: abcd bcde cdef; gold: abcd bcde.
    expect(body('a b c d e', 'a b c d e f')).toEqual({ precision: 2 / 3, recall: 1 });
    expect(body('a a a a', 'a a a a a')).toEqual({ precision: 1 / 2, recall: 1 });
  });

  it('takes a text shorter than a run as one run', () => {
    expect(body('a b', 'a b')).toEqual({ precision: 1, recall: 1 });
    expect(body('a b', 'a')).toEqual({ precision: 0, recall: 0 });
  });

  it('has no precision where nothing was found, and no recall where nothing was to be found', () => {
    expect(body('a b c d', '')).toEqual({ precision: undefined, recall: 0 });
    expect(body('', 'a b c d')).toEqual({ precision: 0, recall: undefined });
  });

  it('lets optional paragraphs be present or absent', () => {
    const gold = { source, articleBody: 'x x x x\na b c d', paragraphs: ['x x x x', 'a b c d'], optional: [0] };
    for (const found of ['a b c d', 'x x x x\na b c d'])
      expect(scorePage(gold, { articleBody: found }).body).toEqual({ precision: 1, recall: 1 });
  });
});

describe('the score of other fields', () => {
  it('compares titles without case, quotation marks and punctuation', () => {
    const exact = (title: string, found: string) =>
      scorePage({ source, title }, { articleBody: '', title: found }).titleExact;
    expect(exact('“One” – two', "'ONE': Two")).toBe(true);
    expect(exact('One two', 'One two | Site')).toBe(false);
  });

  it('takes apart bylines that are one text', () => {
    const authors = ['Ada Lovelace', 'Alan Turing'];
    const found = { articleBody: '', authors: 'By Ada Lovelace and Grace Hopper' };
    expect(scorePage({ source, authors }, found).authors).toEqual({ common: 1, found: 2, gold: 2 });
  });

  it('compares days, written or meant', () => {
    const same = (datePublished: string) =>
      scorePage({ source, datePublished: '2026-05-04T23:00:00+02:00' }, { articleBody: '', datePublished }).sameDay;
    expect(same('2026-05-04')).toBe(true);
    expect(same('Mon, 04 May 2026 10:00:00 GMT')).toBe(true);
    expect(same('soon')).toBe(false);
  });

  it('tells captions at their picture from captions in the text', () => {
    const caption = 'The mayor opens the new bridge';
    const gold = { source, articleBody: 'A story.', images: [{ caption, authors: ['A. Person'] }] };
    const right = { articleBody: 'A story.', pictures: [{ caption: `${caption}.`, credit: 'Photo: A. Person' }] };
    expect(scorePage(gold, right).pictures).toEqual({ captions: [true], credits: [true], leaks: [false] });
    const wrong = { articleBody: `A story. ${caption}` };
    expect(scorePage(gold, wrong).pictures).toEqual({ captions: [false], credits: [false], leaks: [true] });
  });
});

describe('the summary of pages', () => {
  it('takes F1 of the means, and no measure that no page has', () => {
    const pages = ['a b c d e f', ''].map((found) =>
      scorePage({ source, articleBody: 'a b c d e' }, { articleBody: found }),
    );
    const { precision, recall, f1, titleExact } = summarise(pages);
    expect([precision, recall, titleExact]).toEqual([2 / 3, 1 / 2, undefined]);
    expect(f1).toBeCloseTo(4 / 7, 10);
  });
});
