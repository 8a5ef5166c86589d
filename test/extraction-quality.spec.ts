import { describe, expect, it } from '@jest/globals';
import { newsmill } from './bench/extraction/contestants/newsmill.ts';
import { DEFAULT_DATA, hasGold, readGold, readPage } from './bench/extraction/gold.ts';
import { fallen, reachedBy, readReached } from './bench/extraction/reached.ts';
import { scorePage } from './bench/extraction/score/page-score.ts';

const present = hasGold(DEFAULT_DATA);
if (!present) console.warn(`SKIPPED: extraction quality is not measured, ${DEFAULT_DATA} is absent`);

describe('extraction on real pages', () => {
  (present ? it : it.skip)(
    'is as good as it was (npm run bench:extraction -- --update-reached takes the scores of today)',
    async () => {
      const gold = readGold(DEFAULT_DATA);
      const scores = new Map(
        await Promise.all(
          [...gold].map(async ([id, expected]) => {
            const result = await newsmill.extract(readPage(DEFAULT_DATA, id, expected));
            return [id, scorePage(expected, newsmill.found!(result))] as const;
          }),
        ),
      );
      expect(fallen(readReached(), reachedBy(scores, gold))).toEqual([]);
    },
  );

  it('notices a loss of more than the tolerance, and more leaks', () => {
    const before = { news: { f1: 0.95, leaks: 0.01 } };
    expect(fallen(before, { news: { f1: 0.947, leaks: 0.013 } })).toEqual([]);
    expect(fallen(before, { news: { f1: 0.99, leaks: 0 } })).toEqual([]);
    expect(fallen(before, { news: { f1: 0.9469, leaks: 0.0131 } })).toHaveLength(2);
    expect(fallen(before, {})).toHaveLength(2);
  });
});
