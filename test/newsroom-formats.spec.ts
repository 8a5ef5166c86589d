import { readFileSync } from 'node:fs';
import { type ArticleRecord, articleRecord, plainBody, toNinjs } from '@newsmill/contracts';
import { readDocument } from '@newsmill/record';
import { describe, expect, it } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import {
  type NewsroomExample,
  NINJS_SCHEMA,
  ownExamples,
  standardExamples,
  standardExamplesAreThere,
} from './support/newsroom-examples.ts';

/*
 * The standard's own examples go in; what comes out is valid ninjs 3.1 and says the same. The inputs are read here once
 * more, by other means than the library's.
 */

const isThere = standardExamplesAreThere();

const all = isThere ? standardExamples() : [];
const ofNinjs = all.filter(({ mediaType }) => mediaType === 'application/vnd.iptc.ninjs+json');
const ofNewsml = all.filter(({ mediaType }) => mediaType === 'text/vnd.iptc.newsml');

function recordOf({ content, mediaType }: NewsroomExample): ArticleRecord {
  const found = readDocument({
    receiptId: 'r-1',
    publisher: 'iptc',
    origin: { mode: 'push', source: 'iptc' },
    pageId: 'p-1',
    url: { original: 'urn:newsmill:push', final: 'urn:newsmill:push' },
    mediaType: mediaType!,
    content,
    fetchedAt: '2026-11-01T00:00:00.000Z',
  });
  if (!found.ok) throw new Error(found.reason);
  return found.version.record;
}

type Fields = Record<string, unknown>;

/** Texts that the record states under the same name. */
const SAME_TEXT = [
  'version',
  'by',
  'language',
  'urgency',
  'edNote',
  'copyrightHolder',
  'copyrightNotice',
  'usageTerms',
  'slugline',
  'located',
] as const;
const MOMENTS = ['firstCreated', 'versionCreated', 'contentCreated', 'embargoedUntil', 'expires'] as const;
const LISTS = ['people', 'organisations', 'places', 'subjects', 'genres', 'infoSources'] as const;

/** What the record has no place for, and why. A property that is neither compared nor named here fails the test. */
const NOT_CARRIED: Readonly<Record<string, string>> = {
  type: 'a record is the text of an item; what else it is, is told in x.parse.warnings',
  title: "metadata of the newsroom's; taken as the headline where there is none, which is compared",
  standard: 'the record is of one version of the standard; told in x.provenance',
  profile: "the publisher's own word for the item's structure",
  representationType: 'told by what is there',
  events: 'the record describes articles, not events',
  eventDetails: 'the record describes articles, not events',
  plannedCoverage: 'the record describes articles, not plans',
  objects: 'no property of the record; no consumer asked for it',
};

/** The same inside lists and associations. */
const NOT_CARRIED_INSIDE = new Set([
  'contactInfo', // personal data of third parties that no consumer needs
  'geoJSON', // the place is named by its URI
  'symbols', // the organisation is named by its URI
]);

const spaced = (text: unknown): string => String(text).replace(/\s+/g, ' ').trim();
const words = (text: string): string => text.replace(/[\s\u00a0]+/g, '');
const isNothing = (value: unknown): boolean =>
  value === undefined || value === null || (typeof value === 'string' && value.trim() === '');

/** The words of markup, by the plainest of means. */
function wordsOfMarkup(html: string): string {
  const text = html
    .replace(/<head>[^]*?<\/head>|<title>[^]*?<\/title>/g, '')
    .replace(/<[^>]*>/g, ' ')
    .replace(/&nbsp;/g, ' ')
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&quot;/g, '"')
    .replace(/&#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code)))
    .replace(/&amp;/g, '&');
  return words(text);
}

