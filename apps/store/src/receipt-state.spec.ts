import { describe, expect, it } from '@jest/globals';
import { FINAL_STATES, OPEN_STATES, rankOf, STORED_RANK, stateAfter } from './receipt-state.js';

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

  it('let a dead letter that was re-driven be on its way, die again, be rejected or stored', () => {
    const ranks = [
      rankOf('dead'),
      rankOf('received', 1),
      rankOf('parsed', 1),
      rankOf('dead', 1),
      rankOf('received', 2),
      rankOf('rejected', 2),
      rankOf('stored', 2),
    ];
    expect(ranks).toEqual([...new Set(ranks)].sort((a, b) => a - b));
  });

  it('end for good, whatever is re-driven, and fit a smallint', () => {
    for (const state of [...OPEN_STATES, 'dead'] as const) {
      expect(rankOf(state, 1_000_000)).toBeLessThan(rankOf('rejected'));
    }
    expect(rankOf('rejected', 1_000_000)).toBeLessThan(STORED_RANK);
    expect(STORED_RANK).toBeLessThanOrEqual(32_767);
  });

  it('take from the store what it says of a version, and nothing of other sinks', () => {
    expect(stateAfter('store', 'done', 'withdrawn')).toBe('withdrawn');
    expect(stateAfter('store', 'done')).toBeUndefined();
    expect(stateAfter('record', 'done', 'recorded')).toBeUndefined();
  });

  it('end with a skip: nothing follows it', () => {
    expect(stateAfter('fetch', 'skipped')).toBe('unchanged');
  });

  it('stay as they are while an event is put off: it comes again', () => {
    expect(stateAfter('fetch', 'deferred')).toBeUndefined();
  });
});
