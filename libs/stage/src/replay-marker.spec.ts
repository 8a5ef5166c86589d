import { describe, expect, it } from '@jest/globals';
import { compareReplays, markReplayed, replayOf } from './replay-marker.js';
import type { LogRecord } from './transport.js';

const [PAGES, PARSED] = ['news.page.fetched.v1', 'news.article.parsed.v1'];

function marked(...replays: [topic: string, id: string][]): string {
  const record: LogRecord = { topic: 't', partition: 0, offset: 0n, timestamp: 0, key: null, value: null, headers: {} };
  return replayOf(replays.reduce((last, [topic, id]) => markReplayed(last, topic, id), record)) ?? '';
}

describe('the mark of a replay', () => {
  it('keeps the last replay of each topic, whatever their order', () => {
    expect(marked([PAGES, '1'], [PARSED, '2'], [PAGES, '3'])).toBe(`${PAGES}=3,${PARSED}=2`);
    expect(marked([PARSED, '2'], [PAGES, '3'])).toBe(`${PAGES}=3,${PARSED}=2`);
    expect(marked()).toBe('');
  });

  it('ranks a later replay above an earlier one, and what was done nearer to the source first', () => {
    const rising = [
      marked(),
      marked([PARSED, '5']),
      marked([PAGES, '1']),
      marked([PAGES, '1'], [PARSED, '2']),
      marked([PAGES, '3']),
    ];
    for (const [i, low] of rising.entries()) {
      for (const [j, high] of rising.entries()) expect(Math.sign(compareReplays(low, high))).toBe(Math.sign(i - j));
    }
  });
});
