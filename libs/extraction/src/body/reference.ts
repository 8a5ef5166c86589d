import type { HtmlTree } from '../html-tree.js';
import type { Segment } from './segments.js';

/** Words in a row that must stand in the reference for a place to count as the same text. */
const SHINGLE = 3;

/** Part of the reference that the page must show before the reference may judge the page. */
const COVERAGE = 0.85;

/** Length of a reference, in parts of what was found, below which it is a teaser. */
const LEAST_SHARE = 0.7;

/** Part of a segment below which the reference does not know it. */
const UNKNOWN = 0.15;

/** Shorter texts share a few words with any reference. */
const LEAST_KNOWN = 60;

/** Elements whose texts the articleBody of many publishers leaves out though they belong to the article. */
const OFTEN_LEFT_OUT = new Set(['h2', 'h3', 'h4', 'h5', 'h6', 'li', 'dt', 'dd', 'td', 'th', 'pre', 'blockquote']);

/**
 * The segments without paragraphs that the publisher's own articleBody does not know: inserted promotions, author
 * notes, a second article. The articleBody is trusted only when it is long enough and nearly all of it stands on
 * the page, so that a teaser or another text never cuts an article.
 */
export function confirmByReference(tree: HtmlTree, kept: readonly Segment[], reference: string | undefined): Segment[] {
  if (reference === undefined) return [...kept];
  const expected = shinglesOf(reference);
  const known = new Set(expected);
  const shown = new Set<string>();
  const agreement = kept.map(({ text }) => {
    const own = shinglesOf(text);
    const hits = own.filter((shingle) => known.has(shingle));
    for (const shingle of hits) shown.add(shingle);
    return own.length === 0 ? 1 : hits.length / own.length;
  });
  const length = kept.reduce((sum, { text }) => sum + text.length, 0);
  if (reference.length < LEAST_SHARE * length || shown.size < COVERAGE * known.size) return [...kept];
  // Kickers and names are too short to be known or unknown.
  const first = agreement.findIndex((share, i) => share > 0.5 && kept[i]!.text.length >= LEAST_KNOWN);
  const isKnown = (i: number): boolean => agreement[i] !== undefined && agreement[i] > 0.5;
  return kept.filter(
    (segment, i) =>
      i < first ||
      agreement[i]! >= UNKNOWN ||
      OFTEN_LEFT_OUT.has(tree.name(segment.shape)) ||
      (segment.text.length >= LEAST_PARAGRAPH && isKnown(i - 1) && isKnown(i + 1) && sameColumn(tree, kept, i)),
  );
}

/** A paragraph of this length among known ones was left out by whoever cut the reference: promotions are shorter. */
const LEAST_PARAGRAPH = 300;

/** True when a paragraph stands in the same box as those before and after it. */
function sameColumn(tree: HtmlTree, kept: readonly Segment[], i: number): boolean {
  const column = tree.parent(kept[i]!.container);
  return [i - 1, i + 1].every((j) => kept[j] !== undefined && tree.parent(kept[j].container) === column);
}

/** All runs of words of a text, lower case, for telling whether two texts share passages. */
export function shinglesOf(text: string): string[] {
  const words = text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  if (words.length < SHINGLE) return [];
  return words.slice(SHINGLE - 1).map((_, i) => words.slice(i, i + SHINGLE).join(' '));
}
