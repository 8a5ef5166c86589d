import { describe, expect, it } from '@jest/globals';
import { WallClock } from './wall-clock.js';

describe('WallClock', () => {
  it('tells each setting back once, and no setting ahead', () => {
    let steady = 0;
    let offset = 1_000_000;
    const clock = new WallClock(
      () => steady + offset,
      () => steady,
    );
    steady += 500;
    expect(clock.setBackMs()).toBe(0);
    offset += 3_600_000;
    expect(clock.setBackMs()).toBe(0);
    offset -= 7_200_000;
    steady += 10;
    expect(clock.setBackMs()).toBe(7_200_000);
    expect(clock.setBackMs()).toBe(0);
  });
});
