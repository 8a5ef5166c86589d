import { decodeReferences } from '@newsmill/extraction';
import { parseXml, XmlElement, XmlError, XmlText } from '@rgrove/parse-xml';
import type { Problem } from './newsroom-item.js';

/** Elements nested deeper than this are refused: the parser calls itself for each. */
export const MAX_XML_DEPTH = 200;

/** Elements of one document: more than any article has, few enough for a small memory. */
export const MAX_XML_ELEMENTS = 200_000;

export type XmlReading =
  | {
      ok: true;
      root: XmlElement;
      /** What was parsed: places in it are those of the elements. */
      text: string;
    }
  | { ok: false; problems: Problem[] };

/**
 * Reads an XML document. Entities of its DTD are never resolved, those that HTML names are (NITF and XHTML use them).
 * Never throws on content.
 * @param includeOffsets whether elements tell where they begin and end
 */
export function readXml(content: string, includeOffsets = false): XmlReading {
  const xml = content.replace(/^\ufeff?\s+|^\ufeff/, '');
  const excess = excessOf(xml);
  if (excess !== undefined) return refused(excess);
  try {
    const { root } = parseXml(xml, { resolveUndefinedEntity: htmlEntity, includeOffsets });
    return root ? { ok: true, root, text: xml } : refused('the document has no root element');
  } catch (error) {
    // A document type declaration can be written so that the count above goes astray: then the parser's stack tells.
    if (error instanceof RangeError) return refused(`elements are nested deeper than ${MAX_XML_DEPTH}`);
    if (!(error instanceof XmlError)) throw error;
    const [what] = error.message.split('\n');
    return refused(
      `not well-formed XML: ${what!.replace(/ \(line.*$/, '')} (line ${error.line}, column ${error.column})`,
    );
  }
}

function refused(detail: string): XmlReading {
  return { ok: false, problems: [{ pointer: '/', detail }] };
}

function htmlEntity(reference: string): string | undefined {
  const text = decodeReferences(reference);
  return text.endsWith(';') ? undefined : text;
}

/** Why a document is not parsed: counted without building anything. */
function excessOf(xml: string): string | undefined {
  let depth = 0;
  let elements = 0;
  for (let at = xml.indexOf('<'); at >= 0; at = xml.indexOf('<', at)) {
    const skipped = endOfSpecial(xml, at);
    if (skipped !== undefined) {
      at = skipped;
      continue;
    }
    const end = endOfTag(xml, at);
    if (xml[at + 1] === '/') depth--;
    else if (xml[end - 1] !== '/') depth++;
    if (++elements > 2 * MAX_XML_ELEMENTS) return `more than ${MAX_XML_ELEMENTS} elements`;
    if (depth > MAX_XML_DEPTH) return `elements are nested deeper than ${MAX_XML_DEPTH}`;
    at = end;
  }
  return undefined;
}

/** One past a comment, CDATA section, instruction or declaration that begins here; undefined when a tag does. */
function endOfSpecial(xml: string, at: number): number | undefined {
  for (const [start, end] of SPECIAL) {
    if (!xml.startsWith(start, at)) continue;
    const found = xml.indexOf(end, at + start.length);
    return found < 0 ? xml.length : found + end.length;
  }
  return undefined;
}

/** A document type declaration may hold others: its first one is skipped, the rest is read as tags, which only counts. */
const SPECIAL = [
  ['<!--', '-->'],
  ['<![CDATA[', ']]>'],
  ['<?', '?>'],
  ['<!', '>'],
] as const;

/** Where the `>` of a tag stands, which may also stand in its attributes. */
function endOfTag(xml: string, at: number): number {
  let quote = '';
  for (let i = at + 1; i < xml.length; i++) {
    const sign = xml[i]!;
    if (quote !== '') {
      if (sign === quote) quote = '';
    } else if (sign === '"' || sign === "'") quote = sign;
    else if (sign === '>' || sign === '<') return sign === '>' ? i : i - 1;
  }
  return xml.length;
}

/** A name without its prefix: every format here has a namespace of its own. */
export function localName(element: XmlElement): string {
  return element.name.slice(element.name.indexOf(':') + 1);
}

