import { TEXT, type HtmlTree } from '../html-tree.js';
import { collapse } from '../text.js';
import { compileSelector, type Selector } from './selector.js';

/** Elements that one locator reads: a field has its values among the first. */
const MAX_ELEMENTS = 100;

/** Characters read of one element. */
const MAX_VALUE = 5_000;

/** Where a value stands: a selector, and the attribute that holds it when it is not the text: `time@datetime`. */
export interface Locator {
  readonly source: string;
  readonly selector: Selector;
  readonly attribute: string | undefined;
}

/** A value and the element that it was read from. */
export interface Located {
  value: string;
  node: number;
}

/** @throws Error that says what is wrong with the selector */
export function compileLocator(source: string): Locator {
  const split = /^(.*\S)\s*@([a-zA-Z][\w:.-]*)$/s.exec(source);
  const [, selector = source, attribute] = split ?? [];
  return { source, selector: compileSelector(selector), attribute: attribute?.toLowerCase() };
}

/** What an element says when no attribute is named. */
const VALUE_ATTRIBUTES = new Map([
  ['meta', 'content'],
  ['time', 'datetime'],
  ['img', 'src'],
]);

/** The values of the matching elements that have one, white space collapsed, in page order. */
export function locate(tree: HtmlTree, { selector, attribute }: Locator): Located[] {
  const located: Located[] = [];
  for (const node of selector.select(tree).slice(0, MAX_ELEMENTS)) {
    const name = attribute ?? VALUE_ATTRIBUTES.get(tree.name(node));
    const stated = name === undefined ? undefined : tree.attribute(node, name);
    const text = stated ?? (attribute === undefined ? spokenText(tree, node) : '');
    const value = collapse(text.slice(0, MAX_VALUE));
    if (value) located.push({ value, node });
  }
  return located;
}

/** The element's text; what stands in separate block elements is parted by a space. */
function spokenText(tree: HtmlTree, node: number): string {
  let text = '';
  for (let i = node + 1; i < tree.end(node) && text.length < MAX_VALUE; i++) {
    const name = tree.name(i);
    if (name === TEXT) text += tree.texts[i]!;
    else if (name === 'script' || name === 'style' || name === 'template') i = tree.end(i) - 1;
    else if (name === 'br' || name === 'p' || name === 'div' || name === 'li') text += ' ';
  }
  return text;
}
