import type { z } from 'zod';
import { uriOf } from '../items/addresses.js';
import { clean, ItemBuilder } from '../items/item-builder.js';
import { foldNames, isObject, parseJson, pointerOf } from '../items/json-document.js';
import type { ItemReading, Problem } from '../items/newsroom-item.js';
import { holdsMarkup, plainOf } from '../items/plain-line.js';
import { isNitf, nitfBodyHtml } from './nitf-body.js';
import { addAssociations, addOwnRenditions } from './ninjs-associations.js';
import { ninjsSchema, type Ninjs, type NinjsConcept } from './ninjs-schema.js';
import { readXml } from '../items/xml.js';

/** Reads an item of ninjs 1.x, 2.x or 3.x (https://iptc.org/std/ninjs/userguide/), or of a dialect between them. */
export function readNinjs(content: string): ItemReading {
  const parsed = parseJson(content);
  if (!parsed.ok) return parsed;
  const document = soleItem(parsed.value);
  if (!isObject(document)) return { ok: false, problems: [notOneItem(document)] };
  const checked = ninjsSchema.safeParse(foldNames(document));
  if (!checked.success) {
    const problems = checked.error.issues.flatMap((issue) => problemsOf(document, issue)).slice(0, 20);
    return { ok: false, problems };
  }
  return new NinjsReader(document, checked.data).read();
}

/** Of a property that takes two shapes, the faults are told that it has in the shape that it was given. */
function problemsOf(document: unknown, issue: z.core.$ZodIssue, above: readonly PropertyKey[] = []): Problem[] {
  const path = [...above, ...issue.path];
  if (issue.code === 'invalid_union') {
    const inside = issue.errors.find((errors) => errors.every((error) => error.path.length > 0));
    if (inside !== undefined && inside.length > 0) return inside.flatMap((error) => problemsOf(document, error, path));
  }
  return [{ pointer: pointerOf(document, path), detail: issue.message.replace(/^Invalid input: /, '') }];
}

/** A list of one item is that item. */
function soleItem(value: unknown): unknown {
  return Array.isArray(value) && value.length === 1 ? value[0] : value;
}

function notOneItem(value: unknown): Problem {
  return Array.isArray(value)
    ? { pointer: '/1', detail: `the document holds ${value.length} items: send each by itself` }
    : { pointer: '', detail: 'a ninjs item is a JSON object' };
}

/** The items of a document: the entries of a list, each as a document of its own. */
export function splitNinjs(content: string): string[] {
  const parsed = parseJson(content);
  if (!parsed.ok || !Array.isArray(parsed.value)) return [content];
  try {
    return parsed.value.map((entry) => JSON.stringify(entry));
  } catch {
    // Nested too deep to be written: whoever reads it as one document says so.
    return [content];
  }
}

const TYPES = new Set(['text', 'audio', 'video', 'picture', 'graphic', 'composite', 'component', 'event', 'planning']);

/** Properties of which every ninjs item of more than an identifier has one. */
const TELLING = [
  'versioncreated',
  'pubstatus',
  'headline',
  'headlines',
  'bodies',
  'body_text',
  'body_html',
  'body_xhtml',
  'descriptions',
  'renditions',
  'associations',
  'eventdetails',
];

/**
 * True for a ninjs item, or a list of them. An envelope of the door, `{url, html?, guid?}`, is none: it has no `uri`
 * and none of the properties that tell a ninjs item.
 */
export function isNinjs(value: unknown): boolean {
  const item = Array.isArray(value) ? (value as unknown[])[0] : value;
  if (!isObject(item)) return false;
  const names = new Map(Object.entries(item).map(([name, entry]) => [name.toLowerCase(), entry]));
  const standard = names.get('standard');
  if (isObject(standard) && /ninjs/i.test(`${String(standard['name'])} ${String(standard['schema'])}`)) return true;
  if (typeof names.get('uri') !== 'string' && typeof names.get('guid') !== 'string') return false;
  if (names.has('html') && names.has('url')) return false;
  return TYPES.has(names.get('type') as string) || TELLING.some((name) => names.has(name));
}

