import { describe, expect, it } from '@jest/globals';
import { type MoveState, moveSeen, NOT_MOVING } from './feed-move.js';

const HOUR = 3_600_000;
const NOW = new Date('2026-03-01T12:00:00Z');
const at = (hours: number) => new Date(NOW.getTime() + hours * HOUR);

/** What is known after looks at these hours. */
function after(
  hours: readonly number[],
  { from, to, isKnown = true }: { from: string; to?: string; isKnown?: boolean },
) {
  let state: MoveState = NOT_MOVING;
  let seen = moveSeen({ ...state, url: from }, {}, isKnown, NOW);
  for (const hour of hours) {
    seen = moveSeen({ ...state, url: from }, to === undefined ? {} : { movedTo: to }, isKnown, at(hour));
    state = seen.state;
  }
  return seen;
}

describe('a permanent redirect', () => {
  const from = 'https://news.example/old.xml';

  it('is believed when it is seen three times, an hour apart', () => {
    const to = 'https://news.example/new.xml';
    expect(after([0, 1], { from, to }).isCertain).toBe(false);
    expect(after([0, 0.1, 0.2, 0.9], { from, to }).state.movesSeen).toBe(1);
    expect(after([0, 1, 2], { from, to })).toMatchObject({ isCertain: true, state: { movedTo: to } });
  });

  it('is forgotten when the feed answers at its address again, or moves elsewhere', () => {
    const known = { movedTo: 'https://news.example/new.xml', movesSeen: 2, moveSeenAt: NOW, url: from };
    expect(moveSeen(known, {}, true, at(5)).state).toEqual(NOT_MOVING);
    expect(moveSeen(known, { movedTo: 'https://news.example/third.xml' }, true, at(5)).state.movesSeen).toBe(1);
  });

  it('to another site is believed only with what is known of the feed', () => {
    const to = 'https://parked.example/feed';
    const refused = after([0], { from, to, isKnown: false });
    expect(refused.objection).toContain('another site');
    const again = after([0, 1, 2, 3], { from, to, isKnown: false });
    expect(again).toEqual({ isCertain: false, state: { movedTo: to, movesSeen: 0, moveSeenAt: at(0) } });
    expect(after([0, 1, 2], { from, to }).isCertain).toBe(true);
    // What was refused is known by its next look, and a 304 shows nothing.
    expect(moveSeen({ ...refused.state, url: from }, { movedTo: to }, true, at(9)).state.movesSeen).toBe(0);
    expect(moveSeen({ ...NOT_MOVING, url: from }, { movedTo: to }, undefined, NOW).state).toEqual(NOT_MOVING);
    expect(after([0, 1, 2], { from, to: 'https://www.news.example/x', isKnown: false }).isCertain).toBe(true);
  });

  it('never takes the encryption away', () => {
    expect(after([0, 1, 2], { from, to: 'http://news.example/new.xml' }).isCertain).toBe(false);
    expect(after([0, 1, 2], { from: 'http://news.example/a', to: 'https://news.example/a' }).isCertain).toBe(true);
  });

  it('to no address, or to the same in other words, is none', () => {
    for (const to of ['https://user:secret@news.example/x', 'https://NEWS.example/old.xml#top']) {
      expect(after([0, 1, 2], { from, to }).state).toEqual(NOT_MOVING);
    }
  });
});
