import { describe, expect, it } from '@jest/globals';
import { readingTimeStep } from './reading-time.step.js';

const readingTime = (text: string) =>
  readingTimeStep.enrich({ title: 'A title is not counted', text }).readingTime?.value;

describe('readingTimeStep', () => {
  it.each([
    ['', 0],
    [' \n — … !', 0],
    ['One word-pair, isn’t it? 3.5 million', 7],
    ['Ein Satz\nund noch einer', 5],
  ])('counts the words of %j', (text, words) => {
    expect(readingTime(text)?.words).toBe(words);
  });

  it.each(['東京都に住んでいます', '市议会投票决定图书馆继续开放', 'คนไทยอ่านหนังสือ'])(
    'counts words where none are spaced: %s',
    (text) => {
      const words = readingTime(text)?.words ?? 0;
      expect(words).toBeGreaterThan(2);
      expect(words).toBeLessThan(Array.from(text).length);
    },
  );

  it('takes a minute for 238 words, and rounds up', () => {
    expect(readingTime('word '.repeat(238))).toEqual({ words: 238, seconds: 60 });
    expect(readingTime('word')).toEqual({ words: 1, seconds: 1 });
  });

  it('takes a text of one long line', () => {
    expect(readingTime('word '.repeat(200_000))?.words).toBe(200_000);
  });
});
