import type { HtmlTree } from '../html-tree.js';
import { comparisonKey } from '../text.js';
import type { Clutter } from './clutter.js';
import type { BodyHints } from './body-hints.js';
import { isDateLine, isPageLine } from './lines.js';
import { Role } from './names.js';
import { PhraseTable } from './phrase-table.js';
import type { Segment, Segmentation } from './segments.js';

const STANDFIRST_NAME = new PhraseTable([
  / (?:dek|deck|standfirst|stand first|sub ?title|sub ?head|sub ?headline|sub ?heading|subhed|summary|synopsis|lead|lede|leadtext|intro|introduction|excerpt|abstract|chapo|chapeau|sottotitolo|occhiello|bajada|entradilla|copete|vorspann|teaser ?text|ingress|manchet|strapline|article ?description|resumo|sumario|sommario|perex) /,
]);

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
  let known: Known | undefined;
  for (let i = page.first[hints.titleNode]!; i < page.segments.length && page.segments[i]!.start < first.start; i++) {
    const segment = page.segments[i]!;
    const { text, linkLength } = segment;
    const role = clutter.marks[i];
    if (!READ.has(role!) || text.length < 40 || text.length > 700) continue;
    if (linkLength > 0.3 * text.length || isPageLine(text) || isDateLine(text)) continue;
    const key = comparisonKey(text);
    known ??= knownTexts(hints, kept);
    if (key === known.title || known.opening.some((other) => other.startsWith(key))) continue;
    if (known.descriptions.some((description) => key.startsWith(description))) return segment;
    if (role === Role.none && isNamedStandfirst(tree, page, segment.container)) return segment;
  }
  return undefined;
}

/** What a summary is compared with, as comparison keys. */
interface Known {
  readonly title: string;
  /** The beginnings of the descriptions. */
  readonly descriptions: readonly string[];
  readonly opening: readonly string[];
}

function knownTexts(hints: BodyHints, kept: readonly Segment[]): Known {
  return {
    title: comparisonKey(hints.title ?? ''),
    descriptions: hints.descriptions
      .map((text) => comparisonKey(text).slice(0, AGREEING))
      .filter((key) => key.length > AGREEING / 2),
    opening: kept.slice(0, OPENING).map(({ text }) => comparisonKey(text)),
  };
}

/** Roles in which the summary may stand: headers are named for the byline in them, summaries for what they are elsewhere. */
const READ: ReadonlySet<number> = new Set([Role.none, Role.byline, Role.related]);

/** True when the line's element is named as a summary, or one around it that holds nothing else. */
function isNamedStandfirst(tree: HtmlTree, page: Segmentation, container: number): boolean {
  for (let i = container, level = 0; i > 0; i = tree.parent(i), level++) {
    if (level >= 2 && page.last[i]! - page.first[i]! > 1) return false;
    const name = `${tree.attribute(i, 'class') ?? ''} ${tree.attribute(i, 'itemprop') ?? ''} ${tree.attribute(i, 'data-testid') ?? ''}`;
    if (STANDFIRST_NAME.matches(name)) return true;
  }
  return false;
}
