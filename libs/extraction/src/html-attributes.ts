import { decodeAttribute } from './character-references.js';
import { GrowingInts } from './growing-ints.js';

/** Numbers per attribute: its name, where its value begins in the page, and where it ends, doubled: plus one when it holds an `&`. */
const WIDTH = 3;

/** Attributes read of one element: one with more is broken or hostile. */
const MAX_ATTRIBUTES = 500;

/** The attributes of a page's elements as places in the page: a value is cut out and decoded when it is asked for. */
export class AttributeTable {
  /** The numbers of names, by every spelling that the page uses and by their lower-case form. */
  private readonly ids = new Map<string, number>();
  /** Lower-case names by their numbers. */
  private readonly names: string[] = [];
  /** Nodes that were emptied: they have no attributes any more. */
  private emptied: Set<number> | undefined;
  private readonly entries: GrowingInts;
  /** The first `&` that is not before the value added last: values are added in the order of the page. */
  private ampersand = -1;
  /** Per node: where its entries begin; those of the next node begin where they end. */
  private readonly first: GrowingInts;

  constructor(private readonly html: string) {
    this.entries = new GrowingInts(WIDTH * Math.ceil(html.length / 64));
    this.first = new GrowingInts(Math.ceil(html.length / 48));
    this.first.push(0);
  }

  /** Adds an attribute to the element that the next `endNode` ends. */
  add(nameStart: number, nameEnd: number, valueStart: number, valueEnd: number): void {
    if (this.entries.length - this.first.at(this.first.length - 1) >= WIDTH * MAX_ATTRIBUTES) return;
    const spelling = this.html.slice(nameStart, nameEnd);
    this.entries.push(this.ids.get(spelling) ?? this.number(spelling));
    this.entries.push(valueStart);
    if (this.ampersand < valueStart) {
      const at = this.html.indexOf('&', valueStart);
      this.ampersand = at < 0 ? this.html.length : at;
    }
    this.entries.push(2 * valueEnd + (this.ampersand < valueEnd ? 1 : 0));
  }

  endNode(): void {
    this.first.push(this.entries.length);
  }

  /** Forgets the attributes since the last `endNode`. */
  drop(): void {
    this.entries.length = this.first.at(this.first.length - 1);
  }

  /** True when any element of the page was written with an attribute of this name. */
  has(name: string): boolean {
    return this.ids.has(name);
  }

  /** The first value that the node states for a name; undefined when it states none. */
  get(node: number, name: string): string | undefined {
    const from = this.first.at(node);
    const to = this.first.at(node + 1);
    if (from === to || this.emptied?.has(node)) return undefined;
    const id = this.ids.get(name);
    if (id === undefined) return undefined;
    for (let i = from; i < to; i += WIDTH) {
      if (this.entries.at(i) !== id) continue;
      return this.value(i);
    }
    return undefined;
  }

  /** All attributes of a node in their order, the first of each name. */
  all(node: number): [name: string, value: string][] {
    const found = new Map<string, string>();
    if (this.emptied?.has(node)) return [];
    for (let i = this.first.at(node); i < this.first.at(node + 1); i += WIDTH) {
      const name = this.names[this.entries.at(i)]!;
      if (found.has(name)) continue;
      found.set(name, this.value(i));
    }
    return [...found];
  }

  /** Takes all attributes from a node. */
  empty(node: number): void {
    (this.emptied ??= new Set()).add(node);
  }

  /** The decoded value of an entry. */
  private value(entry: number): string {
    const end = this.entries.at(entry + 2);
    const value = this.html.slice(this.entries.at(entry + 1), end >> 1);
    return (end & 1) === 0 ? value : decodeAttribute(value);
  }

  private number(spelling: string): number {
    const name = spelling.toLowerCase();
    let id = this.ids.get(name);
    if (id === undefined) this.ids.set(name, (id = this.names.push(name) - 1));
    this.ids.set(spelling, id);
    return id;
  }
}
