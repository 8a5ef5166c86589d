import { GrowingInts } from './growing-ints.js';
import { AttributeTable } from './html-attributes.js';

/** The name of text nodes. */
export const TEXT = '#text';

/** The nodes of a page in document order, one list per property. Node 0 is the document. */
export class NodeTable {
  /** Lower-case tag name, `#text`, or `#document` for node 0. */
  readonly names: string[] = [];
  /** The decoded characters of a text node; empty for elements. */
  readonly texts: string[] = [];
  readonly parents: GrowingInts;
  /** One past the last node inside. */
  readonly ends: GrowingInts;
  readonly attributes: AttributeTable;

  constructor(html: string) {
    const expected = Math.ceil(html.length / 48);
    this.parents = new GrowingInts(expected);
    this.ends = new GrowingInts(expected);
    this.attributes = new AttributeTable(html);
    this.add('#document', -1, '');
  }

  /** Adds a node without content; its attributes are those added since the node before it. */
  add(name: string, parent: number, text: string): number {
    const node = this.names.push(name) - 1;
    this.texts.push(text);
    this.parents.push(parent);
    this.ends.push(node + 1);
    this.attributes.endNode();
    return node;
  }

  /** Ends a node after the last one that was added. */
  end(node: number): void {
    this.ends.set(node, this.names.length);
  }
}
