import type { XmlElement } from '@rgrove/parse-xml';
import { uriOf } from '../items/addresses.js';
import { ItemBuilder } from '../items/item-builder.js';
import type { ItemReading } from '../items/newsroom-item.js';
import {
  attribute,
  childElements,
  descendants,
  elementAt,
  linesOf,
  localName,
  pathOf,
  readXml,
  textOf,
} from '../items/xml.js';
import { pixels, typeOf, type Association, type Rendition } from '../items/renditions.js';
import { isNitf, nitfBodyHtml, nitfMedia } from './nitf-body.js';

/** Reads NITF 3.x (https://iptc.org/std/NITF/). */
export function readNitf(content: string): ItemReading {
  const xml = readXml(content);
  if (!xml.ok) return xml;
  if (!isNitf(xml.root)) {
    return { ok: false, problems: [{ pointer: `/${xml.root.name}`, detail: 'the root element of NITF is nitf' }] };
  }
  const to = new ItemBuilder('nitf', /\bNITF (\d\.\d)/.exec(attribute(xml.root, 'version') ?? '')?.[1]);
  addNitf(to, xml.root);
  return to.finish();
}

/** All that a NITF document says. What the builder holds already, from an envelope around it, stays. */
export function addNitf(to: ItemBuilder, root: XmlElement): void {
  new NitfReader(to, root).read();
}

class NitfReader {
  private readonly head: XmlElement | undefined;
  private readonly docdata: XmlElement | undefined;
  private readonly bodyHead: XmlElement | undefined;

  constructor(
    private readonly to: ItemBuilder,
    private readonly root: XmlElement,
  ) {
    this.head = elementAt(root, 'head');
    this.docdata = elementAt(this.head, 'docdata');
    this.bodyHead = elementAt(root, 'body', 'body.head');
  }

  read(): void {
    this.readIdentity();
    this.readStatus();
    this.readTexts();
    this.readByline();
    this.readConcepts();
    this.to.body('text/html', nitfBodyHtml(this.root), '/nitf/body/body.content');
    for (const media of nitfMedia(this.root)) this.readMedia(media);
  }

  private readIdentity(): void {
    const { to, root, docdata, head } = this;
    const docId = elementAt(docdata, 'doc-id');
    this.fromAttribute(docId, 'id-string', (value, at) => {
      to.guid(value, at);
      to.address(value, at);
    });
    this.fromAttribute(root, 'uno', (value, at) => to.guid(value, at));
    this.fromAttribute(elementAt(docdata, 'du-key'), 'version', (value, at) => to.text('version', value, at));
    for (const pubdata of childElements(head, 'pubdata')) {
      this.fromAttribute(pubdata, 'ex-ref', (value, at) => to.address(value, at));
      this.fromAttribute(pubdata, 'name', (name, at) => to.addInfoSource({ name, rel: 'publisher' }, at));
    }
    this.fromAttribute(docId, 'regsrc', (name, at) => to.addInfoSource({ name, rel: 'registrar' }, at));
    for (const name of ['xml:lang', 'baselang', 'lang'])
      this.fromAttribute(root, name, (value, at) => to.language(value, at));
    this.fromAttribute(elementAt(root, 'body'), 'xml:lang', (value, at) => to.language(value, at));
  }

  private readStatus(): void {
    const { to, root, docdata } = this;
    this.fromAttribute(docdata, 'management-status', (value, at) => {
      if (value.toLowerCase() !== 'embargoed') return to.pubStatus(value, at);
      const release = elementAt(docdata, 'date.release');
      // Without its end an embargo is a withholding: anything else would publish it.
      if (attribute(release, 'norm') === undefined) to.pubStatus('withheld', at);
    });
    this.time('embargoedUntil', elementAt(docdata, 'date.release'));
    this.time('expires', elementAt(docdata, 'date.expire'));
    this.time('firstCreated', elementAt(docdata, 'date.issue'));
    this.fromAttribute(root, 'change.date', (value, at) => {
      if (/^\d{8}T|^\d{4}-\d{2}-\d{2}T/.test(value)) to.time('versionCreated', value, at);
    });
    const revision = childElements(this.head, 'revision-history').at(-1);
    this.time('versionCreated', revision);
    this.time('contentCreated', elementAt(this.bodyHead, 'dateline', 'story.date'));
    this.fromAttribute(elementAt(docdata, 'urgency'), 'ed-urg', (value, at) => to.urgency(value, at));
    this.readNotes();
    const correction = elementAt(docdata, 'correction');
    const corrected = attribute(correction, 'id-string');
    if (correction) {
      const words = attribute(correction, 'info') ?? to.item.fields.edNote;
      to.correction(words ?? `Correction${corrected === undefined ? '' : ` of ${corrected}`}`, pathOf(correction));
    }
    const copyright = elementAt(docdata, 'doc.copyright');
    this.fromAttribute(copyright, 'holder', (value, at) => to.text('copyrightHolder', value, at));
    this.fromAttribute(elementAt(docdata, 'doc.rights'), 'owner', (value, at) => to.text('copyrightHolder', value, at));
    const year = attribute(copyright, 'year');
    const holder = attribute(copyright, 'holder');
    if (copyright && year !== undefined && holder !== undefined) {
      to.text('copyrightNotice', `Copyright ${year} ${holder}`, pathOf(copyright));
    }
  }

