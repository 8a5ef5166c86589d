import { describe, expect, it } from '@jest/globals';
import type { KnownPage } from '../entities/page.entity.js';
import type { RevisitSettings } from './revisits.config.js';
import { afterMissing, nextVisit } from './visit-rule.js';

const MINUTE = 60_000;
const SETTINGS = {
  revisit: [60 * MINUTE],
  goneSpacing: 30 * MINUTE,
  goneVisits: 3,
  goneGuardPages: 5,
  pageRetention: 30 * 24 * 60 * MINUTE,
} satisfies RevisitSettings;
const MISSED = new Date('2026-03-02T10:00:00Z');
const later = (minutes: number): Date => new Date(MISSED.getTime() + minutes * MINUTE);

/** A page without a spread of its own, found missing once. */
const missing = afterMissing(
  {
    id: '00000000-0000-8000-8000-000000000000',
    firstGoneAt: null,
    lastGoneAt: null,
    goneCount: 0,
    withdrawnAt: null,
  } as KnownPage,
  404,
  MISSED,
  SETTINGS,
);
const minutesUntilNext = (page: KnownPage, now: Date): number =>
  (nextVisit(page, now, SETTINGS)!.getTime() - now.getTime()) / MINUTE;

describe('a page that is missing', () => {
  it('is visited by the spacing', () => {
    expect(minutesUntilNext(missing, MISSED)).toBe(30);
    const again = afterMissing(missing, 404, later(30), SETTINGS);
    expect([again.goneCount, minutesUntilNext(again, later(30))]).toEqual([2, 30]);
  });

  it('gets visits ever more rarely while those that are due are not made', () => {
    let now = later(30);
    const waits: number[] = [];
    for (let visits = 0; visits < 8; visits += 1) {
      const wait = minutesUntilNext(missing, now);
      waits.push(wait);
      now = new Date(now.getTime() + wait * MINUTE);
    }
    expect(waits).toEqual([30, 60, 120, 240, 480, 960, 1440, 1440]);
  });
});