/** `3.1`; what the document says, else what its shape tells: 1.x holds single texts, 3.x spells in camel case. */
function versionOf(document: Record<string, unknown>, { standard }: Ninjs): string {
  const stated = clean(standard?.version) ?? /schema_(\d\.\d{1,2})/.exec(standard?.schema ?? '')?.[1];
  if (stated !== undefined && /^\d{1,2}\.\d{1,2}(?:\.\d{1,2})?$/.test(stated)) return stated;
  const names = Object.keys(document);
  if (names.some((name) => /[a-z][A-Z]/.test(name))) return '3';
  if (names.some((name) => FIRST_GENERATION.test(name))) return '1';
  return names.some((name) => SECOND_GENERATION.test(name)) ? '2' : '3';
}

const FIRST_GENERATION =
  /^(?:headline|byline|body_.+|description_.+|headline_.+|person|organisation|place|subject|genre|infosource)$/;
const SECOND_GENERATION =
  /^(?:pubstatus|(?:first|version|content)created|altids|infosources|copyright(?:holder|notice))$/;

class NinjsReader {
  private readonly to: ItemBuilder;

  constructor(
    private readonly document: Record<string, unknown>,
    private readonly item: Ninjs,
  ) {
    this.to = new ItemBuilder('ninjs', versionOf(document, item));
  }

  read(): ItemReading {
    const { item, to } = this;
    to.guid(item.uri, this.at('uri'));
    to.guid(item.guid, this.at('guid'));
    if (item.version !== undefined) to.text('version', String(item.version), this.at('version'));
    to.pubStatus(item.pubstatus, this.at('pubstatus'));
    to.urgency(item.urgency, this.at('urgency'));
    to.language(item.language, this.at('language'));
    this.readTimes();
    this.readTexts();
    this.readConcepts();
    this.readIdentifiers();
    addOwnRenditions(to, item, (...path) => this.at(...path));
    addAssociations(to, item.associations, (...path) => this.at('associations', ...path));
    if (item.type !== undefined && item.type !== 'text') {
      to.warn(this.at('type'), `the item is of type "${item.type.slice(0, 40)}": its text is taken`);
    }
    return to.finish();
  }

  private readTimes(): void {
    const { item, to } = this;
    to.time('firstCreated', item.firstcreated, this.at('firstcreated'));
    to.time('versionCreated', item.versioncreated, this.at('versioncreated'));
    to.time('contentCreated', item.contentcreated, this.at('contentcreated'));
    to.time('embargoedUntil', item.embargoeduntil, this.at('embargoeduntil'));
    to.time('embargoedUntil', item.embargoed, this.at('embargoed'));
    to.time('expires', item.expires, this.at('expires'));
  }

  private readTexts(): void {
    const { item, to } = this;
    to.addText('headlines', 'main', plainOf(item.headline), this.at('headline'));
    this.addTexts('headlines', 'headline_');
    // `title` is metadata, but the only name that pictures and events have.
    if (to.item.fields.headlines === undefined) to.addText('headlines', 'title', plainOf(item.title), this.at('title'));
    this.addTexts('descriptions', 'description_');
    this.readBodies();
    to.text('by', item.by ?? item.byline, this.at(item.by === undefined ? 'byline' : 'by'));
    for (const field of [
      'copyrightHolder',
      'copyrightNotice',
      'usageTerms',
      'edNote',
      'slugline',
      'located',
    ] as const) {
      const name = field.toLowerCase() as 'copyrightholder';
      to.text(field, item[name], this.at(name));
    }
    const { langid, linkedrights, encodedrights } = item.rightsinfo ?? {};
    const [langId, linkedRights, encodedRights] = [uriOf(langid), uriOf(linkedrights), clean(encodedrights)];
    if (langId !== undefined || linkedRights !== undefined || encodedRights !== undefined) {
      to.item.fields.rightsInfo = {
        ...(langId !== undefined && { langId }),
        ...(linkedRights !== undefined && { linkedRights }),
        ...(encodedRights !== undefined && { encodedRights }),
      };
      to.item.places['rightsInfo'] = this.at('rightsinfo');
    }
  }

  /** The list of 2.x and 3.x, then the texts by name of 1.x. One in markup and in plain text is taken once. */
  private addTexts(field: 'headlines' | 'descriptions', start: string): void {
    const keyOf = (text: string): string => text.replace(/\s+/g, ' ').trim();
    const seen = new Set(this.to.item.fields[field]?.map(({ value }) => keyOf(value)));
    const add = (role: string | undefined, value: string, ...path: PropertyKey[]): void => {
      const text = plainOf(value);
      if (text === undefined || seen.has(keyOf(text))) return;
      seen.add(keyOf(text));
      this.to.addText(field, role, text, this.at(...path));
    };
    this.item[field]?.forEach(({ role, value }, index) => add(role, value, field, index));
    for (const [name, value] of Object.entries(this.item)) {
      if (name.startsWith(start))
        add(FORMATS.has(name.slice(start.length)) ? undefined : name.slice(start.length), String(value), name);
    }
  }

