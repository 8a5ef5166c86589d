import type { Found } from '../contestant.ts';
import type { Gold } from '../gold.ts';
import { comparisonKey } from './fields.ts';

/** Hits and misses over the pictures of a page. */
export interface PictureScore {
  /** For each gold caption: is it found at a picture? */
  captions: boolean[];
  /** For each gold credit: is it found at a picture? */
  credits: boolean[];
  /** For each gold caption that is no part of the story: does it stand in the text all the same? */
  leaks: boolean[];
}

/** Shorter captions may stand in a text of their own right. */
const LEAST_CAPTION_WORDS = 5;

export function scorePictures(gold: Gold, found: Found | undefined): PictureScore {
  const score: PictureScore = { captions: [], credits: [], leaks: [] };
  const captions = (found?.pictures ?? []).map(({ caption = '' }) => comparisonKey(caption));
  const credits = (found?.pictures ?? []).map(({ credit = '' }) => comparisonKey(credit));
  const text = comparisonKey(found?.articleBody ?? '');
  const story = comparisonKey(gold.articleBody ?? '');
  for (const { caption, authors } of gold.images ?? []) {
    if (caption) {
      const key = comparisonKey(caption);
      score.captions.push(captions.some((one) => one.includes(key) || (one !== '' && key.includes(one))));
      if (key.split(' ').length >= LEAST_CAPTION_WORDS && !story.includes(key)) score.leaks.push(text.includes(key));
    }
    if (authors?.length) {
      const keys = authors.map(comparisonKey);
      score.credits.push(keys.some((key) => credits.some((credit) => credit.includes(key))));
    }
  }
  return score;
}
