import { Tokenizer, type TokenizerCallbacks } from 'htmlparser2';
import { decodeReferences } from './character-references.js';
import { NodeTable, TEXT } from './html-nodes.js';
import { CLOSED_BY, INTEGRATION, tagNameOf, UNDECODED, VOID } from './html-tags.js';

/** Elements nested deeper than this are not read: a page nested so deep is broken or hostile. */
export const MAX_DEPTH = 1_000;

/** Nodes (elements and texts) after which the rest of a page is not read. */
export const MAX_NODES = 1_000_000;

/** The part of the tokenizer that looks for the next `<` or quote. */
interface Search {
  index: number;
  readonly buffer: string;
  readonly offset: number;
  fastForwardTo(code: number): boolean;
}

/** Signs that are looked at one by one before the engine's own search is worth its call. */
const NEAR = 24;

/** Lets the tokenizer look for the next `<` or quote as the engine does: pages are mostly scripts and long values. */
function searchingNatively(tokenizer: Tokenizer): Tokenizer {
  const search = tokenizer as unknown as Search;
  search.fastForwardTo = function (this: Search, code) {
    const { buffer, offset } = this;
    const from = this.index + 1 - offset;
    const near = Math.min(buffer.length, from + NEAR);
    let at = from;
    while (at < near && buffer.charCodeAt(at) !== code) at++;
    if (at === near) at = buffer.indexOf(String.fromCharCode(code), near);
    // Not found: the tokenizer steps past the end by itself.
    this.index = offset + (at < 0 ? buffer.length - 1 : at);
    return at >= 0;
  };
  return tokenizer;
}

/** Whose rules the content of an element follows. */
type Language = 'html' | 'svg' | 'math';

/**
 * Builds a page's nodes from the tokens of htmlparser2, by the tag rules of its parser: void elements, left-out end
 * tags, foreign content. A tag that the page's end cuts off is left out. Attributes are kept as places in the page.
 */
export class HtmlParser implements TokenizerCallbacks {
  /** True when the page went past a limit and its rest was left out. */
  cut = false;
  private readonly tokenizer = searchingNatively(new Tokenizer({ decodeEntities: false }, this));
  private readonly nodes: NodeTable;
  /** The tag names that stand in the page, by spelling. */
  private readonly tagNames = new Map<string, string>();
  /** The open elements, outermost first; the document is always open. */
  private readonly open: number[] = [0];
  /** The rules for the content of the open elements: one entry per element that changes them. */
  private readonly languages: Language[] = ['html'];
  /** The open elements that changed the language. */
  private readonly switches: number[] = [];
  private openForms = 0;
  /** The text node that further text joins, or -1 after a tag. */
  private lastText = -1;
  /** The text that is being read: the tokenizer ends a piece of it at every `<`. */
  private textStart = 0;
  private textEnd = 0;
  /** The first `&` that is not before the text read last. */
  private ampersand = -1;
  /** The name of the start tag that is being read. */
  private name = '';
  /** False inside a script or the like, where a character reference is just characters. */
  private decodes = true;
  /** Places of the attribute that is being read. */
  private nameStart = 0;
  private nameEnd = 0;
  private valueStart = 0;
  private valueEnd = 0;

  constructor(private readonly html: string) {
    this.nodes = new NodeTable(html);
  }

  read(): NodeTable {
    this.tokenizer.write(this.html);
    this.tokenizer.end();
    this.endText();
    for (const node of this.open) this.nodes.end(node);
    return this.nodes;
  }

  onopentagname(start: number, end: number): void {
    this.endText();
    this.name = this.tagName(start, end);
  }

  onattribname(start: number, end: number): void {
    this.nameStart = start;
    this.nameEnd = this.valueStart = this.valueEnd = end;
  }

  onattribdata(start: number, end: number): void {
    this.valueStart = start;
    this.valueEnd = end;
  }

  onattribend(): void {
    this.nodes.attributes.add(this.nameStart, this.nameEnd, this.valueStart, this.valueEnd);
  }

  onopentagend(): void {
    this.openTag();
  }

  /** A slash at the end of a tag counts in SVG and MathML alone. */
  onselfclosingtag(): void {
    if (this.openTag() && this.isInForeignContext()) this.closeInnermost();
  }

