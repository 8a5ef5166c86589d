/** What a receipt may say on its way, in the order in which things happen. */
const OPEN = { received: 0, fetched: 1, parsed: 2, enriched: 3, dead: 4 } as const;

/** What ends it. What the store says stands above a rejection: a redrive may still be stored. */
const ENDED = { rejected: 0, stored: 1, unchanged: 1, withdrawn: 1 } as const;

/** Answered for by the store, and not ended: it waits for the end of its embargo. */
export const HELD = 'held';

export type ReceiptState = keyof typeof OPEN | keyof typeof ENDED | typeof HELD;

/** States in which a receipt is answered for. A dead letter may still be re-driven. */
export const FINAL_STATES = ['stored', 'unchanged', 'rejected', 'withdrawn', 'dead'] as const satisfies ReceiptState[];

/** States of what is on its way. */
export const OPEN_STATES = ['received', 'fetched', 'parsed', 'enriched'] as const satisfies ReceiptState[];

/** Room for the states of one way through the pipeline: each redrive begins one above the last. */
const WAY = 10;
const MOST_REDRIVES = 2_000;
const ENDED_RANK = 30_000;

/** Above every way there: a redrive of what the store holds is old news. */
const HELD_RANK = ENDED_RANK - 1;

/** The rank from which on the store has answered for a receipt. */
export const STORED_RANK = ENDED_RANK + ENDED.stored;

/**
 * A state never goes back to a lower rank, so that reports may come twice and in any order. A redrive opens a dead
 * receipt again, at ranks above those of the way before; nothing opens one that has ended.
 */
export function rankOf(state: ReceiptState, redrives = 0): number {
  if (state === HELD) return HELD_RANK;
  if (state in ENDED) return ENDED_RANK + ENDED[state as keyof typeof ENDED];
  return Math.min(redrives, MOST_REDRIVES) * WAY + OPEN[state as keyof typeof OPEN];
}

const AFTER_STAGE: Readonly<Record<string, ReceiptState>> = { fetch: 'fetched', parse: 'parsed', enrich: 'enriched' };

/** What the store says of a version that it has stored. */
const STORED = ['stored', 'unchanged', 'withdrawn', HELD] as const satisfies ReceiptState[];

/**
 * The state that an outcome of a stage means for the receipt; `undefined` when it means nothing new.
 * @param result of a sink. The store has written it with the article itself; a rebuilt one learns it here.
 */
export function stateAfter(stage: string, outcome: string, result?: string): ReceiptState | undefined {
  if (outcome === 'received' || outcome === 'rejected' || outcome === 'dead') return outcome;
  if (stage === 'store' && outcome === 'done') return STORED.find((state) => state === result);
  if (outcome === 'emitted') return AFTER_STAGE[stage];
  // It goes no further, and there was nothing to do for it.
  if (outcome === 'skipped') return 'unchanged';
  return undefined;
}
