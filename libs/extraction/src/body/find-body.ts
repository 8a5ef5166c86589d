import type { HtmlTree } from '../html-tree.js';
import { trailingBrackets } from '../images/caption.js';
import { comparisonKey } from '../text.js';
import { chooseBody, type Candidate } from './candidates.js';
import { markClutter, type Clutter } from './clutter.js';
import { isDateLine, isPageLine } from './lines.js';
import { nameWords, Role } from './names.js';
import { segment, type Segment, type Segmentation } from './segments.js';
import { isCopyrightLine, worth } from './worth.js';

/** What other signals say about the article, for finding and trimming its body. */
export interface BodyHints {
  title: string | undefined;
  /** The element of the title's heading. */
  titleNode: number | undefined;
  descriptions: readonly string[];
  /** JSON-LD articleBody, plain text. */
  reference: string | undefined;
}

/** A caption that stood in the running text. */
export interface LooseCaption {
  caption: string;
  credit?: string;
  /** Where it stood. */
  node: number;
}

/** The article's running text as found in the tree. */
export interface Body {
  readonly page: Segmentation;
  readonly chosen: Candidate | undefined;
  readonly clutter: Clutter;
  readonly kept: readonly Segment[];
  readonly looseCaptions: readonly LooseCaption[];
}

export function findBody(tree: HtmlTree, hints: BodyHints): Body {
  const page = segment(tree);
  const worths = Float64Array.from(page.segments, (part) => worth(part, tree.name(part.shape)));
  const clutter = markClutter(tree, page, worths);
  const chosen = chooseBody(tree, page, worths, clutter.marks);
  if (!chosen) return { page, chosen, clutter, kept: [], looseCaptions: [] };
  const inside: Segment[] = [];
  for (let i = page.first[chosen.node]!; i < page.last[chosen.node]!; i++) {
    if (clutter.marks[i] === Role.none) inside.push(page.segments[i]!);
  }
  const { kept, looseCaptions } = takeOutCaptions(inside);
  const trimmed = trim(tree, kept, hints);
  const standfirst = findStandfirst(tree, page, clutter, hints, trimmed);
  return { page, chosen, clutter, kept: standfirst ? [standfirst, ...trimmed] : trimmed, looseCaptions };
}

const STANDFIRST_NAME =
  / (?:dek|deck|standfirst|stand first|sub ?title|sub ?head|sub ?headline|sub ?heading|subhed|summary|synopsis|lead|lede|leadtext|intro|introduction|excerpt|abstract|chapo|chapeau|sottotitolo|occhiello|bajada|entradilla|copete|vorspann|teaser ?text|ingress|manchet|strapline|article ?description|resumo|sumario|sommario|perex) /;

/** Signs of a description that must agree with a line for the line to be the same text. */
const AGREEING = 40;

/**
 * The summary line under the title, when it stands outside the body's element: a paragraph before the body that says
 * what the metadata's description says, or that is named as one.
 */
function findStandfirst(
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
  for (let i = page.first[hints.titleNode]!; i < page.segments.length && page.segments[i]!.start < first.start; i++) {
    const segment = page.segments[i]!;
    const role = clutter.marks[i];
    if ((role !== Role.none && role !== Role.byline) || segment.text.length < 40 || segment.text.length > 700) continue;
    if (segment.linkLength > 0.3 * segment.text.length || isPageLine(segment.text) || isDateLine(segment.text))
      continue;
    const key = comparisonKey(segment.text);
    if (
      key === title ||
      kept.some(({ text }) => text.length >= segment.text.length && comparisonKey(text).startsWith(key))
    )
      continue;
    if (
      descriptions.some((description) => key.startsWith(description)) ||
      (role === Role.none && isNamedStandfirst(tree, segment.container))
    ) {
      return segment;
    }
  }
  return undefined;
}

function isNamedStandfirst(tree: HtmlTree, container: number): boolean {
  for (let i = container, level = 0; i > 0 && level < 2; i = tree.parent(i), level++) {
    const name = `${tree.attribute(i, 'class') ?? ''} ${tree.attribute(i, 'itemprop') ?? ''} ${tree.attribute(i, 'data-testid') ?? ''}`;
    if (STANDFIRST_NAME.test(nameWords(name))) return true;
  }
  return false;
}

/** A caption printed bare and again, right after, with its credit in brackets: neither is text of the article. */
function takeOutCaptions(segments: readonly Segment[]): { kept: Segment[]; looseCaptions: LooseCaption[] } {
  const kept: Segment[] = [];
  const looseCaptions: LooseCaption[] = [];
  for (const segment of segments) {
    const previous = kept[kept.length - 1];
    const brackets = previous === undefined ? undefined : trailingBrackets(segment.text);
    if (previous && brackets && comparisonKey(brackets.before) === comparisonKey(previous.text)) {
      kept.pop();
      looseCaptions.push({ caption: previous.text, credit: brackets.inside, node: previous.start });
    } else kept.push(segment);
  }
  return { kept, looseCaptions };
}

/** Takes repeated titles, lone links, repeated paragraphs and the page's own lines out of the running text. */
function trim(tree: HtmlTree, segments: readonly Segment[], hints: BodyHints): Segment[] {
  const title = hints.title === undefined ? '' : comparisonKey(hints.title);
  const seen = new Map<string, number>();
  return segments.filter((segment) => {
    const { text, linkLength } = segment;
    if (tree.name(segment.shape) === 'h1' || !/[\p{L}\p{N}]/u.test(text)) return false;
    if (title && text.length < 400 && comparisonKey(text) === title) return false;
    if (linkLength > 0.8 * text.length && text.length < 300 && !isSentence(text)) return false;
    if (isPageLine(text) || isDateLine(text) || isCopyrightLine(text)) return false;
    if (text.length < MIN_REPEATED) return true;
    // The same paragraph in another box is a copy for another screen; in one column it is the author's doing.
    const column = tree.parent(segment.container);
    const first = seen.get(text);
    if (first === undefined) seen.set(text, column);
    return first === undefined || first === column;
  });
}

/** Shorter texts may stand twice in an article. */
const MIN_REPEATED = 60;

function isSentence(text: string): boolean {
  return text.length > 80 && /[.!?。]["”’)]?$/.test(text);
}
