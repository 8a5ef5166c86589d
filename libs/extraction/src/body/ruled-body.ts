import type { HtmlTree } from '../html-tree.js';
import type { BodyRules } from './body-hints.js';
import type { Candidate } from './candidates.js';
import type { Clutter } from './clutter.js';
import { Role } from './names.js';
import type { Segment, Segmentation } from './segments.js';

/** The segmentation without names of elements around the ruled body: what is the body stands in no box of clutter. */
export function withoutRuled(tree: HtmlTree, page: Segmentation, rules: BodyRules | undefined): Segmentation {
  if (!rules || rules.body.length === 0) return page;
  return { ...page, named: page.named.filter(({ node }) => !rules.body.some((body) => tree.contains(node, body))) };
}

/** Takes the marks off what the rules keep. */
export function markKept(tree: HtmlTree, page: Segmentation, clutter: Clutter, rules: BodyRules | undefined): void {
  for (const node of rules?.keep ?? []) {
    clutter.marks.fill(Role.none, page.first[node], page.last[node]);
    clutter.removed.fill(Role.none, node, tree.end(node));
  }
}

/** The ruled body: its one element, or the smallest element around all of them. */
export function ruledBody(tree: HtmlTree, rules: BodyRules | undefined): Candidate | undefined {
  if (!rules || rules.body.length === 0) return undefined;
  const last = rules.body[rules.body.length - 1]!;
  let node = rules.body[0]!;
  while (!tree.contains(node, last)) node = tree.parent(node);
  return { node, score: Infinity };
}

/** True for what stands in the body, and for what the rules keep wherever it stands. */
export function isInside({ start }: Segment, body: number, tree: HtmlTree, rules: BodyRules | undefined): boolean {
  if (!rules) return tree.contains(body, start);
  const bodies = rules.body.length > 0 ? rules.body : [body];
  return [...bodies, ...rules.keep].some((node) => tree.contains(node, start));
}

/** True for a paragraph that the rules keep whatever it looks like. */
export function isKept(tree: HtmlTree, { start }: Segment, rules: BodyRules | undefined): boolean {
  return rules?.keep.some((node) => tree.contains(node, start)) === true;
}

/** True for a paragraph that the publisher prints in every article. */
export function beginsWithRuled(text: string, rules: BodyRules | undefined): boolean {
  return rules?.dropText.some((beginning) => text.startsWith(beginning)) === true;
}