export function childElements(parent: XmlElement | undefined, name?: string): XmlElement[] {
  if (parent === undefined) return [];
  return parent.children.filter(
    (child): child is XmlElement => child instanceof XmlElement && (name === undefined || localName(child) === name),
  );
}

/** The first element that is reached by the names, one below the other. */
export function elementAt(parent: XmlElement | undefined, ...path: string[]): XmlElement | undefined {
  let found = parent;
  for (const name of path) found = childElements(found, name)[0];
  return found;
}

/** All elements with the name below one, in document order. */
export function descendants(parent: XmlElement | undefined, name: string): XmlElement[] {
  return childElements(parent).flatMap((child) => [
    ...(localName(child) === name ? [child] : []),
    ...descendants(child, name),
  ]);
}

/** An attribute that is not empty, by its local name. */
export function attribute(element: XmlElement | undefined, name: string): string | undefined {
  const value = element?.attributes[name];
  return value === undefined || value.trim() === '' ? undefined : value.trim();
}

/** The text inside, white space collapsed; undefined when there is none. */
export function textOf(element: XmlElement | undefined): string | undefined {
  const text = element?.text.replace(/\s+/g, ' ').trim();
  return text === undefined || text === '' ? undefined : text;
}

/** The text inside as it stands; block elements inside end a line. */
export function linesOf(element: XmlElement | undefined): string | undefined {
  if (element === undefined) return undefined;
  const blocks = childElements(element);
  if (blocks.length === 0) return textOf(element);
  const lines = blocks.every((block) => BLOCKS.has(localName(block))) ? blocks.map(textOf) : [textOf(element)];
  return lines.filter((line) => line !== undefined).join('\n') || undefined;
}

const BLOCKS = new Set(['p', 'div', 'hl2', 'body', 'block', 'ul', 'ol']);

/** Steps from the root to an element, as `/newsItem/itemMeta/edNote[2]`; places among equals are told from the second. */
export function pathOf(element: XmlElement): string {
  const steps: string[] = [];
  for (let node: XmlElement | null = element; node instanceof XmlElement; node = node.parent as XmlElement | null) {
    const place = placeOf(node);
    steps.unshift(place > 1 ? `${localName(node)}[${place}]` : localName(node));
  }
  return `/${steps.join('/')}`;
}

/** Which of its parent's elements of the same name it is, from 1; the last that is told is 1,000. */
function placeOf(element: XmlElement): number {
  if (!(element.parent instanceof XmlElement)) return 1;
  const { children } = element.parent;
  let place = 0;
  for (let i = 0; i < children.length && i < 2_000 && place < 1_000; i++) {
    const child = children[i]!;
    if (child instanceof XmlElement && child.name === element.name) place++;
    if (child === element) break;
  }
  return place;
}

/**
 * Markup of an element's content, to be sanitised.
 * @param tagOf the HTML name for an element; undefined leaves it out with all inside it, `''` only its tags
 */
export function contentHtml(
  element: XmlElement,
  tagOf: (element: XmlElement) => string | undefined = localName,
): string {
  let html = '';
  for (const node of element.children) {
    if (node instanceof XmlText) html += escape(node.text);
    if (!(node instanceof XmlElement)) continue;
    const tag = tagOf(node);
    if (tag === undefined) continue;
    const inner = contentHtml(node, tagOf);
    html += tag === '' ? inner : `<${tag}${attributesHtml(node)}>${VOID.has(tag) ? '' : `${inner}</${tag}>`}`;
  }
  return html;
}

const VOID = new Set(['br', 'hr', 'img', 'wbr', 'col']);

/** Attributes that a sanitised text may keep. */
const KEPT = ['href', 'start', 'colspan', 'rowspan'];

function attributesHtml(element: XmlElement): string {
  return KEPT.flatMap((name) => {
    const value = attribute(element, name);
    return value === undefined ? [] : [` ${name}="${escape(value)}"`];
  }).join('');
}

const ESCAPES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function escape(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => ESCAPES[sign]!);
}