function expectSameEntries(stated: Fields[], found: readonly Fields[]): void {
  const named = stated.filter((entry) => ['name', 'uri', 'literal'].some((name) => !isNothing(entry[name])));
  for (const entry of named) {
    const match = found.find((one) =>
      ['name', 'literal', 'uri'].every((key) => isNothing(entry[key]) || same(one[key], entry[key])),
    );
    expect({ entry, match: match !== undefined }).toEqual({ entry, match: true });
    for (const [key, value] of Object.entries(entry)) {
      if (isNothing(value) || NOT_CARRIED_INSIDE.has(key)) continue;
      expect({ key, value: same(match![key], value) || match![key] }).toEqual({ key, value: true });
    }
  }
}

/** Equal, addresses in any of their spellings. */
function same(found: unknown, stated: unknown): boolean {
  if (found === stated || spaced(found) === spaced(stated)) return true;
  return (
    typeof stated === 'string' && URL.canParse(stated) && typeof found === 'string' && new URL(stated).href === found
  );
}

function expectSameMedia(stated: Fields, found: Fields): void {
  expect(found['uri']).toBe(new URL(stated['uri'] as string).href);
  expect(found['name']).toBe(stated['name']);
  if (stated['type'] !== undefined) expect(found['type']).toBe(stated['type']);
  if (stated['by'] !== undefined) expect(found['by']).toBe(stated['by']);
  if (stated['copyrightNotice'] !== undefined) expect(found['copyrightNotice']).toBe(stated['copyrightNotice']);
  const texts = (list: unknown): string[] => ((list ?? []) as Fields[]).map(({ value }) => spaced(value));
  const [caption] = texts(stated['descriptions']);
  if (caption !== undefined) expect(texts(found['descriptions'])).toContain(caption);
  expectSameRenditions(stated['renditions'], found['renditions']);
}

function expectSameRenditions(stated: unknown, found: unknown): void {
  for (const rendition of (stated ?? []) as Fields[]) {
    const { name, href, contentType, width, height } = rendition;
    const expected = Object.fromEntries(
      Object.entries({ name, href: href && new URL(href as string).href, contentType, width, height }).filter(
        ([, value]) => value !== undefined,
      ),
    );
    expect(found).toContainEqual(expected);
  }
}

