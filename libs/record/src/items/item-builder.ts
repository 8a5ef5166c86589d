import { wellFormed } from '@newsmill/extraction';
import { uriOf } from './addresses.js';
import { correctionIn } from './corrections.js';
import type { ItemFields, ItemReading, NewsroomItem, Problem, StatedBody, TimeField } from './newsroom-item.js';
import { readTime } from './times.js';

/** The properties that hold a list. */
type ListField = {
  [K in keyof ItemFields]-?: NonNullable<ItemFields[K]> extends unknown[] ? K : never;
}[keyof ItemFields];
type EntryOf<K extends ListField> = NonNullable<ItemFields[K]>[number];
/** The properties that hold one text. */
type TextField = Exclude<
  { [K in keyof ItemFields]-?: NonNullable<ItemFields[K]> extends string ? K : never }[keyof ItemFields],
  TimeField | 'pubStatus' | 'language' | 'versionCreated'
>;

/** Entries of one list that are taken: more are no description of an article. */
const MAX_ENTRIES = 1_000;
/** Characters of an identifier and of a version: they are keys and stand in every receipt. */
const MAX_IDENTIFIER = 1_024;
const MAX_VERSION = 200;
const MAX_WARNINGS = 50;
const MAX_PROBLEMS = 20;

const PUB_STATUSES = ['usable', 'withheld', 'canceled'] as const;

/** A concept as the formats state it. */
interface StatedConcept {
  name?: string | undefined;
  rel?: string | undefined;
  uri?: string | undefined;
  literal?: string | undefined;
}

/** Collects what a reader finds in a document, with its places; what it is given first for a property stays. */
export class ItemBuilder {
  readonly item: NewsroomItem;
  readonly problems: Problem[] = [];
  /** Lists that take no more entries, since an outer document has filled them. */
  private closed: ReadonlySet<string> = new Set();
  /** Lists that have been cut. */
  private readonly full = new Set<string>();

  constructor(source: NewsroomItem['source'], formatVersion?: string) {
    this.item = {
      source,
      ...(formatVersion !== undefined && { formatVersion }),
      fields: {},
      times: {},
      bodies: [],
      places: {},
      warnings: [],
    };
  }

  /** A fault that keeps the document from being read. */
  problem(pointer: string, detail: string): void {
    if (this.problems.length < MAX_PROBLEMS) this.problems.push({ pointer, detail });
  }

  /** A fault that the article survives. */
  warn(at: string, what: string): void {
    if (this.item.warnings.length < MAX_WARNINGS) this.item.warnings.push(wellFormed(`${at}: ${what}`));
  }

  guid(value: string | undefined, at: string): void {
    const guid = clean(value);
    if (guid === undefined || this.item.guid !== undefined) return;
    if (guid.length > MAX_IDENTIFIER) {
      return this.problem(at, `the identifier has ${guid.length} characters, at most ${MAX_IDENTIFIER} are taken`);
    }
    this.item.guid = guid;
    this.item.places['guid'] = at;
  }

  /** The item's address on the web; anything else is passed over. */
  address(value: string | undefined, at: string): void {
    if (this.item.address !== undefined || !/^\s*https?:/i.test(value ?? '')) return;
    const address = uriOf(value);
    if (address === undefined) return;
    this.item.address = address;
    this.item.places['x.url'] = at;
  }

  text(field: TextField, value: string | undefined, at: string): void {
    const text = clean(value);
    if (text === undefined || this.item.fields[field] !== undefined) return;
    if (field === 'version' && text.length > MAX_VERSION) {
      return this.problem(at, `the version has ${text.length} characters, at most ${MAX_VERSION} are taken`);
    }
    this.item.fields[field] = text;
    this.item.places[field] = at;
    if (field === 'edNote') this.correction(correctionIn(text), at);
  }

  /** The words of a correction. */
  correction(value: string | undefined, at: string): void {
    const text = clean(value);
    if (text === undefined || this.item.correction !== undefined) return;
    this.item.correction = text;
    this.item.places['x.corrections'] = at;
  }

  /**
   * A moment. One that cannot be read is left out with a warning; an embargo that cannot be read keeps the document
   * out, since to leave it out would publish what the newsroom holds back.
   */
  time(field: TimeField, value: string | undefined, at: string): void {
    const raw = clean(value);
    if (raw === undefined || this.item.times[field] !== undefined) return;
    const time = readTime(raw);
    if (time === undefined) {
      const what = `"${raw.slice(0, 80)}" is no date and time (RFC 3339, as in 2026-05-14T09:30:00Z)`;
      if (field === 'embargoedUntil') this.problem(at, `the embargo ${what}`);
      else this.warn(at, `${what}; left out`);
      return;
    }
    if (!time.hasTime) this.warn(at, `"${time.raw}" names no time of day: taken as 00:00 UTC`);
    this.item.times[field] = time;
    this.item.fields[field] = time.iso;
    this.item.places[field] = at;
  }

  /** @param value as in `stat:canceled`: with or without the alias of its vocabulary */
  pubStatus(value: string | undefined, at: string): void {
    const stated = clean(value);
    if (stated === undefined || this.item.fields.pubStatus !== undefined) return;
    const name = stated.slice(stated.search(/[^/:]*$/)).toLowerCase();
    const status = PUB_STATUSES.find((one) => one === name || (one === 'canceled' && name === 'cancelled'));
    if (status === undefined) {
      this.problem(at, `the publication status "${stated.slice(0, 80)}" is none of ${PUB_STATUSES.join(', ')}`);
      return;
    }
    this.item.fields.pubStatus = status;
    this.item.places['pubStatus'] = at;
  }

