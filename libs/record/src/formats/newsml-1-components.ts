import type { XmlElement } from '@rgrove/parse-xml';
import { uriOf } from '../items/addresses.js';
import type { ItemBuilder } from '../items/item-builder.js';
import {
  attribute,
  childElements,
  contentHtml,
  descendants,
  elementAt,
  localName,
  pathOf,
  readXml,
  textOf,
} from '../items/xml.js';
import { pixels, typeOf, type Association, type Rendition } from '../items/renditions.js';
import { addNitf } from './nitf.js';
import { isNitf } from './nitf-body.js';

/** Roles of components whose text stands elsewhere in the record, or nowhere. */
const APART = new Set([
  'headline',
  'subheadline',
  'caption',
  'stylesheet',
  'contact',
  'logo',
  'photo',
  'summary',
  'abstract',
]);

/** The lines, the texts and the media of a NewsItem, which nests them in components with roles. */
export function readComponents(to: ItemBuilder, item: XmlElement): void {
  const components = descendants(item, 'NewsComponent');
  // Lines of a picture's component are about the picture.
  const own = components.filter((component) => !holdsMedia(component));
  for (const lines of own.flatMap((component) => childElements(component, 'NewsLines'))) readLines(to, lines);
  for (const component of own) readText(to, component);
  for (const component of components.filter(holdsMedia)) readMedia(to, component);
}

const LINES = new Map<string, 'copyrightNotice' | 'slugline' | 'located' | 'usageTerms'>(
  Object.entries({
    CopyrightLine: 'copyrightNotice',
    SlugLine: 'slugline',
    DateLine: 'located',
    RightsLine: 'usageTerms',
  } as const),
);

function readLines(to: ItemBuilder, lines: XmlElement): void {
  for (const line of childElements(lines)) {
    const at = pathOf(line);
    const name = localName(line);
    const value = textOf(line);
    const field = LINES.get(name);
    if (field !== undefined) to.text(field, value, at);
    else if (name === 'HeadLine') {
      if (to.item.fields.headlines === undefined) to.addText('headlines', 'main', value, at);
    } else if (name === 'SubHeadLine') to.addText('descriptions', 'summary', value, at);
    else if (name === 'ByLine') to.text('by', value, at);
    else if (name === 'KeywordLine') to.addSubject({ name: value, rel: 'keyword' }, at);
    else if (name === 'CreditLine') to.addInfoSource({ name: value, rel: 'creditline' }, at);
    else if (
      name === 'NewsLine' &&
      /note|correction/i.test(attribute(elementAt(line, 'NewsLineType'), 'FormalName') ?? '')
    ) {
      to.text('edNote', textOf(elementAt(line, 'NewsLineText')), at);
    }
  }
}

function roleOf(component: XmlElement): string {
  return attribute(elementAt(component, 'Role'), 'FormalName')?.toLowerCase() ?? '';
}

function readText(to: ItemBuilder, component: XmlElement): void {
  const role = roleOf(component);
  for (const item of childElements(component, 'ContentItem')) {
    const data = elementAt(item, 'DataContent');
    if (data === undefined) continue;
    const at = pathOf(data);
    const type = mediaTypeOf(item);
    if (type.includes('css')) continue;
    const [root] = childElements(data);
    if (APART.has(role)) {
      if (role === 'headline' && to.item.fields.headlines === undefined)
        to.addText('headlines', 'main', bodyText(root ?? data), at);
      else if (role === 'contact') to.warn(at, 'the contact is not carried');
      else if (role !== 'headline') to.addText('descriptions', 'summary', bodyText(root ?? data), at);
    } else if (root !== undefined && isNitf(root)) to.whereMissing(() => addNitf(to, root));
    else if (root !== undefined) to.body('text/html', contentHtml(elementAt(root, 'body') ?? data), at);
    else if (type.includes('nitf') || type.includes('html')) addEscaped(to, data.text, at);
    else to.body('text/plain', data.text, at);
  }
}

/** Markup that stands as text. */
function addEscaped(to: ItemBuilder, markup: string, at: string): void {
  const xml = readXml(markup);
  if (xml.ok && isNitf(xml.root)) to.whereMissing(() => addNitf(to, xml.root));
  else to.body('text/html', markup, at);
}

function bodyText(root: XmlElement): string | undefined {
  return textOf(elementAt(root, 'body') ?? root);
}

function mediaTypeOf(item: XmlElement): string {
  const mime =
    attribute(elementAt(item, 'MimeType'), 'FormalName') ?? attribute(elementAt(item, 'Format'), 'FormalName');
  return mime?.toLowerCase() ?? '';
}

function holdsMedia(component: XmlElement): boolean {
  return childElements(component, 'ContentItem').some((item) => /^(?:image|video|audio)\//.test(mediaTypeOf(item)));
}

function readMedia(to: ItemBuilder, component: XmlElement): void {
  const at = pathOf(component);
  const renditions = childElements(component, 'ContentItem').flatMap((item, index) => renditionOf(item, index));
  const [first] = renditions;
  if (first === undefined) return to.warn(at, 'none of its contents has an absolute address; left out');
  const lines = elementAt(component, 'NewsLines');
  const caption = textOf(elementAt(lines, 'HeadLine')) ?? captionOf(component);
  const by = textOf(elementAt(lines, 'CreditLine')) ?? textOf(elementAt(lines, 'ByLine'));
  const notice = textOf(elementAt(lines, 'CopyrightLine'));
  const role = roleOf(component);
  const association: Association = {
    name: role === '' ? `media-${(to.item.fields.associations?.length ?? 0) + 1}` : role,
    uri: first.href!,
    ...typeOf(TYPES.get(role), renditions),
    ...(caption !== undefined && { descriptions: [{ role: 'caption', contentType: 'text/plain', value: caption }] }),
    ...(by !== undefined && { by }),
    ...(notice !== undefined && { copyrightNotice: notice }),
    renditions,
  };
  to.add('associations', association, at);
}

const TYPES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    logo: 'graphic',
    graphic: 'graphic',
    photo: 'picture',
    video: 'video',
    audio: 'audio',
  } as const),
);

function captionOf(component: XmlElement): string | undefined {
  const caption = childElements(component, 'NewsComponent').find((inner) => roleOf(inner) === 'caption');
  return textOf(descendants(caption, 'DataContent')[0]);
}

function renditionOf(item: XmlElement, index: number): Rendition[] {
  const href = uriOf(attribute(item, 'Href'));
  if (href === undefined) return [];
  const properties = new Map(
    childElements(elementAt(item, 'Characteristics'), 'Property').map((property) => [
      attribute(property, 'FormalName'),
      attribute(property, 'Value'),
    ]),
  );
  const contentType = mediaTypeOf(item);
  return [
    {
      name: (properties.get('ImageUse') ?? properties.get('MultiMediaUse') ?? `rendition-${index + 1}`).toLowerCase(),
      href,
      ...(contentType !== '' && { contentType }),
      ...pixels('width', properties.get('PixelWidth')),
      ...pixels('height', properties.get('PixelHeight')),
    },
  ];
}
