import type { HtmlTree } from '../html-tree.js';
import { SegmentSums, type Clutter } from './clutter.js';
import { Role } from './names.js';
import type { Segmentation } from './segments.js';

/** Part of a page's running text above which what is hidden is the article, kept back until the reader pays or clicks. */
const MAX_SHARE = 0.15;

/** Boxes that hold texts of their own. A single hidden paragraph is more often waiting than done away with. */
const BOXES = new Set(['div', 'section', 'form', 'dialog', 'ul', 'ol', 'article', 'aside', 'header', 'table']);

const NOT_SHOWN = /display\s{0,9}:\s{0,9}none|visibility\s{0,9}:\s{0,9}hidden/i;

/** Marks boxes that a browser does not show, when they hold little of the page's running text. */
export function markHidden(tree: HtmlTree, page: Segmentation, worths: ArrayLike<number>, clutter: Clutter): void {
  const sums = new SegmentSums(page, worths);
  const hidden: number[] = [];
  let prose = 0;
  for (let i = 1; i < tree.size; i++) {
    if (page.first[i]! >= page.last[i]! || !BOXES.has(tree.name(i)) || !isHidden(tree, i)) continue;
    hidden.push(i);
    prose += sums.proseWorth(i);
    i = tree.end(i) - 1;
  }
  if (prose > MAX_SHARE * sums.proseWorth(0)) return;
  for (const node of hidden) {
    for (let i = page.first[node]!; i < page.last[node]!; i++) {
      if (clutter.marks[i] === Role.none) clutter.marks[i] = Role.hidden;
    }
  }
}

function isHidden(tree: HtmlTree, node: number): boolean {
  if (tree.hasAttribute('hidden') && tree.attribute(node, 'hidden') !== undefined) return true;
  const style = tree.attribute(node, 'style');
  if (style !== undefined && NOT_SHOWN.test(style)) return true;
  const names = tree.attribute(node, 'class');
  // With a screen size before another display, the box is hidden on some screens only: `hidden md:block`.
  return names !== undefined && names.includes('hidden') && / hidden /.test(` ${names} `) && !names.includes(':');
}
