import type { HtmlTree } from '../html-tree.js';
import { Role } from './names.js';
import type { Segmentation } from './segments.js';

/** Sums over ranges of segments, each asked in constant time. */
export class SegmentSums {
  private readonly letters: Float64Array;
  private readonly links: Float64Array;
  private readonly prose: Float64Array;

  constructor(
    private readonly page: Segmentation,
    worths: ArrayLike<number>,
  ) {
    const count = page.segments.length;
    this.letters = new Float64Array(count + 1);
    this.links = new Float64Array(count + 1);
    this.prose = new Float64Array(count + 1);
    for (let i = 0; i < count; i++) {
      const segment = page.segments[i]!;
      this.letters[i + 1] = this.letters[i]! + segment.text.length;
      this.links[i + 1] = this.links[i]! + segment.linkLength;
      this.prose[i + 1] = this.prose[i]! + Math.max(0, worths[i]!);
    }
  }

  /** Characters inside a node. */
  length(node: number): number {
    return this.over(this.letters, node);
  }

  linkLength(node: number): number {
    return this.over(this.links, node);
  }

  /** Positive worth inside a node. */
  proseWorth(node: number): number {
    return this.over(this.prose, node);
  }

  /** Positive worth before a node. */
  proseBefore(node: number): number {
    return this.prose[this.page.first[node]!]!;
  }

  private over(sums: Float64Array, node: number): number {
    return sums[this.page.last[node]!]! - sums[this.page.first[node]!]!;
  }
}

/** A caption, byline, share bar or box that is longer than this is taken for text in spite of its name. */
const SMALL = 600;

/** The same for what the house says of itself or of other articles: appeals run longer than captions. */
const LARGE = 1_000;

/** What was taken out by name: the role per segment and per node, `none` for what stays. */
export interface Clutter {
  readonly marks: Uint8Array;
  readonly removed: Uint8Array;
}

/**
 * Marks the segments that stand in elements named as something other than the article. A name alone never removes a
 * large part of a page's prose: publishers wrap whole bodies in elements called `paywall`, `widget` or `sidebar-left`.
 */
export function markClutter(tree: HtmlTree, page: Segmentation, worths: Float64Array): Clutter {
  const marks = new Uint8Array(page.segments.length);
  const removed = new Uint8Array(tree.size);
  const sums = new SegmentSums(page, worths);
  let commented = 0;
  let end = 0;
  for (const { node, role } of page.named) {
    if (role !== Role.comments || node < end) continue;
    commented += sums.proseWorth(node);
    end = tree.end(node);
  }
  const all = sums.proseWorth(0);
  const discussed = all - commented > 0.05 * all;
  const article = (discussed ? all - commented : all) || 1;
  const gallery = captionShare(tree, page, sums, article) > GALLERY;
  end = 0;
  for (const { node, role } of page.named) {
    if (node < end) continue;
    if (role !== Role.comments && page.names.isBody(node)) continue;
    const share = sums.proseWorth(node) / article;
    const out =
      role === Role.comments
        ? discussed
        : (tree.name(node) === 'figcaption' && !gallery) ||
          (role === Role.frame && share < CLOSING && sums.proseBefore(node) > 0.5 * article) ||
          (role === Role.related && tree.name(node) === 'article' && share < MAX_NESTED) ||
          removes(role, sums.length(node), sums.linkLength(node), share);
    if (!out) continue;
    end = tree.end(node);
    marks.fill(role, page.first[node], page.last[node]);
    removed.fill(role, node, end);
  }
  return { marks, removed };
}

/** Part of the running text below which what is named as the page's foot, and follows more than half of the text, is it. */
const CLOSING = 0.45;

/** Part of the running text below which an article inside another one leads elsewhere. */
const MAX_NESTED = 0.25;

/** Part of a page's running text above which its captions are the text: a gallery. */
const GALLERY = 0.7;

/** The part of the running text that stands in captions marked up as such. */
function captionShare(tree: HtmlTree, page: Segmentation, sums: SegmentSums, article: number): number {
  let captions = 0;
  let end = 0;
  for (const { node } of page.named) {
    if (node < end || tree.name(node) !== 'figcaption') continue;
    captions += sums.proseWorth(node);
    end = tree.end(node);
  }
  return captions / article;
}

function removes(role: Role, length: number, linkLength: number, share: number): boolean {
  switch (role) {
    case Role.caption:
    case Role.byline:
    case Role.hidden:
    case Role.tags:
      return length < SMALL && share < 0.5;
    case Role.related:
    case Role.promotion:
    case Role.tools:
      return share < 0.1 || (length < LARGE && share < 0.4) || (linkLength > 0.5 * length && share < 0.5);
    case Role.frame:
      return share < 0.3;
    default:
      return false;
  }
}
