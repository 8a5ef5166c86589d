import { articleEnriched, articleParsed } from '@newsmill/contracts';
import { defineStage } from '@newsmill/stage';

/** Adds what the text itself tells: language, reading time, fingerprint. */
export const enrich = defineStage({
  name: 'enrich',
  description: 'Annotates an article from its own text.',
  reads: articleParsed,
  writes: [articleEnriched],
  policy: { firstDelayMs: 200 },
});
