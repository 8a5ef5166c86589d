import { absoluteAddress, absoluteLinks, isLinking } from '../html-links.js';
import { escapeAttribute, escapeText } from './escape.js';

export const XHTML = 'http://www.w3.org/1999/xhtml';

export interface Attribute {
  name: string;
  value: string;
}

/**
 * What stands inside an element that carries text or markup: `title`, `description`, `content` … It may be text, HTML
 * escaped as text, or elements themselves; the outcome is one string of text or HTML.
 */
export class TextConstruct {
  private readonly parts: { markup: string; isText: boolean }[] = [];
  private readonly uris: string[] = [];
  private elements = 0;
  private depth = 0;
  /** The element that Atom puts around XHTML (RFC 4287 section 3.1.1.3), as long as it may be one. */
  private wrapper: { start: number; end?: number } | undefined;

  open(name: string, uri: string, attributes: readonly Attribute[], base: string | undefined): void {
    this.elements += 1;
    if (this.elements === 1 && uri === XHTML && localName(name) === 'div' && this.plain() === '') {
      this.wrapper = { start: this.parts.length };
    } else if (this.depth === 0) this.wrapper = undefined;
    this.depth += 1;
    const written = attributes
      .filter((attribute) => !isNamespace(attribute) && attribute.name !== 'xml:base')
      .map(({ name: key, value }) => {
        const url = base !== undefined && isLinking(key) ? absoluteAddress(value, base) : undefined;
        return ` ${key}="${escapeAttribute(url ?? value)}"`;
      });
    // HTML knows its foreign elements by a name without prefix; the namespace says where they begin.
    if (FOREIGN.has(uri) && uri !== this.uris.at(-1)) written.push(` xmlns="${uri}"`);
    this.uris.push(uri);
    this.parts.push({ markup: `<${htmlName(name, uri)}${written.join('')}>`, isText: false });
  }

  close(name: string, uri: string): void {
    this.depth -= 1;
    this.uris.pop();
    const local = htmlName(name, uri);
    const last = this.parts.at(-1);
    if (VOID.has(local) && last?.isText === false && last.markup.startsWith(`<${local}`)) {
      last.markup = last.markup.replace(/>$/, ' />');
    } else this.parts.push({ markup: `</${local}>`, isText: false });
    if (this.depth === 0 && this.wrapper !== undefined) this.wrapper.end ??= this.parts.length - 1;
  }

  add(text: string): void {
    this.parts.push({ markup: text, isText: true });
    if (this.depth === 0 && this.wrapper?.end !== undefined && text.trim() !== '') this.wrapper = undefined;
  }

  get hasElements(): boolean {
    return this.elements > 0;
  }

  /**
   * @param base of the relative links in escaped HTML; those of elements are resolved already
   * @param unwrap whether the element around XHTML is no part of it
   * @param textIsHtml whether text between elements is escaped HTML, as some write who mean both
   */
  html({ base, unwrap, textIsHtml }: { base?: string | undefined; unwrap: boolean; textIsHtml: boolean }): string {
    if (!this.hasElements) return base === undefined ? this.plain() : absoluteLinks(this.plain(), base);
    const { start, end } = this.wrapper ?? {};
    const inside = unwrap && end !== undefined && start !== undefined ? this.parts.slice(start + 1, end) : this.parts;
    return inside
      .map(({ markup, isText }) => (isText && !textIsHtml ? escapeText(markup) : markup))
      .join('')
      .trim();
  }

  /** Without its elements. */
  plain(): string {
    return this.parts
      .map(({ markup, isText }) => (isText ? markup : ''))
      .join('')
      .trim();
  }
}

const VOID = new Set(['area', 'br', 'col', 'embed', 'hr', 'img', 'input', 'source', 'track', 'wbr']);

/** The languages that HTML has inside it. */
const FOREIGN = new Set(['http://www.w3.org/2000/svg', 'http://www.w3.org/1998/Math/MathML']);

function htmlName(name: string, uri: string): string {
  return uri === XHTML || FOREIGN.has(uri) ? localName(name) : name;
}

function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}

function isNamespace({ name }: Attribute): boolean {
  return name === 'xmlns' || name.startsWith('xmlns:');
}