(isThere ? describe : describe.skip)("the standard's examples", () => {
  const ajv = new Ajv2020({ strict: false });
  (addFormats as unknown as (ajv: Ajv2020) => void)(ajv);
  // Referenced for places with a shape, which our records do not carry.
  ajv.addSchema({ $id: 'https://geojson.org/schema/GeoJSON.json' });
  const validate = isThere ? ajv.compile(JSON.parse(readFileSync(NINJS_SCHEMA, 'utf8')) as object) : undefined;

  it('are all there: 3.0, 3.1 and NewsML', () => {
    expect(ofNinjs.length).toBeGreaterThanOrEqual(39);
    expect(ofNewsml).toHaveLength(4);
    expect(all).toHaveLength(ofNinjs.length + ofNewsml.length);
  });

  it.each(ownExamples())('are not alone valid: $name of our own is, too', (example) => {
    expect(validate!(toNinjs(recordOf(example))) ? [] : validate!.errors).toEqual([]);
  });

  it.each(all)('$name gives a record that is valid ninjs 3.1 without its x block', (example) => {
    const record = recordOf(example);
    expect(articleRecord.parse(record)).toEqual(record);
    expect(validate!(toNinjs(record)) ? [] : validate!.errors).toEqual([]);
  });

  it.each(ofNinjs)('$name says the same as it did', (example) => {
    const stated = JSON.parse(example.content) as Fields;
    const record = recordOf(example);
    const found = toNinjs(record) as unknown as Fields;
    const compared = new Set<string>([
      'uri',
      'pubStatus',
      'headlines',
      'descriptions',
      'bodies',
      'altIds',
      'rightsInfo',
    ]);

    expect(found['altIds']).toContainEqual({ role: 'guid', value: stated['uri'] });
    expect(found['pubStatus']).toBe(stated['pubStatus'] ?? 'usable');
    for (const name of SAME_TEXT) {
      compared.add(name);
      expect({ [name]: found[name] }).toEqual({ [name]: isNothing(stated[name]) ? undefined : stated[name] });
    }
    for (const name of MOMENTS) {
      compared.add(name);
      if (!isNothing(stated[name])) expect(Date.parse(found[name] as string)).toBe(Date.parse(stated[name] as string));
      else if (name !== 'versionCreated') expect(found[name]).toBeUndefined();
    }
    for (const name of LISTS) {
      compared.add(name);
      expectSameEntries((stated[name] ?? []) as Fields[], (found[name] ?? []) as Fields[]);
      expect(((found[name] ?? []) as Fields[]).length).toBeLessThanOrEqual(((stated[name] ?? []) as Fields[]).length);
    }

    const texts = (list: unknown): string[] => ((list ?? []) as Fields[]).map(({ value }) => spaced(value));
    const headlines = stated['headlines'] ?? (stated['title'] === undefined ? [] : [{ value: stated['title'] }]);
    expect(texts(found['headlines'])).toEqual(texts(headlines));
    expect(texts(found['descriptions']).map(wordsOfMarkup)).toEqual([
      ...new Set(texts(stated['descriptions']).map(wordsOfMarkup)),
    ]);
    for (const { role, value } of (stated['altIds'] ?? []) as Fields[]) {
      expect(found['altIds']).toContainEqual({ role, value });
    }
    expect(found['rightsInfo']).toEqual(stated['rightsInfo']);

    const bodies = (stated['bodies'] ?? []) as { contentType?: string; value: string }[];
    const plain = bodies.find(
      ({ contentType, value }) => contentType === 'text/plain' || (!contentType && !value.includes('<')),
    );
    const markup = bodies.find(({ contentType }) => /html/.test(contentType ?? ''));
    if (plain) expect(words(plainBody(record))).toBe(words(plain.value));
    else if (markup) expect(words(plainBody(record))).toBe(wordsOfMarkup(markup.value));
    else expect(record.bodies).toEqual([]);
    const html = record.bodies.find(({ contentType }) => contentType === 'text/html')?.value ?? '';
    if (markup) expect(wordsOfMarkup(html)).toBe(wordsOfMarkup(markup.value));
    expect(html).not.toMatch(/<(?:script|iframe|style|img|form)|\son\w+=|javascript:/i);

    compared.add('associations').add('renditions');
    const media = (found['associations'] ?? []) as Fields[];
    for (const one of (stated['associations'] ?? []) as Fields[]) {
      expectSameMedia(
        one,
        media.find(({ name, uri }) => name === one['name'] && uri === new URL(one['uri'] as string).href) ?? {},
      );
    }
    const own = ((stated['renditions'] ?? []) as Fields[]).length > 0 ? 1 : 0;
    expect(media).toHaveLength(own + ((stated['associations'] ?? []) as Fields[]).length);
    if (own > 0) expectSameRenditions(stated['renditions'], media[0]?.['renditions']);

    expect(Object.keys(stated).filter((name) => !compared.has(name) && !(name in NOT_CARRIED))).toEqual([]);
  });

  it.each(ofNewsml)('$name says the same as it did', (example) => {
    const record = recordOf(example);
    const { content } = example;
    const decoded = (text: string): string =>
      spaced(text.replace(/&lt;/g, '<').replace(/&gt;/g, '>').replace(/&amp;/g, '&'));
    const inside = (name: string): string | undefined => {
      const found = new RegExp(`<${name}>([^<]*)</${name}>`).exec(content)?.[1];
      return found === undefined ? undefined : decoded(found);
    };
    const component = (role: string): string =>
      content.split(/<Role FormalName=/).find((part) => part.startsWith(`"${role}"`)) ?? '';
    const moment = (name: string): number =>
      Date.parse(inside(name)!.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)\+0000$/, '$1-$2-$3T$4:$5:$6Z'));

    const [provider, date, id] = [inside('ProviderId'), inside('DateId'), inside('NewsItemId')];
    expect(record.altIds).toContainEqual({ role: 'guid', value: `urn:newsml:${provider}:${date}:${id}` });
    expect(record.altIds).toContainEqual({ role: 'publicIdentifier', value: inside('PublicIdentifier') });
    expect(record.version).toBe(/<RevisionId[^>]*>([^<]*)</.exec(content)![1]);
    expect(Date.parse(record.firstCreated!)).toBe(moment('FirstCreated'));
    expect(Date.parse(record.versionCreated)).toBe(moment('ThisRevisionCreated'));
    expect(record.pubStatus).toBe('usable');
    expect(record.headlines).toEqual([{ role: 'main', contentType: 'text/plain', value: inside('HeadLine') }]);
    expect(record.located).toBe(inside('DateLine'));
    expect(record.slugline).toBe(inside('SlugLine'));
    expect(record.copyrightNotice).toBe(inside('CopyrightLine'));
    expect(record.language).toBe(/<Language FormalName="(\w+)"/.exec(content)![1]);
    expect(record.genres).toEqual([{ name: /<Genre FormalName="(\w+)"/.exec(content)![1] }]);
    expect(record.infoSources).toEqual([
      { name: decoded(/<Source>\s*<Party FormalName="([^"]*)"/.exec(content)![1]!), role: 'source' },
    ]);
    const keywords = [...content.matchAll(/<Property FormalName="BW\w+Keywords" Value="([^"]*)"/g)];
    expect(record.subjects?.map(({ name }) => name)).toEqual(keywords.map(([, name]) => decoded(name!)));

    const body = /<body>([^]*?)<\/body>/.exec(component('Body'))![1]!;
    expect(words(plainBody(record))).toBe(wordsOfMarkup(body));
    const subHeadline = /<body>([^]*?)<\/body>/.exec(component('SubHeadLine'))?.[1];
    expect((record.descriptions ?? []).map(({ value }) => words(value))).toEqual(
      subHeadline === undefined ? [] : [wordsOfMarkup(subHeadline)],
    );
    const hrefs = [...content.matchAll(/<ContentItem Duid="\w+" Href="([^"]*)"/g)].map(([, href]) => decoded(href!));
    const found = record.associations!.flatMap(({ renditions = [] }) => renditions.map(({ href }) => href));
    expect(found).toEqual(hrefs.map((href) => new URL(href).href));
    const captions = [...content.matchAll(/<HeadLine>([^<]*)<\/HeadLine>/g)].slice(1).map(([, text]) => decoded(text!));
    expect(
      record.associations!.flatMap(({ descriptions = [] }) => descriptions.map(({ value }) => value)).sort(),
    ).toEqual(captions.sort());
    // Not carried: contacts of press offices (warned of), style sheets, scene codes, ranks, ticker symbols.
    expect(record.x.parse.warnings).toEqual([expect.stringContaining('the contact is not carried')]);
  });

  it("agrees with the standard's own conversion of NewsML to ninjs", () => {
    const twins = ofNewsml.flatMap((newsml) => {
      const id = /\d{14}/.exec(newsml.name)![0];
      const twin = ofNinjs.find(({ name }) => name.includes(id));
      return twin ? [[recordOf(newsml), recordOf(twin)] as const] : [];
    });
    expect(twins).toHaveLength(2);
    for (const [converted, stated] of twins) {
      expect(converted.headlines).toEqual(stated.headlines);
      expect(converted.subjects).toEqual(stated.subjects);
      expect(converted.language).toBe(stated.language);
      expect(converted.version).toBe(stated.version);
      expect(converted.versionCreated).toBe(stated.versionCreated);
      expect(words(plainBody(converted)).startsWith(words(plainBody(stated)))).toBe(true);
    }
  });
});