  /** Messages to the desks that receive it, in the head and above the text. */
  private readNotes(): void {
    const messages = childElements(this.docdata, 'ed-msg');
    const notes = childElements(this.bodyHead, 'note').filter((note) => attribute(note, 'noteclass') !== 'cpyrt');
    const words = [...messages.map((message) => attribute(message, 'info')), ...notes.map(textOf)];
    const [first] = [...messages, ...notes];
    if (first) this.to.text('edNote', words.filter((word) => word !== undefined).join('\n'), pathOf(first));
  }

  private readTexts(): void {
    const { to, bodyHead } = this;
    const hedline = elementAt(bodyHead, 'hedline');
    this.each(childElements(hedline, 'hl1'), (value, at) => to.addText('headlines', 'main', value, at));
    this.each(childElements(hedline, 'hl2'), (value, at) => to.addText('headlines', 'sub', value, at));
    if (to.item.fields.headlines === undefined) {
      this.each([elementAt(this.head, 'title')], (value, at) => to.addText('headlines', 'title', value, at));
    }
    const abstract = elementAt(bodyHead, 'abstract');
    if (abstract) to.addText('descriptions', 'summary', linesOf(abstract), pathOf(abstract));
    const copyrights = childElements(bodyHead, 'note').filter((note) => attribute(note, 'noteclass') === 'cpyrt');
    this.each(copyrights, (value, at) => to.text('copyrightNotice', value, at));
    this.each([elementAt(bodyHead, 'rights')], (value, at) => to.text('usageTerms', value, at));
    this.each([elementAt(bodyHead, 'distributor')], (name, at) => to.addInfoSource({ name, rel: 'distributor' }, at));
    this.each([elementAt(bodyHead, 'dateline', 'location')], (value, at) => to.text('located', value, at));
    this.fromAttribute(elementAt(this.docdata, 'du-key'), 'key', (value, at) => to.text('slugline', value, at));
    this.fromAttribute(elementAt(this.docdata, 'fixture'), 'fix-id', (value, at) => to.text('slugline', value, at));
  }

  private readByline(): void {
    const { to, bodyHead } = this;
    const bylines = childElements(bodyHead, 'byline');
    const lines = bylines.map(bylineOf).filter((line) => line !== '');
    if (bylines[0]) to.text('by', lines.join(', '), pathOf(bylines[0]));
    for (const person of bylines.flatMap((byline) => descendants(byline, 'person'))) {
      to.addConcept('people', { name: textOf(person), rel: 'author' }, pathOf(person));
    }
  }

  private readConcepts(): void {
    const { to, head, docdata } = this;
    for (const element of childElements(elementAt(docdata, 'identified-content'))) {
      const stated = {
        name: textOf(element) ?? attribute(element, 'value'),
        rel: 'mentioned',
        literal: attribute(element, 'idsrc') && attribute(element, 'value'),
      };
      const field = IDENTIFIED.get(localName(element));
      if (field !== undefined) to.addConcept(field, stated, pathOf(element));
      else if (localName(element) === 'classifier') {
        to.addSubject({ ...stated, rel: attribute(element, 'type') ?? 'about' }, pathOf(element));
      }
    }
    for (const subject of childElements(elementAt(head, 'tobject'), 'tobject.subject')) {
      const number = attribute(subject, 'tobject.subject.refnum');
      to.addSubject(
        {
          name: SUBJECT_NAMES.map((name) => attribute(subject, `tobject.subject.${name}`)).find(
            (name) => name !== undefined,
          ),
          uri:
            number !== undefined && /^\d{8}$/.test(number)
              ? `http://cv.iptc.org/newscodes/subjectcode/${number}`
              : undefined,
          literal: number ?? attribute(subject, 'tobject.subject.code'),
        },
        pathOf(subject),
      );
    }
    for (const property of descendants(elementAt(head, 'tobject'), 'tobject.property')) {
      to.addConcept('genres', { name: attribute(property, 'tobject.property.type') }, pathOf(property));
    }
    for (const keyword of childElements(elementAt(docdata, 'key-list'), 'keyword')) {
      to.addSubject({ name: attribute(keyword, 'key') ?? textOf(keyword), rel: 'keyword' }, pathOf(keyword));
    }
    for (const place of childElements(docdata, 'evloc')) {
      const name = ['city', 'county-dist', 'state-prov', 'iso-cc'].map((part) => attribute(place, part));
      to.addConcept(
        'places',
        { name: textOf(place) ?? name.filter(Boolean).join(', '), rel: 'mentioned' },
        pathOf(place),
      );
    }
  }

