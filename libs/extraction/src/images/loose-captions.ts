import type { ImageFound } from '../article.js';
import type { LooseCaption } from '../body/find-body.js';
import type { Segment } from '../body/segments.js';
import { comparisonKey } from '../text.js';
import { creditOf, isPictureCount } from './caption.js';
import type { PlacedImage } from './find-images.js';

/** Words that a line must have to be recognised as a caption by its wording alone. */
const LEAST_WORDS = 4;

/** Gives captions that stood in the running text to the picture before them, or after them when none is before. */
export function placeLooseCaptions(images: readonly PlacedImage[], captions: readonly LooseCaption[]): void {
  for (const { caption, credit, node } of captions) {
    const free = images.filter(
      ({ image }) => image.caption === undefined || comparisonKey(image.caption) === comparisonKey(caption),
    );
    const nearest = free.findLast((placed) => placed.node < node) ?? free[0];
    if (!nearest) continue;
    nearest.image.caption = caption;
    const maker = credit === undefined ? undefined : creditOf(credit);
    if (maker !== undefined) nearest.image.credit ??= maker;
  }
}

/** The paragraphs without those that are or repeat a picture's caption or count the pictures of a gallery. */
export function withoutCaptions(kept: readonly Segment[], images: readonly PlacedImage[]): Segment[] {
  const captions = new Set(images.flatMap(({ image }) => captionKeys(image)));
  const lines = new Set(images.flatMap((placed) => placed.lines));
  let longest = 0;
  for (const key of captions) longest = Math.max(longest, key.length);
  return kept.filter(
    ({ start, text }) =>
      !lines.has(start) &&
      !isPictureCount(text) &&
      (text.length > 1.5 * longest + 20 || !captions.has(comparisonKey(text))),
  );
}

function captionKeys({ caption, credit, alt }: ImageFound): string[] {
  const texts = [caption, caption !== undefined && credit !== undefined ? `${caption} ${credit}` : undefined, alt];
  return texts
    .filter((text) => text !== undefined)
    .map(comparisonKey)
    .filter((key) => key.split(' ').length >= LEAST_WORDS);
}
