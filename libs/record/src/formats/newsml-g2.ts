import type { XmlElement } from '@rgrove/parse-xml';
import { clean, ItemBuilder } from '../items/item-builder.js';
import type { ItemReading, Problem } from '../items/newsroom-item.js';
import { attribute, childElements, elementAt, linesOf, localName, pathOf, readXml, textOf } from '../items/xml.js';
import { readContentSet } from './newsml-g2-content.js';
import { QCodes } from './qcodes.js';

/** Reads a newsItem of NewsML-G2 (https://iptc.org/std/NewsML-G2/), by itself or the only one of a newsMessage. */
export function readNewsmlG2(content: string): ItemReading {
  const xml = readXml(content);
  if (!xml.ok) return xml;
  const found = soleNewsItem(xml.root);
  if ('problems' in found) return { ok: false, problems: found.problems };
  const { item, beside } = found;
  const to = new ItemBuilder('newsml-g2', attribute(item, 'standardversion'));
  for (const other of beside) to.warn(pathOf(other), `a ${localName(other)} is no news item; left out`);
  new NewsItemReader(to, item).read();
  return to.finish();
}

function soleNewsItem(root: XmlElement): { item: XmlElement; beside: XmlElement[] } | { problems: Problem[] } {
  const name = localName(root);
  if (name === 'newsItem') return { item: root, beside: [] };
  if (name !== 'newsMessage') {
    return {
      problems: [{ pointer: `/${name}`, detail: 'NewsML-G2 is taken as a newsItem, or a newsMessage with one' }],
    };
  }
  const packed = childElements(elementAt(root, 'itemSet'));
  const [item, ...others] = packed.filter((one) => localName(one) === 'newsItem');
  if (item === undefined) {
    const kinds = [...new Set(packed.map(localName))].slice(0, 5).join(', ');
    const detail =
      kinds === '' ? 'the newsMessage holds no item' : `a newsItem is taken, the newsMessage holds only: ${kinds}`;
    return { problems: [{ pointer: '/newsMessage/itemSet', detail }] };
  }
  if (others.length > 0) {
    return {
      problems: others.slice(0, 20).map((other) => ({
        pointer: pathOf(other),
        detail: `the document holds ${others.length + 1} news items: send each by itself`,
      })),
    };
  }
  return { item, beside: packed.filter((one) => one !== item) };
}

/** Kinds of concepts (NewsCodes cpnature) that have a list of their own in the record. */
const KINDS: ReadonlyMap<string, 'people' | 'organisations' | 'places'> = new Map(
  Object.entries({
    person: 'people',
    organisation: 'organisations',
    geoarea: 'places',
    poi: 'places',
  } as const),
);

class NewsItemReader {
  private readonly qcodes: QCodes;
  private readonly itemMeta: XmlElement | undefined;
  private readonly contentMeta: XmlElement | undefined;
  /** What the document says of concepts apart from where they are used. */
  private readonly asserts: ReadonlyMap<string, XmlElement>;

  constructor(
    private readonly to: ItemBuilder,
    private readonly item: XmlElement,
  ) {
    this.qcodes = new QCodes(item);
    this.itemMeta = elementAt(item, 'itemMeta');
    this.contentMeta = elementAt(item, 'contentMeta');
    this.asserts = new Map(
      childElements(item, 'assert').flatMap((assert) => {
        const key = attribute(assert, 'qcode') ?? attribute(assert, 'uri') ?? attribute(assert, 'literal');
        return key === undefined ? [] : [[key, assert] as const];
      }),
    );
  }

  read(): void {
    const { to, item } = this;
    const at = pathOf(item);
    to.guid(attribute(item, 'guid'), `${at}/@guid`);
    to.text('version', attribute(item, 'version'), `${at}/@version`);
    this.readItemMeta();
    this.readContentMeta();
    this.readRights();
    readContentSet(to, item, this.kindOfItem());
    to.language(attribute(item, 'xml:lang'), `${at}/@xml:lang`);
    to.address(attribute(item, 'guid'), `${at}/@guid`);
  }

  private kindOfItem(): string {
    const itemClass = elementAt(this.itemMeta, 'itemClass');
    const code = attribute(itemClass, 'qcode') ?? attribute(itemClass, 'uri') ?? 'text';
    const kind = code.slice(code.search(/[^/:]*$/));
    if (itemClass !== undefined && kind !== 'text') {
      this.to.warn(pathOf(itemClass), `the item is of class "${kind.slice(0, 40)}": its text is taken`);
    }
    return kind;
  }