  /** By reference: the caption and the credit are kept apart. */
  private readMedia(media: XmlElement): void {
    const { to } = this;
    const at = pathOf(media);
    const renditions = childElements(media, 'media-reference').flatMap((reference, index): Rendition[] => {
      const href = uriOf(attribute(reference, 'source'));
      if (href === undefined) return [];
      const contentType = attribute(reference, 'mime-type');
      return [
        {
          name: attribute(reference, 'name') ?? (index === 0 ? 'original' : `rendition-${index + 1}`),
          href,
          ...(contentType !== undefined && { contentType }),
          ...pixels('width', attribute(reference, 'width')),
          ...pixels('height', attribute(reference, 'height')),
        },
      ];
    });
    const [first] = renditions;
    if (first === undefined) return to.warn(at, 'no media-reference of it has an absolute address; left out');
    const caption = childElements(media, 'media-caption')
      .map(linesOf)
      .filter((line) => line !== undefined)
      .join('\n');
    const alt = attribute(childElements(media, 'media-reference')[0], 'alternate-text');
    const by = textOf(elementAt(media, 'media-producer')) ?? attribute(elementAt(media, 'media-producer'), 'name');
    const known = to.item.fields.associations?.length ?? 0;
    const type = attribute(media, 'media-type');
    const association: Association = {
      name: `${type ?? 'media'}-${known + 1}`,
      uri: first.href!,
      rel: known === 0 ? 'lead' : 'inline',
      ...typeOf(type === 'image' ? 'picture' : type, renditions),
      ...((caption !== '' || alt !== undefined) && {
        descriptions: [
          ...(caption === '' ? [] : [{ role: 'caption', contentType: 'text/plain', value: caption }]),
          ...(alt === undefined ? [] : [{ role: 'alt', contentType: 'text/plain', value: alt }]),
        ],
      }),
      ...(by !== undefined && { by }),
      renditions,
    };
    to.add('associations', association, at);
  }

  private time(field: Parameters<ItemBuilder['time']>[0], element: XmlElement | undefined): void {
    this.fromAttribute(element, 'norm', (value, at) => this.to.time(field, value, at));
  }

  private fromAttribute(
    element: XmlElement | undefined,
    name: string,
    take: (value: string, at: string) => void,
  ): void {
    const value = attribute(element, name);
    if (element !== undefined && value !== undefined) take(value, `${pathOf(element)}/@${name}`);
  }

  private each(elements: readonly (XmlElement | undefined)[], take: (value: string, at: string) => void): void {
    for (const element of elements) {
      const value = textOf(element);
      if (element !== undefined && value !== undefined) take(value, pathOf(element));
    }
  }
}

/** A byline as one line: the title of a writer is told after a comma. */
function bylineOf(byline: XmlElement): string {
  const titles = childElements(byline, 'byttl');
  const others = byline.children.filter((child) => !titles.includes(child as XmlElement));
  const name = others.map((child) => ('text' in child ? child.text : '')).join('');
  return [name, ...titles.map((title) => title.text)]
    .map((part) => part.replace(/\s+/g, ' ').trim())
    .filter((part) => part !== '')
    .join(', ');
}

const IDENTIFIED: ReadonlyMap<string, 'people' | 'organisations' | 'places'> = new Map(
  Object.entries({
    person: 'people',
    org: 'organisations',
    location: 'places',
  } as const),
);

/** The finest of its three levels names a subject; see http://cv.iptc.org/newscodes/subjectcode/ */
const SUBJECT_NAMES = ['detail', 'matter', 'type'];
