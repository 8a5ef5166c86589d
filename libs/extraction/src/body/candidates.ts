import type { Trace } from '../explain/trace.js';
import type { HtmlTree } from '../html-tree.js';
import { Role } from './names.js';
import type { Segmentation } from './segments.js';

/** An element that may hold the article, with its evidence. */
export interface Candidate {
  readonly node: number;
  /** Net letters of running text inside, times the prior. */
  readonly score: number;
}

/** How far an element's kind and name speak for its being the article's body. */
function prior(tree: HtmlTree, page: Segmentation, node: number): number {
  if (tree.attribute(node, 'itemprop')?.toLowerCase().includes('articlebody')) return 1.5;
  if (page.names.isBody(node)) return 1.3;
  switch (tree.name(node)) {
    case 'article':
      return 1.2;
    case 'main':
      return 1.05;
    default:
      return 1;
  }
}

/** Elements that are parts of a text, never a whole body. */
const PARTS = new Set([
  'p',
  'li',
  'dd',
  'dt',
  'blockquote',
  'h1',
  'h2',
  'h3',
  'h4',
  'h5',
  'h6',
  'span',
  'a',
  'b',
  'strong',
  'em',
  'i',
]);

/**
 * Finds the element with the most running text net of menus and teasers: sibling chunks of a body are joined by their
 * parent, and a parent that adds more clutter than text loses to its child.
 */
export function chooseBody(
  tree: HtmlTree,
  page: Segmentation,
  worths: Float64Array,
  marks: Uint8Array,
  trace?: Trace,
): Candidate | undefined {
  const net = new Float64Array(page.segments.length + 1);
  for (let i = 0; i < page.segments.length; i++) net[i + 1] = net[i]! + (marks[i] === Role.none ? worths[i]! : 0);
  let best: Candidate | undefined;
  const seen = new Uint8Array(tree.size);
  for (const segment of page.segments) {
    for (let node = segment.container; node >= 0 && seen[node] === 0; node = tree.parent(node)) {
      seen[node] = 1;
      const sum = net[page.last[node]!]! - net[page.first[node]!]!;
      if (sum <= 0 || PARTS.has(tree.name(node))) continue;
      const score = sum * prior(tree, page, node);
      trace?.weigh(node, sum, score);
      // Of two that hold the same text the inner one is the body.
      if (!best || score > best.score || (score === best.score && node > best.node)) best = { node, score };
    }
  }
  return best;
}
