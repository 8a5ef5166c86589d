import { articleEnriched, articleParsed, pageFetched } from '@newsmill/contracts';
import { defineStage } from '@newsmill/stage';

/** A page or a newsroom's document becomes a structured record. */
export const parse = defineStage({
  name: 'parse',
  description:
    'Reads the article in a page or document; what holds none is rejected with its reason. A version that is withheld ' +
    'or canceled goes straight to the store, so that no kill waits behind the enrichment of other articles.',
  reads: pageFetched,
  writes: [articleParsed, articleEnriched],
  // Pages are held as text and as tree at once: few large ones a batch.
  policy: { batchSize: 32, batchBytes: 4 * 1024 * 1024, firstDelayMs: 200 },
});
