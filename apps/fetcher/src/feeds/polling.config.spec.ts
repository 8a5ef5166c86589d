import { describe, expect, it } from '@jest/globals';
import { loadSettings } from '@newsmill/service';
import { pollingProblems, pollingSettings } from './polling.config.js';

const problemsOf = (environment: Record<string, string>) => pollingProblems(loadSettings(pollingSettings, environment));

describe('the settings of polling', () => {
  it('are read in seconds or with a unit', () => {
    const { feedInterval, feedIntervalMax } = loadSettings(pollingSettings, {
      NEWSMILL_FEED_INTERVAL: '90',
      NEWSMILL_FEED_INTERVAL_MAX: '2h',
    });
    expect([feedInterval, feedIntervalMax]).toEqual([90_000, 7_200_000]);
  });

  it('stand in their order, or the problem names both', () => {
    expect(problemsOf({})).toEqual([]);
    expect(problemsOf({ NEWSMILL_FEED_INTERVAL: '10' })).toEqual([
      'NEWSMILL_FEED_INTERVAL is 10 s, under NEWSMILL_FEED_INTERVAL_MIN = 60 s: raise the one or lower the other',
    ]);
    expect(problemsOf({ NEWSMILL_FEED_INTERVAL_MAX: '2m' })[0]).toContain('over NEWSMILL_FEED_INTERVAL_MAX = 120 s');
    expect(problemsOf({ NEWSMILL_FEED_INTERVAL_MIN: '7h' })[0]).toContain('NEWSMILL_FEED_INTERVAL_MIN is 25200 s');
  });
});
