import type { DropReason } from '../explain/trace.js';
import type { HtmlTree } from '../html-tree.js';
import { comparisonKey } from '../text.js';
import { isBoilerplate } from './boilerplate.js';
import type { BodyHints } from './body-hints.js';
import { isCue, isDateLine, isPageLine, isSentence } from './lines.js';
import { beginsWithRuled, isKept } from './ruled-body.js';
import type { Segment } from './segments.js';
import { isWriterNote } from './writer-note.js';
import { isCopyrightLine, textWeight } from './worth.js';

/** Takes out of the running text what belongs to the page: repeated titles, ways elsewhere, notices, writers' notes. */
export function trim(tree: HtmlTree, segments: readonly Segment[], hints: BodyHints): Segment[] {
  const { rules, trace } = hints;
  const step = (before: readonly Segment[], after: Segment[], why: DropReason): Segment[] => {
    trace?.dropMissing(before, after, why);
    return after;
  };
  let left = segments.filter(({ text }) => !beginsWithRuled(text, rules));
  trace?.dropMissing(segments, left, 'publisher-rule');
  const own = new Set(left.filter((segment) => isKept(tree, segment, rules)));
  left = step(left, dropHeadlines(tree, left), 'header-line');
  left = step(left, dropCueBoxes(tree, left), 'announced-box');
  left = step(left, dropLinkLists(tree, left), 'link-list');
  const lines = left;
  left = dropLines(tree, lines, hints);
  left = step(left, dropOrphanHeadings(tree, lines, left), 'house-notice');
  left = step(left, dropWriterNotes(left, hints.authors), 'writer-note');
  if (own.size === 0) return left;
  const survivors = new Set(left);
  return segments.filter((segment) => own.has(segment) || survivors.has(segment));
}

/** A text of this length opens the article: headings from there on are subheads. */
const LEAST_PARAGRAPH = 80;

/** Lines shorter than this, in Latin letters, are kickers, bylines, datelines and buttons when they come first. */
const LEAST_OPENING = 45;

/** Lines before the first paragraph that are looked at: a text with more short lines is made of them. */
const MAX_OPENING_LINES = 10;

/**
 * The segments without what stands over the first paragraph: headlines and kickers in the article's header, and short
 * lines that do not end as a sentence does.
 */
