import { Parser } from 'htmlparser2';

/**
 * Elements nested deeper than this are not read: a page nested so deep is broken or hostile, and the tokenizer's
 * stack costs time in proportion to the depth.
 */
export const MAX_DEPTH = 1_000;

/** Nodes (elements and texts) after which the rest of a page is not read. */
export const MAX_NODES = 1_000_000;

export type Attributes = Readonly<Record<string, string>>;

const NO_ATTRIBUTES: Attributes = Object.freeze({});

/** The name of text nodes. */
export const TEXT = '#text';

/**
 * An HTML page in document order. Node `i` and all that is inside it are the numbers `i` to `end[i] - 1`, so every
 * traversal is a loop, a subtree is a range, and no depth of nesting can overflow the stack. Node 0 is the document.
 */
export class HtmlTree {
  /** Lower-case tag name, `#text`, or `#document` for node 0. */
  readonly names: string[] = ['#document'];
  readonly parents: number[] = [-1];
  /** One past the last node inside. */
  readonly ends: number[] = [0];
  readonly attributes: Attributes[] = [NO_ATTRIBUTES];
  /** The decoded characters of a text node; empty for elements. */
  readonly texts: string[] = [''];
  /** True when the page went past a limit and its rest was left out. */
  cut = false;

  get size(): number {
    return this.names.length;
  }

  name(node: number): string {
    return this.names[node]!;
  }

  end(node: number): number {
    return this.ends[node]!;
  }

  parent(node: number): number {
    return this.parents[node]!;
  }

  /** The attribute's value, or undefined when the element does not carry it. */
  attribute(node: number, name: string): string | undefined {
    const attributes = this.attributes[node]!;
    return Object.hasOwn(attributes, name) ? attributes[name] : undefined;
  }

  contains(outer: number, inner: number): boolean {
    return inner >= outer && inner < this.ends[outer]!;
  }

  /** All characters inside a node, as they stand (white space included), up to `limit`. */
  textContent(node: number, limit = 100_000): string {
    let text = '';
    for (let i = node; i < this.ends[node]! && text.length < limit; i++) {
      if (this.names[i] === TEXT) text += this.texts[i]!;
      else if (NOT_TEXT.has(this.names[i]!) && i !== node) i = this.ends[i]! - 1;
    }
    return text;
  }
}

const NOT_TEXT = new Set(['script', 'style', 'template']);

/** Parses a page once, with htmlparser2's tokenizer and tag rules. Never throws on content. */
export function parseHtml(html: string): HtmlTree {
  const tree = new HtmlTree();
  const { names, parents, ends, attributes, texts } = tree;
  const open: number[] = [0];
  let current = 0;
  let lastText = -1;

  const add = (name: string, attribs: Attributes, text: string): number => {
    names.push(name);
    parents.push(current);
    attributes.push(attribs);
    texts.push(text);
    return ends.push(names.length) - 1;
  };

  const parser = new Parser({
    onopentag(name, attribs) {
      if (tree.cut) return;
      if (open.length > MAX_DEPTH || names.length > MAX_NODES) {
        tree.cut = true;
        parser.pause();
        return;
      }
      lastText = -1;
      current = add(name, attribs, '');
      open.push(current);
    },
    onclosetag() {
      if (tree.cut) return;
      ends[current] = names.length;
      open.pop();
      current = open[open.length - 1] ?? 0;
      lastText = -1;
    },
    ontext(data) {
      if (tree.cut) return;
      if (lastText >= 0) texts[lastText] = texts[lastText]! + data;
      else lastText = add(TEXT, NO_ATTRIBUTES, data);
    },
  });
  parser.write(html);
  parser.end();
  for (const node of open) ends[node] = names.length;
  return tree;
}
