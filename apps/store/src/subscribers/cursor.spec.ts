import { describe, expect, it } from '@jest/globals';
import { changeCursor, readChangeCursor, readStateCursor, stateCursor } from './cursor.js';

describe('cursors', () => {
  const place = { logId: '0123456789ab', seq: 42 };
  const state = { log: place, articleId: '00000000-0000-8000-8000-000000000001' };

  it('come back as the place that they name', () => {
    expect(readChangeCursor(changeCursor(place))).toEqual(place);
    expect(readStateCursor(stateCursor(state))).toEqual(state);
  });

  it('are told apart from each other and from anything else', () => {
    for (const text of ['', 'nonsense', stateCursor(state), 'c:0123456789ab:1', 'A'.repeat(10_000)]) {
      expect(readChangeCursor(text)).toBeUndefined();
    }
    expect(readStateCursor(changeCursor(place))).toBeUndefined();
  });
});
