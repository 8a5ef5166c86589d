import { TEXT, type HtmlTree } from '../html-tree.js';
import { collapse, isBlank } from '../text.js';
import { Role, NameReader } from './names.js';

/** Elements whose text runs on within a line. Everything else starts and ends a segment. */
const INLINE = new Set(
  (
    'a abbr acronym b bdi bdo big cite code data del dfn em font i ins kbd label mark nobr q rb ruby s samp small span ' +
    'strike strong sub sup time tt u var wbr o:p st1:place amp-fit-text rt rp'
  ).split(' '),
);

/** Elements that never hold text of an article. */
export const SKIPPED: ReadonlySet<string> = new Set(
  (
    'script style template noscript svg math iframe object embed applet select option datalist textarea button input ' +
    'canvas audio video map head title link meta frame frameset noframes amp-ad amp-analytics amp-sidebar'
  ).split(' '),
);

/** Elements that give their text a shape; the innermost one around a segment is its shape. */
const SHAPES = new Set([
  'h1',
  'h2',
  'h3',
  'h4',
  'h5',
  'h6',
  'li',
  'dt',
  'dd',
  'td',
  'th',
  'pre',
  'blockquote',
  'figure',
  'figcaption',
]);

const IS_INLINE = 1;
const IS_SKIPPED = 2;
const IS_SHAPE = 4;

/** What each of these elements is, as bits: one look-up per element of a page. */
const KINDS = new Map<string, number>();
for (const [names, bit] of [
  [INLINE, IS_INLINE],
  [SKIPPED, IS_SKIPPED],
  [SHAPES, IS_SHAPE],
] as const)
  for (const name of names) KINDS.set(name, (KINDS.get(name) ?? 0) | bit);

/** A run of text between two block boundaries: a paragraph, a heading, a list entry, a line of a menu. */
export interface Segment {
  /** First and one past the last node of its text. */
  readonly start: number;
  readonly end: number;
  /** The innermost block element around it. */
  readonly container: number;
  /** Innermost shaping element (`h2`, `li`, `td` …), or 0. */
  readonly shape: number;
  readonly text: string;
  /** Characters that stand inside links. */
  readonly linkLength: number;
}

/** An element whose name gives it a role. */
export interface Named {
  readonly node: number;
  readonly role: Role;
}

/** The text of a page as segments in document order. Every element covers a contiguous range of them. */
export interface Segmentation {
  readonly segments: readonly Segment[];
  /** Per node: the number of segments begun before it. Exact for block elements. */
  readonly first: Int32Array;
  /** Per node: one past its last segment. */
  readonly last: Int32Array;
  readonly named: readonly Named[];
  /** Elements inside a line that open over the page and are no part of the line. */
  readonly overlays: ReadonlySet<number>;
  /** What the names of the page's elements say. */
  readonly names: NameReader;
}

export function segment(tree: HtmlTree): Segmentation {
  const reader = new NameReader(tree);
  const segments: Segment[] = [];
  const named: Named[] = [];
  const overlays = new Set<number>();
  const first = new Int32Array(tree.size);
  const last = new Int32Array(tree.size);
  // The open elements around the current node; those that break lines are kept apart in `blocks`.
  const open: number[] = [];
  const blocks: number[] = [0];
  const shapes: number[] = [0];
  let openLinks = 0;
  // An article inside an article is another one: a teaser, a comment.
  let openArticles = 0;
  let buffer = '';
  let linkLength = 0;
  let start = -1;
  let end = -1;

  const flush = (): void => {
    if (start < 0) return;
    const text = collapse(buffer);
    if (text) {
      const container = blocks[blocks.length - 1]!;
      segments.push({
        start,
        end,
        container,
        shape: shapes[shapes.length - 1]!,
        text,
        linkLength: Math.min(linkLength, text.length),
      });
    }
    buffer = '';
    linkLength = 0;
    start = -1;
  };

  const close = (node: number): void => {
    const name = tree.name(node);
    if (blocks[blocks.length - 1] === node) {
      flush();
      blocks.pop();
    }
    if (shapes[shapes.length - 1] === node) shapes.pop();
    if (name === 'a') openLinks--;
    if (name === 'article') openArticles--;
    last[node] = segments.length;
  };

  let breaks = 0;
  for (let i = 1; i < tree.size; i++) {
    while (open.length > 0 && tree.end(open[open.length - 1]!) <= i) close(open.pop()!);
    const name = tree.name(i);
    if (name === TEXT) {
      const text = tree.texts[i]!;
      if (start < 0) {
        if (isBlank(text)) continue;
        start = i;
      }
      if (breaks > 0 && !isBlank(text)) breaks = 0;
      end = i + 1;
      buffer += text;
      if (openLinks > 0) linkLength += collapse(text).length;
      first[i] = last[i] = segments.length;
      continue;
    }
    const kind = KINDS.get(name) ?? 0;
    if ((kind & IS_SKIPPED) !== 0) {
      first.fill(segments.length, i, tree.end(i));
      last.fill(segments.length, i, tree.end(i));
      i = tree.end(i) - 1;
      continue;
    }
    if (name === 'br') {
      // Two line breaks in a row part paragraphs, as old pages write them.
      if (++breaks >= 2) flush();
      else buffer += ' ';
      first[i] = last[i] = segments.length;
      continue;
    }
    if (start >= 0 && INLINE.has(name) && reader.isOverlay(i)) {
      overlays.add(i);
      first.fill(segments.length, i, tree.end(i));
      last.fill(segments.length, i, tree.end(i));
      i = tree.end(i) - 1;
      continue;
    }
    const role = reader.role(i);
    const breaksLine = (kind & IS_INLINE) === 0 || BOUNDARY_ROLES.has(role);
    if (breaksLine) {
      flush();
      blocks.push(i);
    }
    first[i] = segments.length;
    if (role !== Role.none && breaksLine) named.push({ node: i, role });
    else if (name === 'article' && openArticles > 0 && !reader.isBody(i)) named.push({ node: i, role: Role.related });
    if ((kind & IS_SHAPE) !== 0) shapes.push(i);
    if (name === 'a') openLinks++;
    if (name === 'article') openArticles++;
    open.push(i);
    if (breaksLine) breaks = 0;
  }
  while (open.length > 0) close(open.pop()!);
  flush();
  last[0] = segments.length;
  return { segments, first, last, named, overlays, names: reader };
}

/** Inline elements with one of these roles stand apart from the text around them. */
const BOUNDARY_ROLES: ReadonlySet<Role> = new Set([Role.caption, Role.tools, Role.promotion, Role.hidden]);
