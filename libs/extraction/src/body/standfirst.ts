import type { HtmlTree } from '../html-tree.js';
import { comparisonKey } from '../text.js';
import type { Clutter } from './clutter.js';
import type { BodyHints } from './body-hints.js';
import { isDateLine, isPageLine } from './lines.js';
import { nameWords, Role } from './names.js';
import type { Segment, Segmentation } from './segments.js';

const STANDFIRST_NAME =
  / (?:dek|deck|standfirst|stand first|sub ?title|sub ?head|sub ?headline|sub ?heading|subhed|summary|synopsis|lead|lede|leadtext|intro|introduction|excerpt|abstract|chapo|chapeau|sottotitolo|occhiello|bajada|entradilla|copete|vorspann|teaser ?text|ingress|manchet|strapline|article ?description|resumo|sumario|sommario|perex) /;

/** Paragraphs of the body that may repeat the summary. */
const OPENING = 6;

/** Signs of a description that must agree with a line for the line to be the same text. */
const AGREEING = 40;

/**
 * The summary line under the title, when it stands outside the body's element: a paragraph before the body that says
 * what the metadata's description says, or that is named as one.
 */
export function findStandfirst(
  tree: HtmlTree,
  page: Segmentation,
  clutter: Clutter,
  hints: BodyHints,
  kept: readonly Segment[],
): Segment | undefined {
  const first = kept[0];
  if (!first || hints.titleNode === undefined) return undefined;
  const descriptions = hints.descriptions
    .map((text) => comparisonKey(text).slice(0, AGREEING))
    .filter((key) => key.length > AGREEING / 2);
  const title = comparisonKey(hints.title ?? '');
  const opening = kept.slice(0, OPENING).map(({ text }) => comparisonKey(text));
  for (let i = page.first[hints.titleNode]!; i < page.segments.length && page.segments[i]!.start < first.start; i++) {
    const segment = page.segments[i]!;
    const { text, linkLength } = segment;
    const role = clutter.marks[i];
    if (!READ.has(role!) || text.length < 40 || text.length > 700) continue;
    if (linkLength > 0.3 * text.length || isPageLine(text) || isDateLine(text)) continue;
    const key = comparisonKey(text);
    if (key === title || opening.some((known) => known.startsWith(key))) continue;
    if (descriptions.some((description) => key.startsWith(description))) return segment;
    if (role === Role.none && isNamedStandfirst(tree, page, segment.container)) return segment;
  }
  return undefined;
}

/** Roles in which the summary may stand: headers are named for the byline in them, summaries for what they are elsewhere. */
const READ: ReadonlySet<number> = new Set([Role.none, Role.byline, Role.related]);

/** True when the line's element is named as a summary, or one around it that holds nothing else. */
function isNamedStandfirst(tree: HtmlTree, page: Segmentation, container: number): boolean {
  for (let i = container, level = 0; i > 0; i = tree.parent(i), level++) {
    if (level >= 2 && page.last[i]! - page.first[i]! > 1) return false;
    const name = `${tree.attribute(i, 'class') ?? ''} ${tree.attribute(i, 'itemprop') ?? ''} ${tree.attribute(i, 'data-testid') ?? ''}`;
    if (STANDFIRST_NAME.test(nameWords(name))) return true;
  }
  return false;
}
