import { TEXT, type NodeTable } from './html-nodes.js';
import { HtmlParser } from './html-parser.js';

export { TEXT } from './html-nodes.js';
export { MAX_DEPTH, MAX_NODES } from './html-parser.js';

/**
 * An HTML page in document order. Node `i` and all that is inside it are the numbers `i` to `end(i) - 1`, so every
 * traversal is a loop, a subtree is a range, and no depth of nesting can overflow the stack. Node 0 is the document.
 */
export class HtmlTree {
  /** Lower-case tag name, `#text`, or `#document` for node 0. */
  readonly names: readonly string[];
  /** The decoded characters of a text node; empty for elements. */
  readonly texts: readonly string[];
  private readonly nodes: NodeTable;
  private readonly parents: NodeTable['parents'];
  private readonly ends: NodeTable['ends'];
  private readonly attributes: NodeTable['attributes'];

  constructor(
    nodes: NodeTable,
    /** True when the page went past a limit and its rest was left out. */
    readonly cut: boolean,
  ) {
    this.nodes = nodes;
    this.names = nodes.names;
    this.texts = nodes.texts;
    this.parents = nodes.parents;
    this.ends = nodes.ends;
    this.attributes = nodes.attributes;
  }

  get size(): number {
    return this.names.length;
  }

  name(node: number): string {
    return this.names[node]!;
  }

  /** One past the last node inside. */
  end(node: number): number {
    return this.ends.at(node);
  }

  parent(node: number): number {
    return this.parents.at(node);
  }

  /** The attribute's value, or undefined when the element does not carry it. */
  attribute(node: number, name: string): string | undefined {
    return this.attributes.get(node, name);
  }

  /** False when no element of the page carries the attribute: then none need be asked for it. */
  hasAttribute(name: string): boolean {
    return this.attributes.has(name);
  }

  /** All attributes of an element by their lower-case names, in their order. */
  attributesOf(node: number): [name: string, value: string][] {
    return this.attributes.all(node);
  }

  /** Empties an element: nobody finds text, pictures or names in it any more. */
  empty(node: number): void {
    const end = this.end(node);
    for (let i = node; i < end; i++) {
      if (this.names[i] === TEXT) this.nodes.texts[i] = '';
      else {
        this.nodes.names[i] = EMPTIED;
        this.attributes.empty(i);
      }
    }
  }

  contains(outer: number, inner: number): boolean {
    return inner >= outer && inner < this.end(outer);
  }

  /** All characters inside a node, as they stand (white space included), up to `limit`. */
  textContent(node: number, limit = 100_000): string {
    let text = '';
    const end = this.end(node);
    for (let i = node; i < end && text.length < limit; i++) {
      const name = this.names[i]!;
      if (name === TEXT) text += this.texts[i]!;
      else if (NOT_TEXT.has(name) && i !== node) i = this.end(i) - 1;
    }
    return text;
  }
}

/** An element without a meaning, of which no text is read. */
const EMPTIED = 'template';

const NOT_TEXT = new Set(['script', 'style', 'template']);

/** Parses a page once. Never throws on content. */
export function parseHtml(html: string): HtmlTree {
  const parser = new HtmlParser(html);
  return new HtmlTree(parser.read(), parser.cut);
}
