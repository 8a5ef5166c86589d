import { articleParsed, pageFetched } from '@newsmill/contracts';
import { defineStage } from '@newsmill/stage';

/** Raw HTML becomes a structured record. */
export const parse = defineStage({
  name: 'parse',
  description: 'Extracts the article from a page; a page that holds none is rejected with its reason.',
  reads: pageFetched,
  writes: [articleParsed],
  // Pages are held as text and as tree at once: few large ones a batch.
  policy: { batchSize: 32, batchBytes: 4 * 1024 * 1024, firstDelayMs: 200 },
});
