import { describe, expect, it } from '@jest/globals';
import { duration, growingDurations } from './duration.js';

describe('times in settings', () => {
  it.each([
    ['90s', 90_000],
    ['30m', 1_800_000],
    ['6h', 21_600_000],
    ['7d', 604_800_000],
  ])('%s', (text, milliseconds) => {
    expect(duration.parse(text)).toBe(milliseconds);
  });

  it.each(['', '0s', '-1h', '1.5h', '30', '1w', '1h 30m', '1234567s'])('refuses %j by name', (text) => {
    expect(duration.safeParse(text).error?.issues.map(({ message }) => message)).toEqual([
      `${JSON.stringify(text)} is no time: use a number and s, m, h or d`,
    ]);
  });

  it('may be several that grow, or none', () => {
    expect(growingDurations.parse('1h, 6h,24h')).toEqual([3_600_000, 21_600_000, 86_400_000]);
    expect(growingDurations.parse('off')).toEqual([]);
    expect(growingDurations.safeParse('6h,1h').error?.issues[0]?.message).toBe('must grow from one to the next');
    expect(growingDurations.safeParse('1h,later').error?.issues).toHaveLength(1);
  });
});
