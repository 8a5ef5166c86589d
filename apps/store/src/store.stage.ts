import { articleEnriched, articleOutcomes } from '@newsmill/contracts';
import { defineStage } from '@newsmill/stage';

/** The sink: one transaction decides the version, keeps the history and fills the outbox of the public topics. */
export const store = defineStage({
  name: 'store',
  description: 'Decides which version wins, keeps the history, and tells subscribers through its outbox.',
  reads: articleEnriched,
  writes: [],
  policy: { firstDelayMs: 200 },
});

/** Keeps what became of each thing received. */
export const record = defineStage({
  name: 'record',
  description: 'Keeps the outcome of every receipt, so that each thing received can be accounted for.',
  reads: articleOutcomes,
  writes: [],
  reports: false,
  // Nobody waits for it: an article's own end is told by the store. What comes together is told as one.
  policy: { firstDelayMs: 200, batchSize: 200, gatherMs: 250 },
});