function dropHeadlines(tree: HtmlTree, segments: readonly Segment[]): Segment[] {
  const first = segments.findIndex(
    ({ text, shape }) => textWeight(text) >= LEAST_PARAGRAPH && !HEADING.has(tree.name(shape)),
  );
  return segments.filter(({ text, shape }, i) => {
    if (i >= first || /[.!?:…。！？」]["”’»)]?$/.test(text)) return true;
    if (HEADING.has(tree.name(shape))) return !standsInHeader(tree, shape);
    return shape !== 0 || first > MAX_OPENING_LINES || textWeight(text) >= LEAST_OPENING;
  });
}

const HEADING = new Set(['h1', 'h2', 'h3', 'h4', 'h5', 'h6']);

function standsInHeader(tree: HtmlTree, heading: number): boolean {
  for (let i = tree.parent(heading); i > 0; i = tree.parent(i)) {
    const name = tree.name(i);
    if (name === 'header' || name === 'hgroup') return true;
    if (name === 'article' || name === 'main') return false;
  }
  return false;
}

/** The segments without headings of boxes of which nothing else is left: what they announced was no text of the article. */
function dropOrphanHeadings(tree: HtmlTree, before: readonly Segment[], left: readonly Segment[]): Segment[] {
  if (left.length === before.length) return [...left];
  return left.filter((segment, i) => {
    if (!HEADING.has(tree.name(segment.shape))) return true;
    const box = tree.parent(segment.shape);
    const [above, below] = [left[i - 1], left[i + 1]];
    if ((above && tree.contains(box, above.start)) || (below && tree.contains(box, below.start))) return true;
    return !before.some((other) => other.start > segment.start && tree.contains(box, other.start));
  });
}

/** Shapes whose own text may be a date: a quoted post ends with one, a table lists them. */
const DATED = new Set(['blockquote', 'td', 'th']);

/** Shapes in which a number or an address alone can be text. */
const DATA = new Set(['li', 'td', 'th', 'dd', 'dt', 'pre', 'h2', 'h3', 'h4', 'h5', 'h6']);

function dropLines(tree: HtmlTree, segments: readonly Segment[], hints: BodyHints): Segment[] {
  const title = hints.title === undefined ? '' : comparisonKey(hints.title);
  const isCopy = copyTest(tree, segments);
  return segments.filter((segment) => {
    const { text, linkLength } = segment;
    const shape = tree.name(segment.shape);
    const drop = (why: DropReason): false => {
      hints.trace?.drop(segment, why);
      return false;
    };
    if (shape === 'h1') return drop('page-heading');
    if (!/\p{L}/u.test(text)) return (DATA.has(shape) && /\p{N}/u.test(text)) || drop('no-words');
    if (hints.title !== undefined && sameLength(text, hints.title) && comparisonKey(text) === title)
      return drop('repeated-title');
    // Old pages part title, byline and date by line breaks alone.
    if (hints.title !== undefined && text.startsWith(hints.title) && isDateLine(text.slice(hints.title.length).trim()))
      return drop('title-and-date');
    if (linkLength > 0.8 * text.length && text.length < 300 && !isSentence(text)) return drop('lone-link');
    if (linkLength > 0.4 * text.length && isCue(text.slice(0, MAX_CUE))) return drop('lone-link');
    if (isPageLine(text) || isCopyrightLine(text)) return drop('page-line');
    if (isBoilerplate(text)) return drop('house-notice');
    if (!DATED.has(shape) && isDateLine(text)) return drop('date-line');
    if (!DATA.has(shape) && ADDRESS.test(text)) return drop('no-words');
    return !isCopy(segment) || drop('repeated-paragraph');
  });
}

/**
 * Tells copies: the same paragraph in another box is set for another screen, drawn out as a quote or listed in a
 * summary, so the one in the longer column is the text. In one column a repetition is the author's doing.
 */
function copyTest(tree: HtmlTree, segments: readonly Segment[]): (segment: Segment) => boolean {
  const columns = new Map<number, number>();
  const best = new Map<string, number>();
  for (const { container, text } of segments) {
    const column = tree.parent(container);
    columns.set(column, (columns.get(column) ?? 0) + text.length);
  }
  for (const { container, text } of segments) {
    if (text.length < MIN_REPEATED) continue;
    const column = tree.parent(container);
    const other = best.get(text);
    if (other === undefined || columns.get(column)! > columns.get(other)!) best.set(text, column);
  }
  return ({ container, text }) => text.length >= MIN_REPEATED && best.get(text) !== tree.parent(container);
}

/** Nothing but the address or name of a file: what a script was to replace by a picture. */
const ADDRESS = /^(?:https?:\/|\.{0,2})\/\S+$|^[^.!?]{1,90}\.(?:jpe?g|png|gif|webp)$/i;

/** Shorter texts may stand twice in an article. */
const MIN_REPEATED = 60;

/** Part of the text above which a box is no box of ways elsewhere, whatever its first line says. */
const MAX_BOX = 0.4;

/** The segments without boxes that open with a line announcing other articles or the writer. */
function dropCueBoxes(tree: HtmlTree, segments: readonly Segment[]): Segment[] {
  const kept: Segment[] = [];
  const all = segments.reduce((sum, { text }) => sum + text.length, 0);
  for (let i = 0; i < segments.length; i++) {
    const segment = segments[i]!;
    const before = kept[kept.length - 1];
    const end = before && segment.text.length <= MAX_CUE && isCue(segment.text) ? boxEnd(tree, segment, before) : 0;
    let next = i + 1;
    let length = segment.text.length;
    for (; next < segments.length && segments[next]!.start < end && length < MAX_BOX * all; next++)
      length += segments[next]!.text.length;
    if (next > i + 1 && length < MAX_BOX * all) i = next - 1;
    else kept.push(segment);
  }
  return kept;
}

/** One past the outermost element around a segment that leaves out the segment before it. */
function boxEnd(tree: HtmlTree, segment: Segment, before: Segment): number {
  let box = segment.container;
  for (let i = tree.parent(box); i > 0 && !tree.contains(i, before.start); i = tree.parent(i)) box = i;
  return tree.end(box);
}

/** Part of a list's characters that must be links for the list to be one of ways elsewhere. */
const LINKED = 0.6;
/** The same for a list under a line that announces other articles. */
const ANNOUNCED = 0.15;

/** The segments without lists of links and the lines that announce them. */
function dropLinkLists(tree: HtmlTree, segments: readonly Segment[]): Segment[] {
  const kept: Segment[] = [];
  for (let i = 0; i < segments.length;) {
    const list = outerList(tree, segments[i]!);
    if (list === undefined) {
      kept.push(segments[i++]!);
      continue;
    }
    const from = i;
    let length = 0;
    let linked = 0;
    for (; i < segments.length && tree.contains(list, segments[i]!.start); i++) {
      length += segments[i]!.text.length;
      linked += segments[i]!.linkLength;
    }
    const before = kept[kept.length - 1];
    const announced = before !== undefined && before.text.length <= MAX_CUE && isCue(before.text);
    if (linked > (announced ? ANNOUNCED : LINKED) * length) {
      if (before !== undefined && (announced || isLabel(tree, before))) kept.pop();
    } else kept.push(...segments.slice(from, i));
  }
  return kept;
}

const MAX_CUE = 80;

/** A short line that ends in a colon, or a heading: without its list it announces nothing. */
function isLabel(tree: HtmlTree, { text, shape }: Segment): boolean {
  return text.length <= MAX_CUE && (/[:：]$/.test(text) || HEADING.has(tree.name(shape)));
}

/** The outermost list around a list entry. */
function outerList(tree: HtmlTree, segment: Segment): number | undefined {
  if (tree.name(segment.shape) !== 'li') return undefined;
  let outer: number | undefined;
  for (let i = tree.parent(segment.shape); i > 0; i = tree.parent(i)) {
    const name = tree.name(i);
    if (name === 'ul' || name === 'ol') outer = i;
  }
  return outer;
}

/** Paragraphs at the end among which a note about the writer may stand. */
const CLOSING = 5;

/** The segments without closing notes about who wrote them. A text that would lose half of itself keeps them. */
function dropWriterNotes(segments: readonly Segment[], authors: readonly string[]): Segment[] {
  const closing = Math.max(segments.length - CLOSING, Math.ceil(segments.length / 2));
  return segments.filter(({ text }, i) => i < closing || !isWriterNote(text, authors));
}

/** Cheap test before comparing: texts that read the same differ little in length. */
export function sameLength(a: string, b: string): boolean {
  return Math.abs(a.length - b.length) <= 8 + 0.2 * b.length;
}