  private readItemMeta(): void {
    const { to, itemMeta } = this;
    const time = (field: Parameters<ItemBuilder['time']>[0], ...path: string[]): void => {
      const element = elementAt(itemMeta, ...path);
      if (element) to.time(field, element.text, pathOf(element));
    };
    time('firstCreated', 'firstCreated');
    time('versionCreated', 'versionCreated');
    time('embargoedUntil', 'embargoed');
    time('expires', 'expires');
    this.readStatus();
    const titles = childElements(itemMeta, 'title');
    const headlines = childElements(this.contentMeta, 'headline');
    for (const headline of headlines)
      to.addText('headlines', this.roleOf(headline), textOf(headline), pathOf(headline));
    if (to.item.fields.headlines === undefined) {
      for (const title of titles.slice(0, 1)) to.addText('headlines', 'title', textOf(title), pathOf(title));
    }
    const notes = childElements(itemMeta, 'edNote');
    if (notes[0]) to.text('edNote', joined(notes.map(linesOf)), pathOf(notes[0]));
    const correcting = notes.find((note) =>
      /correct/i.test(attribute(note, 'role') ?? attribute(note, 'roleuri') ?? ''),
    );
    if (correcting) to.correction(linesOf(correcting), pathOf(correcting));
    for (const signal of childElements(itemMeta, 'signal')) {
      if (!/[/:]correction$/i.test(attribute(signal, 'qcode') ?? attribute(signal, 'uri') ?? '')) continue;
      to.correction(to.item.fields.edNote ?? textOf(elementAt(signal, 'name')) ?? 'Correction', pathOf(signal));
    }
    for (const provider of childElements(itemMeta, 'provider')) {
      to.addInfoSource({ ...this.concept(provider), rel: 'provider' }, pathOf(provider));
    }
    for (const service of childElements(itemMeta, 'service')) {
      to.addSubject({ ...this.concept(service), rel: 'section' }, pathOf(service));
    }
    for (const link of childElements(itemMeta, 'link')) {
      const rel = attribute(link, 'rel') ?? attribute(link, 'reluri') ?? '';
      if (/alternat|canonical|permalink|webpage|self$|ur[il]$/i.test(rel))
        to.address(attribute(link, 'href'), `${pathOf(link)}/@href`);
    }
  }

  /** An embargo without an end holds until further notice (NewsML-G2 specification, `embargoed`): the item is withheld. */
  private readStatus(): void {
    const { to, itemMeta } = this;
    const status = elementAt(itemMeta, 'pubStatus');
    const stated = attribute(status, 'qcode') ?? attribute(status, 'uri');
    const embargoed = elementAt(itemMeta, 'embargoed');
    const endless = embargoed !== undefined && clean(embargoed.text) === undefined;
    if (endless && !/[/:]?cancell?ed$/i.test(stated ?? '')) to.pubStatus('withheld', pathOf(embargoed));
    if (status)
      to.pubStatus(stated, `${pathOf(status)}/@${attribute(status, 'qcode') === undefined ? 'uri' : 'qcode'}`);
  }

  private readContentMeta(): void {
    const { to, contentMeta } = this;
    const each = (name: string, take: (element: XmlElement, at: string) => void): void => {
      for (const element of childElements(contentMeta, name)) take(element, pathOf(element));
    };
    each('urgency', (urgency, at) => to.urgency(textOf(urgency), at));
    each('contentCreated', (created, at) => to.time('contentCreated', created.text, at));
    each('slugline', (slugline, at) => to.text('slugline', textOf(slugline), at));
    each('language', (language, at) => to.language(attribute(language, 'tag'), `${at}/@tag`));
    each('description', (description, at) =>
      to.addText('descriptions', this.roleOf(description), linesOf(description), at),
    );
    each('located', (located, at) => to.text('located', this.placeName(located), at));
    each('dateline', (dateline, at) => to.text('located', textOf(dateline), at));
    each('genre', (genre, at) => to.addConcept('genres', this.concept(genre), at));
    each('keyword', (keyword, at) => to.addSubject({ name: textOf(keyword), rel: 'keyword' }, at));
    each('infoSource', (source, at) =>
      to.addInfoSource({ ...this.concept(source), rel: this.codeOf(attribute(source, 'role')) ?? 'source' }, at),
    );
    each('creditline', (credit, at) => to.addInfoSource({ name: textOf(credit), rel: 'creditline' }, at));
    each('altId', (altId, at) => {
      const value = textOf(altId);
      if (value === undefined) return;
      to.address(value, at);
      const role = this.codeOf(attribute(altId, 'type') ?? attribute(altId, 'environment'));
      to.add('altIds', { ...(role !== undefined && { role }), value }, at);
    });
    this.readCreators();
    each('subject', (subject, at) => this.readSubject(subject, at));
  }

  private readCreators(): void {
    const { to, contentMeta } = this;
    const lines = childElements(contentMeta, 'by');
    if (lines[0]) to.text('by', joined(lines.map(textOf), ', '), pathOf(lines[0]));
    const creators = childElements(contentMeta, 'creator');
    if (creators[0])
      to.text(
        'by',
        joined(
          creators.map((creator) => this.concept(creator).name),
          ', ',
        ),
        pathOf(creators[0]),
      );
    for (const creator of creators) {
      const organisation = this.kindOf(creator) === 'organisations';
      to.addConcept(
        organisation ? 'organisations' : 'people',
        { ...this.concept(creator), rel: 'author' },
        pathOf(creator),
      );
    }
  }

