import type { XmlElement } from '@rgrove/parse-xml';
import { contentHtml, descendants, elementAt, localName } from '../items/xml.js';

export function isNitf(root: XmlElement): boolean {
  return localName(root) === 'nitf';
}

/** What stands in the running text and is no part of it: told elsewhere in the record, or by reference. */
const APART = new Set('media nitf-table-metadata custom-table bibliography script style object iframe'.split(' '));

/** NITF's own names for what HTML has others; the rest is HTML's, or an inline element that only marks its text. */
const TAGS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    block: 'div',
    hl2: 'h2',
    bq: 'blockquote',
    'nitf-col': '',
    'nitf-colgroup': '',
    'nitf-table': 'div',
    datasource: 'p',
    credit: 'p',
    fn: 'p',
    note: 'p',
    byline: 'p',
    byttl: 'span',
    dateline: 'p',
    abstract: 'div',
    copyrite: 'p',
    hr: 'hr',
  } as const),
);

const SAME = new Set(
  'p br em ol ul li dl dt dd pre table caption tr td th a sup sub q div h1 h2 h3 h4 h5 h6 strong b i u span'.split(' '),
);

function tagOf(element: XmlElement): string | undefined {
  const name = localName(element);
  if (APART.has(name)) return undefined;
  return TAGS.get(name) ?? (SAME.has(name) ? name : '');
}

/**
 * The running text of a NITF document as HTML, to be sanitised: `body.content`, and the tag line of `body.end`.
 * Undefined when there is none.
 */
export function nitfBodyHtml(root: XmlElement): string | undefined {
  const body = elementAt(root, 'body');
  const content = elementAt(body, 'body.content');
  const html = content === undefined ? '' : contentHtml(content, tagOf);
  const tagline = elementAt(body, 'body.end', 'tagline');
  const end = tagline === undefined ? '' : `<p>${contentHtml(tagline, tagOf)}</p>`;
  return /[^\s<>]/.test((content?.text ?? '') + (tagline?.text ?? '')) ? html + end : undefined;
}

/** The pictures, sounds and films that stand in the text. */
export function nitfMedia(root: XmlElement): XmlElement[] {
  return descendants(elementAt(root, 'body'), 'media');
}
