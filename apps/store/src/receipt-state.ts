/** What a receipt may say, in the order in which things happen: a state never goes back to a lower rank. */
const RANKS = {
  received: 0,
  fetched: 1,
  parsed: 2,
  enriched: 3,
  dead: 4,
  rejected: 5,
  stored: 6,
  unchanged: 6,
  withdrawn: 6,
} as const;

export type ReceiptState = keyof typeof RANKS;

/** States in which a receipt is answered for. */
export const FINAL_STATES = ['stored', 'unchanged', 'rejected', 'withdrawn', 'dead'] as const satisfies ReceiptState[];

/**
 * A redelivered or late report never overrides a later one; a dead letter that was re-driven may still be
 * rejected or stored, since these rank above `dead`.
 */
export function rankOf(state: ReceiptState): number {
  return RANKS[state];
}

const AFTER_STAGE: Readonly<Record<string, ReceiptState>> = { fetch: 'fetched', parse: 'parsed', enrich: 'enriched' };

/** What the store says of a version that it has stored. */
const STORED = ['stored', 'unchanged', 'withdrawn'] as const satisfies ReceiptState[];

/**
 * The state that an outcome of a stage means for the receipt; `undefined` when it means nothing new.
 * @param result of a sink. The store has written it with the article itself; a rebuilt one learns it here.
 */
export function stateAfter(stage: string, outcome: string, result?: string): ReceiptState | undefined {
  if (outcome === 'received' || outcome === 'rejected' || outcome === 'dead') return outcome;
  if (stage === 'store' && outcome === 'done') return STORED.find((state) => state === result);
  if (outcome === 'emitted') return AFTER_STAGE[stage];
  return undefined;
}