  private readSubject(subject: XmlElement, at: string): void {
    const concept = { ...this.concept(subject), rel: this.codeOf(attribute(subject, 'rel')) };
    const kind = this.kindOf(subject);
    if (kind !== undefined) return this.to.addConcept(kind, { ...concept, rel: concept.rel ?? 'mentioned' }, at);
    const number = (name: string): number | undefined => {
      const value = attribute(subject, name);
      return value === undefined ? undefined : Number(value);
    };
    this.to.addSubject(
      {
        ...concept,
        creator: attribute(subject, 'creator'),
        relevance: number('relevance'),
        confidence: number('confidence'),
      },
      at,
    );
  }

  private readRights(): void {
    const { to } = this;
    for (const rights of childElements(this.item, 'rightsInfo')) {
      for (const holder of childElements(rights, 'copyrightHolder')) {
        to.text('copyrightHolder', this.concept(holder).name ?? attribute(holder, 'literal'), pathOf(holder));
      }
      for (const notice of childElements(rights, 'copyrightNotice'))
        to.text('copyrightNotice', linesOf(notice), pathOf(notice));
      const terms = childElements(rights, 'usageTerms');
      if (terms[0]) to.text('usageTerms', joined(terms.map(linesOf)), pathOf(terms[0]));
      this.readRightsExpression(rights);
    }
  }

  private readRightsExpression(rights: XmlElement): void {
    const { to } = this;
    const data = elementAt(rights, 'rightsExpressionData');
    const inline = elementAt(rights, 'rightsExpressionXML');
    if (inline) to.warn(pathOf(inline), 'a rights expression in XML is not carried');
    const linked = [
      ...childElements(rights, 'link'),
      ...childElements(rights, 'usageTerms'),
      ...childElements(rights, 'copyrightNotice'),
    ];
    const href = linked
      .map((element) => attribute(element, 'href'))
      .find((one) => one !== undefined && URL.canParse(one));
    const encoded = clean(data?.text);
    if (to.item.fields.rightsInfo !== undefined || (href === undefined && encoded === undefined)) return;
    const language = attribute(data, 'langid');
    to.item.fields.rightsInfo = {
      ...(language !== undefined && URL.canParse(language) && { langId: new URL(language).href }),
      ...(href !== undefined && { linkedRights: new URL(href).href }),
      ...(encoded !== undefined && { encodedRights: encoded }),
    };
    to.item.places['rightsInfo'] = pathOf(data ?? rights);
  }

  private concept(element: XmlElement): {
    name?: string | undefined;
    uri?: string | undefined;
    literal?: string | undefined;
  } {
    const [qcode, uri, literal] = [
      attribute(element, 'qcode'),
      attribute(element, 'uri'),
      attribute(element, 'literal'),
    ];
    const assert = this.asserts.get(qcode ?? uri ?? literal ?? '');
    const own = childElements(element).length === 0 ? textOf(element) : undefined;
    return {
      name: nameOf(element) ?? own ?? nameOf(assert),
      uri: uri ?? this.qcodes.resolve(qcode),
      literal: qcode ?? literal,
    };
  }

  private kindOf(element: XmlElement): 'people' | 'organisations' | 'places' | undefined {
    const key = attribute(element, 'qcode') ?? attribute(element, 'uri') ?? attribute(element, 'literal') ?? '';
    const assert = this.asserts.get(key);
    const type =
      attribute(element, 'type') ??
      attribute(element, 'typeuri') ??
      attribute(elementAt(assert, 'type'), 'qcode') ??
      attribute(elementAt(assert, 'type'), 'uri');
    return KINDS.get(this.codeOf(type)?.toLowerCase() ?? '');
  }

  /** A place with the larger ones around it. */
  private placeName(located: XmlElement): string | undefined {
    const broader = childElements(located, 'broader').map(nameOf);
    return joined([this.concept(located).name, ...broader], ', ');
  }

  private roleOf(element: XmlElement): string | undefined {
    return this.codeOf(attribute(element, 'role') ?? attribute(element, 'roleuri'));
  }

  /** `main` of `hrol:main` or of a URI that ends so. */
  private codeOf(code: string | undefined): string | undefined {
    return code === undefined ? undefined : clean(code.slice(code.search(/[^/:]*$/)));
  }
}

function nameOf(element: XmlElement | undefined): string | undefined {
  return textOf(elementAt(element, 'name'));
}

function joined(parts: readonly (string | undefined)[], by = '\n'): string | undefined {
  return parts.filter((part) => part !== undefined).join(by) || undefined;
}
