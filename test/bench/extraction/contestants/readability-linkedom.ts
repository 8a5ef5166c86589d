import { Readability, type ReadableArticle } from '@mozilla/readability';
import { parseHTML } from 'linkedom';
import type { Contestant } from '../contestant.ts';
import { foundByReadability } from '../readability-result.ts';

export const readabilityLinkedom: Contestant<ReadableArticle | null> = {
  extract: ({ html }) => new Readability(parseHTML(html).document).parse(),
  found: foundByReadability,
};