  /** Closes the innermost element of the name and all inside it. Without one, browsers read `</p>` and `</br>` as empty elements. */
  onclosetag(start: number, end: number): void {
    this.endText();
    this.decodes = true;
    const name = this.tagName(start, end);
    if (VOID.has(name)) {
      if (name === 'br') this.openElement(name);
      return;
    }
    const { open, nodes } = this;
    let place = open.length - 1;
    while (place > 0 && nodes.names[open[place]!] !== name) place--;
    if (place > 0) while (open.length > place) this.closeInnermost();
    else if (name === 'p' && this.openElement(name)) this.closeInnermost();
  }

  ontext(start: number, end: number): void {
    // The tokenizer reports the rest of a tag that the page's end cuts off as text without a beginning.
    if (start < 0) return;
    if (start !== this.textEnd) {
      this.endText();
      this.textStart = start;
    }
    this.textEnd = end;
  }

  /** Only SVG and MathML have such sections; in HTML they are comments. */
  oncdata(start: number, end: number, endOffset: number): void {
    this.endText();
    if (this.isInForeignContext()) this.addText(this.html.slice(start, end - endOffset));
  }

  /** Tells the tokenizer that a script or the like holds markup here. */
  isInForeignContext(): boolean {
    return this.languages[this.languages.length - 1] !== 'html';
  }

  oncomment(): void {}
  ondeclaration(): void {}
  onprocessinginstruction(): void {}
  onend(): void {}
  // Never called: the tokenizer leaves the character references alone.
  onattribentity(): void {}
  ontextentity(): void {}

  private tagName(start: number, end: number): string {
    const spelling = this.html.slice(start, end);
    let name = this.tagNames.get(spelling);
    if (name === undefined) this.tagNames.set(spelling, (name = tagNameOf(spelling)));
    return name === 'image' && !this.isInForeignContext() ? 'img' : name;
  }

  private endText(): void {
    if (this.textStart === this.textEnd) return;
    const text = this.html.slice(this.textStart, this.textEnd);
    this.addText(this.decodes && this.holdsReference(this.textStart, this.textEnd) ? decodeReferences(text) : text);
    this.textStart = this.textEnd;
  }

  /** True when an `&` stands in a range; ranges are asked in the order of the page, which is so searched once. */
  private holdsReference(start: number, end: number): boolean {
    if (this.ampersand < start) {
      const at = this.html.indexOf('&', start);
      this.ampersand = at < 0 ? this.html.length : at;
    }
    return this.ampersand < end;
  }

  private addText(text: string): void {
    const { texts } = this.nodes;
    if (this.lastText >= 0) texts[this.lastText] = texts[this.lastText]! + text;
    else this.lastText = this.nodes.add(TEXT, this.innermost(), text);
  }

  private innermost(): number {
    return this.open[this.open.length - 1]!;
  }

  private openTag(): boolean {
    this.decodes = !UNDECODED.has(this.name) || this.isInForeignContext();
    return this.openElement(this.name);
  }

  /** Adds an element with the attributes read last. False when none is left open by it. */
  private openElement(name: string): boolean {
    const { nodes, open, languages } = this;
    // A form inside a form is none.
    if (name === 'form' && this.openForms > 0) {
      nodes.attributes.drop();
      return false;
    }
    const closed = CLOSED_BY.get(name);
    if (closed !== undefined) while (closed.has(nodes.names[this.innermost()]!)) this.closeInnermost();
    if (open.length > MAX_DEPTH || nodes.names.length > MAX_NODES) {
      this.cut = true;
      this.tokenizer.pause();
      return false;
    }
    this.lastText = -1;
    const node = nodes.add(name, this.innermost(), '');
    if (VOID.has(name)) return false;
    open.push(node);
    if (name === 'form') this.openForms++;
    const language = this.languageInside(name);
    if (language !== undefined) {
      languages.push(language);
      this.switches.push(node);
    }
    return true;
  }

  /** The language of an element's content, where it is another one than around it. */
  private languageInside(name: string): Language | undefined {
    if (name === 'svg' || name === 'math') return name;
    const isHtml =
      name === 'foreignobject' ? this.languages[this.languages.length - 1] === 'svg' : INTEGRATION.has(name);
    return isHtml ? 'html' : undefined;
  }

  private closeInnermost(): void {
    const node = this.open.pop()!;
    this.nodes.end(node);
    this.lastText = -1;
    if (this.nodes.names[node] === 'form') this.openForms--;
    const { switches } = this;
    // Nearly no page switches: a look before a list's beginning is a slow one.
    if (switches.length > 0 && switches[switches.length - 1] === node) {
      switches.pop();
      this.languages.pop();
    }
  }
}
