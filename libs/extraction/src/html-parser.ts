import { decodeReferences } from './character-references.js';
import { NodeTable, TEXT } from './html-nodes.js';
import { CLOSED_BY, DECODED_RAW_TEXT, INTEGRATION, RAW_TEXT, tagNameOf, VOID } from './html-tags.js';

/** Elements nested deeper than this are not read: a page nested so deep is broken or hostile. */
export const MAX_DEPTH = 1_000;

/** Nodes (elements and texts) after which the rest of a page is not read. */
export const MAX_NODES = 1_000_000;

const TAB = 0x09;
const LINE_FEED = 0x0a;
const FORM_FEED = 0x0c;
const CARRIAGE_RETURN = 0x0d;
const SPACE = 0x20;
const EXCLAMATION = 0x21;
const DOUBLE_QUOTE = 0x22;
const SINGLE_QUOTE = 0x27;
const SLASH = 0x2f;
const EQUALS = 0x3d;
const GREATER = 0x3e;
const QUESTION = 0x3f;

function isSpace(c: number): boolean {
  return c === SPACE || c === LINE_FEED || c === TAB || c === CARRIAGE_RETURN || c === FORM_FEED;
}

function endsName(c: number): boolean {
  return c === GREATER || c === SLASH || isSpace(c);
}

/** An ASCII letter: only these begin a tag. */
function isLetter(c: number): boolean {
  return (c | 0x20) >= 0x61 && (c | 0x20) <= 0x7a;
}

function endsAttributeName(c: number): boolean {
  return c === EQUALS || endsName(c);
}

function endsBareValue(c: number): boolean {
  return c === GREATER || isSpace(c);
}

function skipSpace(html: string, from: number): number {
  let i = from;
  while (isSpace(html.charCodeAt(i))) i++;
  return i;
}

const COMMENT_END = /--!?>/g;

/** Whose rules the content of an element follows. */
type Language = 'html' | 'svg' | 'math';

/**
 * Reads a page in one pass, by the tag rules of htmlparser2: its void elements, left-out end tags and raw texts. A tag
 * that the page's end cuts off is left out. Jumps from mark to mark, so that long texts and scripts cost next to
 * nothing, and keeps places instead of values.
 */
export class HtmlParser {
  /** True when the page went past a limit and its rest was left out. */
  cut = false;
  private readonly nodes: NodeTable;
  /** The tag names that stand in the page, by spelling. */
  private readonly tagNames = new Map<string, string>();
  /** The open elements, outermost first; the document is always open. */
  private readonly open: number[] = [0];
  /** The rules for the content of the open elements: one entry per element that changes them. */
  private readonly languages: Language[] = ['html'];
  /** The open elements that changed the language, as places in `open`. */
  private readonly switches: number[] = [];
  private openForms = 0;
  /** The text node that further text joins, or -1 after a tag. */
  private lastText = -1;

  constructor(private readonly html: string) {
    this.nodes = new NodeTable(html);
  }

  read(): NodeTable {
    const { html } = this;
    let textStart = 0;
    let from = 0;
    while (!this.cut) {
      const at = html.indexOf('<', from);
      if (at < 0 || at + 1 >= html.length) break;
      const next = html.charCodeAt(at + 1);
      const isEndTag = next === SLASH && at + 2 < html.length;
      if (isLetter(next) || isEndTag || next === EXCLAMATION || next === QUESTION) {
        this.addText(textStart, at, true);
        from = textStart = isEndTag
          ? this.readEndTag(at + 2)
          : isLetter(next)
            ? this.readStartTag(at + 1)
            : this.readDeclaration(at + 1);
      } else from = at + 1;
    }
    if (!this.cut) this.addText(textStart, html.length, true);
    for (const node of this.open) this.nodes.end(node);
    return this.nodes;
  }

  /** Reads a start tag and, where its element holds raw text, that text. Returns where the page goes on. */
  private readStartTag(start: number): number {
    const { html } = this;
    let nameEnd = start + 1;
    while (nameEnd < html.length && !endsName(html.charCodeAt(nameEnd))) nameEnd++;
    const end = this.readAttributes(nameEnd);
    if (end >= html.length) return html.length;
    const name = this.tagName(start, nameEnd);
    const isRawText = RAW_TEXT.has(name) && !this.isForeign();
    this.openElement(name, this.selfClosing);
    return isRawText && !this.cut ? this.readRawText(name, end + 1) : end + 1;
  }

  /** True when the last tag read ended in a slash, which counts in SVG and MathML alone. */
  private selfClosing = false;

  /** Reads the attributes from a place on and returns the place of the `>` that ends the tag, or the page's end. */
  private readAttributes(from: number): number {
    const { html } = this;
    const { length } = html;
    this.selfClosing = false;
    let i = from;
    while (i < length) {
      const c = html.charCodeAt(i);
      if (c === GREATER) return i;
      if (c === SLASH) {
        i = skipSpace(html, i + 1);
        this.selfClosing = html.charCodeAt(i) === GREATER;
        continue;
      }
      if (isSpace(c)) {
        i++;
        continue;
      }
      const nameStart = i++;
      while (i < length && !endsAttributeName(html.charCodeAt(i))) i++;
      const nameEnd = i;
      i = skipSpace(html, i);
      if (html.charCodeAt(i) !== EQUALS) {
        this.nodes.attributes.add(nameStart, nameEnd, i, i);
        continue;
      }
      i = skipSpace(html, i + 1);
      const quote = html.charCodeAt(i);
      const quoted = quote === DOUBLE_QUOTE || quote === SINGLE_QUOTE;
      const valueStart = quoted ? i + 1 : i;
      if (quoted) {
        i = html.indexOf(quote === DOUBLE_QUOTE ? '"' : "'", valueStart);
        if (i < 0) return length;
      } else while (i < length && !endsBareValue(html.charCodeAt(i))) i++;
      this.nodes.attributes.add(nameStart, nameEnd, valueStart, i);
      if (quoted) i++;
    }
    return length;
  }

