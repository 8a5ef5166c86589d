import type { HtmlTree } from '../html-tree.js';

/** Elements that a path names. */
const MAX_STEPS = 6;

/** Characters of an id or class that a path shows. */
const MAX_NAME = 40;

/** Where an element stands, as a selector that a person reads: `… > main > article.story > div#body`. */
export function pathOf(tree: HtmlTree, node: number): string {
  if (node === 0) return tree.name(0);
  const steps: string[] = [];
  let element = node;
  for (; element > 0 && steps.length < MAX_STEPS; element = tree.parent(element)) steps.unshift(stepOf(tree, element));
  return `${element > 0 ? '… > ' : ''}${steps.join(' > ')}`;
}

function stepOf(tree: HtmlTree, node: number): string {
  const id = tree.attribute(node, 'id')?.trim();
  const className = tree.attribute(node, 'class')?.trim().split(/\s+/, 1)[0];
  const mark = id ? `#${id}` : className ? `.${className}` : '';
  return `${tree.name(node)}${mark.slice(0, MAX_NAME)}`;
}
