import type { ImageFound } from '../article.js';
import type { LooseCaption } from '../body/find-body.js';
import type { Segment } from '../body/segments.js';
import { comparisonKey } from '../text.js';
import { creditOf, isPictureCount, trailingBrackets } from './caption.js';
import { readsAsCredit } from './credit-words.js';
import type { PlacedImage } from './find-images.js';

/** Words that a line must have to be recognised as a caption by its wording alone. */
const LEAST_WORDS = 4;

/** Longer lines are paragraphs, whatever stands in brackets at their end. */
const MOST_SIGNS = 400;

/** Gives captions that stood in the running text to the picture before them, or after them when none is before. */
export function placeLooseCaptions(
  images: readonly PlacedImage[],
  captions: readonly LooseCaption[],
  kept: readonly Segment[],
): void {
  for (const { caption, credit, node } of [...captions, ...creditedLines(images, kept)]) {
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

/** Signs of a credit that may stand behind a caption. */
const MAX_CREDIT = 120;

/** Lines that end with a credit in brackets and repeat the next line, or the caption or description of a picture. */
function creditedLines(images: readonly PlacedImage[], kept: readonly Segment[]): LooseCaption[] {
  const known = new Set(images.flatMap(({ image }) => captionKeys(image)));
  return kept.flatMap(({ text, start }, i) => {
    const said = creditedLine(text);
    if (!said) return [];
    const key = comparisonKey(said.before);
    const next = kept[i + 1]?.text ?? '';
    const isRepeated = known.has(key) || (next.length < MOST_SIGNS && comparisonKey(next) === key);
    return isRepeated ? [{ caption: said.before, credit: said.inside, node: start }] : [];
  });
}

function creditedLine(text: string): { before: string; inside: string } | undefined {
  const brackets = text.length < MOST_SIGNS ? trailingBrackets(text) : undefined;
  return brackets && brackets.before !== '' && readsAsCredit(brackets.inside) ? brackets : undefined;
}

/** The paragraphs without those that are or repeat a picture's caption or count the pictures of a gallery. */
export function withoutCaptions(kept: readonly Segment[], images: readonly PlacedImage[]): Segment[] {
  const captions = new Set(images.flatMap(({ image }) => captionKeys(image)));
  const lines = new Set(images.flatMap((placed) => placed.lines));
  let longest = 0;
  for (const key of captions) longest = Math.max(longest, key.length);
  return kept.filter(({ start, text }) => {
    if (lines.has(start) || isPictureCount(text)) return false;
    if (text.length > 1.5 * longest + MAX_CREDIT) return true;
    return !captions.has(comparisonKey(text)) && !captions.has(comparisonKey(creditedLine(text)?.before ?? ''));
  });
}

function captionKeys({ caption, credit, alt }: ImageFound): string[] {
  const texts = [caption, caption !== undefined && credit !== undefined ? `${caption} ${credit}` : undefined, alt];
  return texts
    .filter((text) => text !== undefined)
    .map(comparisonKey)
    .filter((key) => key.split(' ').length >= LEAST_WORDS);
}
