import type { Found } from '../contestant.ts';
import type { Gold } from '../gold.ts';
import { authorKeys, comparisonKey, dayOf } from './fields.ts';
import { compareTexts, shareWithin, type Overlap } from './overlap.ts';
import { scorePictures, type PictureScore } from './pictures.ts';

/** How well one page was read. A field is absent where the gold does not hold it. */
export interface PageScore {
  body?: Overlap;
  titleExact?: boolean;
  authors?: { common: number; found: number; gold: number };
  sameDay?: boolean;
  pictures: PictureScore;
}

/** An optional paragraph of which this share was found counts as present. */
const PRESENT = 0.5;

/** @param found undefined when the extractor failed or refused the page. */
export function scorePage(gold: Gold, found: Found | undefined): PageScore {
  const score: PageScore = { pictures: scorePictures(gold, found) };
  const text = found?.articleBody ?? '';
  if (gold.articleBody !== undefined) score.body = compareTexts(expectedText(gold, gold.articleBody, text), text);
  if (gold.title) score.titleExact = comparisonKey(gold.title) === comparisonKey(found?.title ?? '');
  if (gold.authors?.length) {
    const [expected, actual] = [authorKeys(gold.authors), authorKeys(found?.authors)];
    const common = [...actual].filter((name) => expected.has(name)).length;
    score.authors = { common, found: actual.size, gold: expected.size };
  }
  const day = dayOf(gold.datePublished);
  if (day !== undefined) score.sameDay = dayOf(found?.datePublished) === day;
  return score;
}

/** F1 of one page's body; 0 where nothing right was found. */
export function pageF1({ body }: PageScore): number | undefined {
  return body && harmonicMean(body.precision ?? 0, body.recall ?? 0);
}

export function harmonicMean(a: number, b: number): number {
  return a + b === 0 ? 0 : (2 * a * b) / (a + b);
}

/** The gold text with those optional paragraphs that were found. */
function expectedText({ paragraphs, optional }: Gold, whole: string, found: string): string {
  if (!paragraphs || !optional?.length) return whole;
  const mayMiss = new Set(optional);
  return paragraphs
    .filter((text, index) => !mayMiss.has(index) || (shareWithin(text, found) ?? 0) >= PRESENT)
    .join('\n');
}
