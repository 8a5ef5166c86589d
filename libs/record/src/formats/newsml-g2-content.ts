import type { XmlElement } from '@rgrove/parse-xml';
import { uriOf } from '../items/addresses.js';
import type { ItemBuilder } from '../items/item-builder.js';
import { attribute, childElements, contentHtml, elementAt, localName, pathOf, readXml } from '../items/xml.js';
import { pixels, typeOf, type Rendition } from '../items/renditions.js';
import { addNitf } from './nitf.js';
import { isNitf } from './nitf-body.js';

/**
 * The text of a newsItem, inline, and its renditions by reference. What NITF inside says of itself counts where the
 * newsItem says nothing.
 */
export function readContentSet(to: ItemBuilder, item: XmlElement, kind: string): void {
  const contents = childElements(elementAt(item, 'contentSet'));
  for (const content of contents) {
    if (localName(content) === 'inlineXML') readInlineXml(to, content);
    else if (localName(content) === 'inlineData') readInlineData(to, content);
  }
  const remote = contents.filter((content) => localName(content) === 'remoteContent');
  const renditions = remote.flatMap((content, index) => renditionOf(to, content, index));
  const href = renditions[0]?.href;
  if (href !== undefined) {
    const guid = uriOf(attribute(item, 'guid'));
    const association = {
      name: 'main',
      uri: guid ?? href,
      rel: 'lead',
      ...typeOf(kind === 'text' ? undefined : kind, renditions),
      renditions,
    };
    to.add('associations', association, pathOf(remote[0]!));
  }
  addIcon(to, elementAt(item, 'contentMeta', 'icon'));
}

function readInlineXml(to: ItemBuilder, inline: XmlElement): void {
  const [root] = childElements(inline);
  const at = pathOf(inline);
  if (root === undefined) return;
  addMarkup(to, root, at);
}

/** @param root `nitf`, `html`, or an element of HTML's */
function addMarkup(to: ItemBuilder, root: XmlElement, at: string): void {
  const name = localName(root);
  if (isNitf(root)) to.whereMissing(() => addNitf(to, root));
  else if (name === 'html') {
    const body = elementAt(root, 'body');
    to.body('text/html', body && contentHtml(body), at);
  } else if (HTML.has(name)) to.body('text/html', contentHtml(root.parent as XmlElement), at);
  else to.warn(at, `content of the element "${name.slice(0, 60)}" is not taken: NITF, XHTML or plain text is`);
}

const HTML = new Set(['body', 'div', 'p', 'section', 'article']);

function readInlineData(to: ItemBuilder, inline: XmlElement): void {
  const at = pathOf(inline);
  const type = attribute(inline, 'contenttype')?.toLowerCase() ?? 'text/plain';
  if (attribute(inline, 'encoding') !== undefined) return to.warn(at, 'encoded data is not taken; left out');
  if (type.startsWith('text/plain')) return to.body('text/plain', inline.text, at);
  if (type.includes('nitf')) {
    const xml = readXml(inline.text);
    return xml.ok ? addMarkup(to, xml.root, at) : to.warn(at, `${xml.problems[0]!.detail}; left out`);
  }
  if (type.includes('html')) return to.body('text/html', inline.text, at);
  to.warn(at, `data of "${type.slice(0, 60)}" is not taken: NITF, XHTML or plain text is`);
}

function renditionOf(to: ItemBuilder, content: XmlElement, index: number): Rendition[] {
  const at = pathOf(content);
  const contentType = attribute(content, 'contenttype');
  const href = uriOf(attribute(content, 'href'));
  if (href === undefined) {
    to.warn(at, 'the content has no absolute address; left out');
    return [];
  }
  if (contentType?.toLowerCase().includes('html')) {
    to.address(href, `${at}/@href`);
    return [];
  }
  const code = attribute(content, 'rendition');
  return [
    {
      name: code?.slice(code.search(/[^/:]*$/)) || `rendition-${index + 1}`,
      href,
      ...(contentType !== undefined && { contentType }),
      ...pixels('width', attribute(content, 'width')),
      ...pixels('height', attribute(content, 'height')),
    },
  ];
}

function addIcon(to: ItemBuilder, icon: XmlElement | undefined): void {
  const href = uriOf(attribute(icon, 'href'));
  if (icon === undefined || href === undefined) return;
  const rendition = {
    name: 'icon',
    href,
    ...pixels('width', attribute(icon, 'width')),
    ...pixels('height', attribute(icon, 'height')),
  };
  to.add(
    'associations',
    { name: 'icon', uri: href, rel: 'icon', type: 'picture', renditions: [rendition] },
    pathOf(icon),
  );
}