  /** Reads text up to the element's own end tag, whatever stands in it. Returns the place of that tag. */
  private readRawText(name: string, start: number): number {
    const { html } = this;
    let end = name === 'plaintext' ? -1 : html.indexOf('</', start);
    while (end >= 0 && !this.isEndTagOf(name, end + 2)) end = html.indexOf('</', end + 2);
    if (end < 0) end = html.length;
    this.addText(start, end, DECODED_RAW_TEXT.has(name));
    return end;
  }

  private isEndTagOf(name: string, start: number): boolean {
    const end = start + name.length;
    for (let i = 0; i < name.length; i++) {
      if ((this.html.charCodeAt(start + i) | 0x20) !== name.charCodeAt(i)) return false;
    }
    return end < this.html.length && endsName(this.html.charCodeAt(end));
  }

  private readEndTag(start: number): number {
    const { html } = this;
    if (!isLetter(html.charCodeAt(start))) return this.after('>', start);
    const innermost = this.nodes.names[this.innermost()]!;
    if (this.isEndTagOf(innermost, start)) {
      this.closeInnermost();
      return this.after('>', start + innermost.length);
    }
    let nameEnd = start + 1;
    while (nameEnd < html.length && !endsName(html.charCodeAt(nameEnd))) nameEnd++;
    if (nameEnd < html.length) this.closeElement(this.tagName(start, nameEnd));
    return this.after('>', nameEnd);
  }

  /** Passes over a comment, a document type or the like; `start` is the sign after the `<`. */
  private readDeclaration(start: number): number {
    const { html } = this;
    if (html.startsWith('!--', start)) {
      const content = start + 3;
      if (html.charCodeAt(content) === GREATER) return content + 1;
      if (html.startsWith('->', content)) return content + 2;
      COMMENT_END.lastIndex = content;
      return COMMENT_END.test(html) ? COMMENT_END.lastIndex : html.length;
    }
    if (html.startsWith('![CDATA[', start)) {
      const content = start + 8;
      const end = html.indexOf(']]>', content);
      if (end >= 0 && this.isForeign()) this.addText(content, end, false);
      return end < 0 ? html.length : end + 3;
    }
    return this.after('>', start + 1);
  }

  /** The place after the next such sign, or the page's end. */
  private after(sign: string, from: number): number {
    const at = this.html.indexOf(sign, from);
    return at < 0 ? this.html.length : at + 1;
  }

  private isForeign(): boolean {
    return this.languages[this.languages.length - 1] !== 'html';
  }

  private tagName(start: number, end: number): string {
    const spelling = this.html.slice(start, end);
    let name = this.tagNames.get(spelling);
    if (name === undefined) this.tagNames.set(spelling, (name = tagNameOf(spelling)));
    return name === 'image' && !this.isForeign() ? 'img' : name;
  }

  private addText(start: number, end: number, decode: boolean): void {
    if (start >= end) return;
    const raw = this.html.slice(start, end);
    const text = decode ? decodeReferences(raw) : raw;
    const { texts } = this.nodes;
    if (this.lastText >= 0) texts[this.lastText] = texts[this.lastText]! + text;
    else this.lastText = this.nodes.add(TEXT, this.innermost(), text);
  }

  private innermost(): number {
    return this.open[this.open.length - 1]!;
  }

  /** Opens an element with the attributes read last; ends it at once when it can have no content. */
  private openElement(name: string, selfClosing: boolean): void {
    const { nodes, open, languages } = this;
    // A form inside a form is none.
    if (name === 'form' && this.openForms > 0) {
      nodes.attributes.drop();
      return;
    }
    const closed = CLOSED_BY.get(name);
    if (closed !== undefined) while (closed.has(nodes.names[this.innermost()]!)) this.closeInnermost();
    if (open.length > MAX_DEPTH || nodes.names.length > MAX_NODES) {
      this.cut = true;
      return;
    }
    this.lastText = -1;
    const node = nodes.add(name, this.innermost(), '');
    if (VOID.has(name)) return;
    open.push(node);
    if (name === 'form') this.openForms++;
    const language = this.languageInside(name);
    if (language !== undefined) {
      languages.push(language);
      this.switches.push(node);
    }
    if (selfClosing && this.isForeign()) this.closeInnermost();
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
    if (this.switches[this.switches.length - 1] === node) {
      this.switches.pop();
      this.languages.pop();
    }
  }

  /** Closes the innermost element of the name and all inside it. Without one, browsers read `</p>` and `</br>` as empty elements. */
  private closeElement(name: string): void {
    if (VOID.has(name)) {
      if (name === 'br') this.openElement(name, false);
      return;
    }
    const { open, nodes } = this;
    let place = open.length - 1;
    while (place > 0 && nodes.names[open[place]!] !== name) place--;
    if (place > 0) while (open.length > place) this.closeInnermost();
    else if (name === 'p') {
      this.openElement(name, false);
      if (!this.cut) this.closeInnermost();
    }
  }
}
