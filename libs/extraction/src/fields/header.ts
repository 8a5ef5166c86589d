import { TEXT, type HtmlTree } from '../html-tree.js';
import { collapse } from '../text.js';

/** Where the title stands (when it is above the body) and where the body begins. */
export interface HeaderPlace {
  title: number | undefined;
  body: number;
}

/** Nodes before the body that are looked at when no title stands above it. */
const REACH_WITHOUT_TITLE = 250;

/** Nodes of the body that are looked at: a stand-first may be its beginning, and a byline follows. */
const REACH_INTO_BODY = 60;
const REACH_INTO_UNTITLED = 150;

/** Nodes after a beginning that are looked at: a byline may stand below the lead picture, not pages away. */
const MAX_REACH = 2_500;

/** Longer lines are prose. */
const MAX_LINE = 200;

/** Lines that are read: more are no header. */
const MAX_LINES = 80;

const BLOCKS = new Set(
  (
    'address article aside blockquote br dd div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header hr ' +
    'li main nav ol p section table tbody td th thead title tr ul ' +
    // Elements of NITF, which some systems leave in their pages.
    'hedline hl1 hl2 byline dateline body.head body.content'
  ).split(' '),
);
const SILENT = new Set(['script', 'style', 'template', 'noscript', 'svg', 'select', 'button', 'iframe', 'option']);

/** First node of what stands between title and body, and the one behind it. */
export function headerRange(tree: HtmlTree, { title, body }: HeaderPlace): { from: number; to: number } {
  const from = title ?? Math.max(0, body - REACH_WITHOUT_TITLE);
  const into = title === undefined ? REACH_INTO_UNTITLED : REACH_INTO_BODY;
  return { from, to: Math.min(tree.size, Math.max(body, from) + into, from + MAX_REACH) };
}

/** The short lines of text from one node to another, as blocks part them, in page order. */
export function linesBetween(tree: HtmlTree, from: number, to: number): string[] {
  const lines: string[] = [];
  let line = '';
  const end = (): void => {
    const text = line.length > 4 * MAX_LINE ? '' : collapse(line);
    if (text && text.length <= MAX_LINE) lines.push(text);
    line = '';
  };
  for (let i = from; i < to && lines.length < MAX_LINES; i++) {
    const name = tree.name(i);
    let last = i;
    if (name === TEXT) line += tree.texts[i]!;
    else if (SILENT.has(name)) last = tree.end(i) - 1;
    else if (BLOCKS.has(name)) end();
    else line += ' ';
    if (closed(tree, i, last + 1, BLOCKS)) end();
    i = last;
  }
  end();
  return lines;
}

const PARTING = new Set([...BLOCKS, 'a']);

/** Text of a node in which a bar parts blocks and links and a space other elements: names do not run together. */
export function partedText(tree: HtmlTree, node: number, limit: number): string {
  let text = '';
  const to = tree.end(node);
  for (let i = node; i < to && text.length < limit; i++) {
    const name = tree.name(i);
    let last = i;
    if (name === TEXT) text += tree.texts[i]!;
    else if (SILENT.has(name)) last = tree.end(i) - 1;
    else text += i !== node && PARTING.has(name) ? ' | ' : ' ';
    if (last + 1 < to) text += closed(tree, i, last + 1, PARTING) ? ' | ' : name === TEXT ? '' : ' ';
    i = last;
  }
  return text;
}

/** True when one of the elements of `names` ends right before `next`, `node` being the innermost there. */
function closed(tree: HtmlTree, node: number, next: number, names: ReadonlySet<string>): boolean {
  for (let i = node; i > 0 && tree.end(i) === next; i = tree.parent(i)) if (names.has(tree.name(i))) return true;
  return false;
}
