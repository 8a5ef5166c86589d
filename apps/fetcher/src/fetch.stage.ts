import { linkDiscovered, pageFetched } from '@newsmill/contracts';
import { defineStage } from '@newsmill/stage';

/** A link becomes the page that stands there. */
export const fetch = defineStage({
  name: 'fetch',
  description:
    'Fetches a page politely and within limits; what is not a page is rejected with its reason, what its host has no time for is deferred.',
  reads: linkDiscovered,
  writes: [pageFetched],
  policy: { batchSize: 64, attempts: 3, firstDelayMs: 1_000, maxDelayMs: 10_000, timeoutMs: 180_000 },
});