  /** Urgency of 1 (most urgent) to 9. */
  urgency(value: string | number | undefined, at: string): void {
    if (value === undefined || value === '' || this.item.fields.urgency !== undefined) return;
    const urgency = Number(value);
    if (!Number.isInteger(urgency) || urgency < 1 || urgency > 9) {
      // NITF counts from 0 (undefined) and agencies leave it at that.
      if (urgency !== 0) this.warn(at, `the urgency "${String(value).slice(0, 40)}" is no number of 1 to 9; left out`);
      return;
    }
    this.item.fields.urgency = urgency;
    this.item.places['urgency'] = at;
  }

  /** A language tag of BCP 47. */
  language(value: string | undefined, at: string): void {
    const stated = clean(value);
    if (stated === undefined || this.item.fields.language !== undefined) return;
    const language = canonicalTag(stated.replaceAll('_', '-'));
    if (language === undefined) return this.warn(at, `"${stated.slice(0, 40)}" is no language tag; left out`);
    this.item.fields.language = language;
    this.item.places['language'] = at;
  }

  /** What is found meanwhile counts only for what is still missing: what an envelope says outweighs its content. */
  whereMissing(read: () => void): void {
    const before = this.closed;
    this.closed = new Set([...before, ...Object.keys(this.item.fields)]);
    read();
    this.closed = before;
  }

  add<K extends ListField>(field: K, entry: EntryOf<K>, at: string): void {
    if (this.closed.has(field)) return;
    const list = ((this.item.fields[field] as EntryOf<K>[] | undefined) ??= [] as never);
    if (list.length === 0) this.item.places[field] = at;
    if (list.length < MAX_ENTRIES) list.push(entry);
    else if (!this.full.has(field)) {
      this.full.add(field);
      this.warn(at, `more than ${MAX_ENTRIES} ${field}: the rest is left out`);
    }
  }

  /** A headline or a description; an empty one is none. */
  addText(field: 'headlines' | 'descriptions', role: string | undefined, value: string | undefined, at: string): void {
    const text = clean(value);
    if (text !== undefined)
      this.add(field, { role: role ?? DEFAULT_ROLE[field], contentType: 'text/plain', value: text }, at);
  }

  /** An identifier that is no URI is kept as `literal`. */
  addConcept(field: 'people' | 'organisations' | 'places' | 'genres', stated: StatedConcept, at: string): void {
    const concept = conceptOf(stated);
    if (concept === undefined) return;
    if (field === 'genres') {
      const { rel: _, ...genre } = concept;
      this.add('genres', genre, at);
    } else this.add(field, concept, at);
  }

  addSubject(
    stated: StatedConcept & {
      creator?: string | undefined;
      relevance?: number | undefined;
      confidence?: number | undefined;
    },
    at: string,
  ): void {
    const concept = conceptOf(stated);
    if (concept === undefined) return;
    const creator = clean(stated.creator);
    this.add(
      'subjects',
      {
        ...concept,
        ...(creator !== undefined && { creator }),
        ...percent('relevance', stated.relevance),
        ...percent('confidence', stated.confidence),
      },
      at,
    );
  }

  addInfoSource({ rel: role, ...stated }: StatedConcept, at: string): void {
    const concept = conceptOf({ ...stated, rel: undefined });
    if (concept === undefined) return;
    const cleanRole = clean(role);
    this.add('infoSources', { ...concept, ...(cleanRole !== undefined && { role: cleanRole }) }, at);
  }

  body(kind: StatedBody['kind'], value: string | undefined, at: string): void {
    if (value === undefined || value.trim() === '') return;
    if (this.item.bodies.some((body) => body.kind === kind)) {
      return this.warn(at, `another body of ${kind}; the first one is taken`);
    }
    this.item.bodies.push({ kind, value, at });
  }

  /** The item, or what keeps it from being one. */
  finish(): ItemReading {
    return this.problems.length > 0 ? { ok: false, problems: this.problems } : { ok: true, item: this.item };
  }
}

const DEFAULT_ROLE = { headlines: 'main', descriptions: 'summary' } as const;

/** A text of one line or more without controls and outer white space; undefined for none. */
export function clean(value: string | undefined): string | undefined {
  const text = value === undefined ? '' : wellFormed(value).trim();
  return text === '' ? undefined : text;
}

function conceptOf(stated: StatedConcept): { name?: string; rel?: string; uri?: string; literal?: string } | undefined {
  const [name, rel, stands] = [clean(stated.name), clean(stated.rel), clean(stated.uri)];
  const uri = uriOf(stands);
  const literal = clean(stated.literal) ?? (uri === undefined ? stands : undefined);
  if (name === undefined && uri === undefined && literal === undefined) return undefined;
  return {
    ...(name !== undefined && { name }),
    ...(rel !== undefined && { rel }),
    ...(uri !== undefined && { uri }),
    ...(literal !== undefined && { literal }),
  };
}

function percent<Name extends string>(name: Name, value: number | undefined): { [K in Name]?: number } {
  if (value === undefined || !(value >= 0 && value <= 100)) return {};
  return { [name]: Math.round(value) } as { [K in Name]?: number };
}

function canonicalTag(tag: string): string | undefined {
  try {
    return Intl.getCanonicalLocales(tag.slice(0, 60))[0];
  } catch {
    return undefined;
  }
}