  private readBodies(): void {
    this.item.bodies?.forEach(({ contenttype, role, value }, index) =>
      this.readBody(contenttype ?? role ?? '', value, this.at('bodies', index)),
    );
    for (const [name, value] of Object.entries(this.item)) {
      if (name.startsWith('body_')) this.readBody(name.slice('body_'.length), String(value), this.at(name));
    }
  }

  private readBody(format: string, value: string, at: string): void {
    const kind = format.toLowerCase();
    if (kind.includes('nitf')) {
      const xml = readXml(value);
      const html = xml.ok && isNitf(xml.root) ? nitfBodyHtml(xml.root) : undefined;
      if (html === undefined) return this.to.warn(at, 'the NITF body cannot be read; left out');
      return this.to.body('text/html', html, at);
    }
    if (kind.includes('html') || (!kind.includes('plain') && !/\//.test(kind) && holdsMarkup(value))) {
      return this.to.body('text/html', value, at);
    }
    if (kind.includes('/') && kind !== 'text/plain')
      return this.to.warn(at, `a body of "${format.slice(0, 60)}" is not taken`);
    this.to.body('text/plain', value, at);
  }

  private readConcepts(): void {
    const { item, to } = this;
    for (const [field, old] of [
      ['people', 'person'],
      ['organisations', 'organisation'],
      ['places', 'place'],
      ['genres', 'genre'],
    ] as const) {
      for (const name of [field, old]) {
        item[name]?.forEach((stated, index) => to.addConcept(field, identified(stated), this.at(name, index)));
      }
    }
    item.authors?.forEach(({ name }, index) =>
      to.addConcept('people', { name, rel: 'author' }, this.at('authors', index)),
    );
    for (const name of ['subjects', 'subject'] as const) {
      item[name]?.forEach((stated, index) => to.addSubject({ ...stated, ...identified(stated) }, this.at(name, index)));
    }
    item.service?.forEach((stated, index) =>
      to.addSubject({ ...identified(stated), rel: 'section' }, this.at('service', index)),
    );
    item.keywords?.forEach((name, index) => to.addSubject({ name, rel: 'keyword' }, this.at('keywords', index)));
    for (const name of ['infosources', 'infosource'] as const) {
      item[name]?.forEach((stated, index) =>
        to.addInfoSource({ ...identified(stated), rel: stated.role ?? stated.rel }, this.at(name, index)),
      );
    }
  }

  private readIdentifiers(): void {
    const { item, to } = this;
    const altIds = Array.isArray(item.altids)
      ? item.altids
      : Object.entries(item.altids ?? {}).map(([role, value]) => ({ role, value }));
    altIds.forEach(({ role, value }, index) => {
      const at = this.at('altids', Array.isArray(item.altids) ? index : (role ?? ''));
      const [cleanRole, cleanValue] = [clean(role), clean(value)];
      if (cleanValue === undefined) return;
      if (/ur[il]|link|web|canonical/i.test(role ?? '')) to.address(cleanValue, at);
      to.add('altIds', { ...(cleanRole !== undefined && { role: cleanRole }), value: cleanValue }, at);
    });
    to.address(item.url, this.at('url'));
    to.address(item.uri, this.at('uri'));
  }

  private at(...path: PropertyKey[]): string {
    return pointerOf(this.document, path);
  }
}

/** Ends of names in 1.x that tell a format, not a purpose. */
const FORMATS = new Set(['text', 'html', 'xhtml', 'plain', 'richtext']);

/** 1.x names a concept by a code in a scheme: its URI is the scheme's with the code behind it. */
function identified({ name, rel, uri, literal, code, scheme }: NinjsConcept): NinjsConcept {
  const vocabulary = uriOf(scheme);
  const joined =
    vocabulary === undefined || code === undefined
      ? undefined
      : `${vocabulary}${/[/#=:]$/.test(vocabulary) ? '' : '/'}${encodeURIComponent(code.toWellFormed())}`;
  return { name, rel, uri: uri ?? joined, literal: literal ?? code };
}
