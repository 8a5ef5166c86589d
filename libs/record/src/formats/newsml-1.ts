import type { XmlElement } from '@rgrove/parse-xml';
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
import { readComponents } from './newsml-1-components.js';

/** Reads NewsML 1.x (https://iptc.org/std/NewsML/), the standard before NewsML-G2, with one NewsItem. */
export function readNewsml1(content: string): ItemReading {
  const xml = readXml(content);
  if (!xml.ok) return xml;
  const { root } = xml;
  const name = localName(root);
  const items = name === 'NewsItem' ? [root] : name === 'NewsML' ? childElements(root, 'NewsItem') : [];
  const [item, ...others] = items;
  if (item === undefined) {
    return {
      ok: false,
      problems: [{ pointer: `/${name}`, detail: 'NewsML 1.x is taken as a NewsML with one NewsItem' }],
    };
  }
  if (others.length > 0) {
    const problems = others.slice(0, 20).map((other) => ({
      pointer: pathOf(other),
      detail: `the document holds ${items.length} news items: send each by itself`,
    }));
    return { ok: false, problems };
  }
  const to = new ItemBuilder('newsml-1', attribute(root, 'Version'));
  readItem(to, item);
  return to.finish();
}

function readItem(to: ItemBuilder, item: XmlElement): void {
  const at = pathOf(item);
  const identifier = elementAt(item, 'Identification', 'NewsIdentifier');
  const [provider, date, id] = ['ProviderId', 'DateId', 'NewsItemId'].map((name) =>
    textOf(elementAt(identifier, name)),
  );
  if (identifier && provider !== undefined && id !== undefined) {
    // The public identifier ends in the revision; without it, it names the article.
    to.guid(`urn:newsml:${provider}${date === undefined ? '' : `:${date}`}:${id}`, pathOf(identifier));
  }
  const published = elementAt(identifier, 'PublicIdentifier');
  const value = textOf(published);
  if (published && value !== undefined) {
    to.guid(value, pathOf(published));
    to.add('altIds', { role: 'publicIdentifier', value }, pathOf(published));
  }
  const revision = elementAt(identifier, 'RevisionId');
  if (revision) to.text('version', textOf(revision), pathOf(revision));
  readManagement(to, elementAt(item, 'NewsManagement'), `${at}/NewsManagement`);
  readMetadata(to, item);
  readComponents(to, item);
}

function readManagement(to: ItemBuilder, management: XmlElement | undefined, at: string): void {
  const time = (field: Parameters<ItemBuilder['time']>[0], element: XmlElement | undefined): void => {
    if (element) to.time(field, element.text, pathOf(element));
  };
  time('firstCreated', elementAt(management, 'FirstCreated'));
  time('versionCreated', elementAt(management, 'ThisRevisionCreated'));
  const change = elementAt(management, 'StatusWillChange');
  const future = attribute(elementAt(change, 'FutureStatus'), 'FormalName')?.toLowerCase();
  const status = attribute(elementAt(management, 'Status'), 'FormalName')?.toLowerCase();
  if (future === 'usable') time('embargoedUntil', elementAt(change, 'DateAndTime'));
  else if (future !== undefined) time('expires', elementAt(change, 'DateAndTime'));
  if (status === 'embargoed') {
    // Without its end an embargo is a withholding: anything else would publish it.
    if (textOf(elementAt(change, 'DateAndTime')) === undefined || future !== 'usable')
      to.pubStatus('withheld', `${at}/Status`);
  } else to.pubStatus(status, `${at}/Status/@FormalName`);
  to.urgency(attribute(elementAt(management, 'Urgency'), 'FormalName'), `${at}/Urgency/@FormalName`);
  for (const instruction of childElements(management, 'Instruction')) {
    if (/correct|rectif/i.test(attribute(instruction, 'FormalName') ?? '')) {
      to.correction(
        linesOf(elementAt(instruction, 'Comment')) ?? attribute(instruction, 'FormalName'),
        pathOf(instruction),
      );
    }
  }
}

/** What the components say about the item, the outer ones first. */
function readMetadata(to: ItemBuilder, item: XmlElement): void {
  for (const admin of descendants(item, 'AdministrativeMetadata')) {
    for (const role of ['Provider', 'Source', 'Creator']) {
      for (const party of childElements(admin, role).flatMap((one) => childElements(one, 'Party'))) {
        const name = attribute(party, 'FormalName');
        if (role === 'Creator') to.addConcept('people', { name, rel: 'author' }, pathOf(party));
        else to.addInfoSource({ name, rel: role.toLowerCase() }, pathOf(party));
      }
    }
  }
  const [descriptive] = descendants(item, 'DescriptiveMetadata');
  for (const language of childElements(descriptive, 'Language'))
    to.language(attribute(language, 'FormalName'), pathOf(language));
  for (const genre of childElements(descriptive, 'Genre')) {
    to.addConcept('genres', { name: attribute(genre, 'FormalName') }, pathOf(genre));
  }
  for (const name of ['SubjectDetail', 'SubjectMatter', 'Subject']) {
    for (const subject of childElements(descriptive, 'SubjectCode').flatMap((code) => childElements(code, name))) {
      const literal = attribute(subject, 'FormalName');
      const uri =
        literal !== undefined && /^\d{8}$/.test(literal)
          ? `http://cv.iptc.org/newscodes/subjectcode/${literal}`
          : undefined;
      to.addSubject({ uri, literal, rel: 'about' }, pathOf(subject));
    }
  }
  for (const property of descendants(descriptive, 'Location').flatMap((location) =>
    childElements(location, 'Property'),
  )) {
    to.addConcept('places', { name: attribute(property, 'Value'), rel: 'mentioned' }, pathOf(property));
  }
  for (const metadata of descendants(item, 'Metadata')) {
    for (const property of childElements(metadata, 'Property')) {
      if (!/keywords?$/i.test(attribute(property, 'FormalName') ?? '')) continue;
      to.addSubject({ name: attribute(property, 'Value'), rel: 'about' }, pathOf(property));
    }
  }
  const [copyright] = descendants(item, 'Copyright');
  const holder = elementAt(copyright, 'CopyrightHolder');
  if (holder) to.text('copyrightHolder', textOf(holder), pathOf(holder));
  for (const usage of descendants(item, 'UsageRights').slice(0, 1)) to.text('usageTerms', textOf(usage), pathOf(usage));
}
