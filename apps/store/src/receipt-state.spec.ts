import { describe, expect, it } from '@jest/globals';
import { FINAL_STATES, rankOf, stateAfter } from './receipt-state.js';

describe('receipt states', () => {
  it('move on with the stages', () => {
    const seen = [
      stateAfter('push', 'received'),
      stateAfter('fetch', 'emitted'),
      stateAfter('parse', 'emitted'),
      stateAfter('enrich', 'emitted'),
    ];
    expect(seen).toEqual(['received', 'fetched', 'parsed', 'enriched']);
    const ranks = seen.map((state) => rankOf(state!));
    expect(ranks).toEqual([...ranks].sort());
  });

  it('end above every state on the way', () => {
    for (const state of FINAL_STATES) expect(rankOf(state)).toBeGreaterThan(rankOf('enriched'));
  });

  it('let a dead letter that was re-driven be stored', () => {
    expect(rankOf('stored')).toBeGreaterThan(rankOf('dead'));
  });

  it('leave the store to tell of its own outcomes', () => {
    expect(stateAfter('store', 'done')).toBeUndefined();
    expect(stateAfter('fetch', 'skipped')).toBeUndefined();
  });
});
