import {
  type ArticleRecord,
  articleUri,
  type articleParsed,
  type EventOf,
  type pageFetched,
} from '@newsmill/contracts';
import { readFragment, readPlainText, wellFormed } from '@newsmill/extraction';
import { articleIdOf, tryNormalizeUrl } from '@newsmill/web';
import { countWords } from '../count-words.js';
import { uriOf, urnOf, webAddressOf } from './addresses.js';
import { correctionAmong } from './corrections.js';
import type { NewsroomItem, Problem } from './newsroom-item.js';

type PageFetched = EventOf<typeof pageFetched>;

/** Looked for in every item; what is not found is told. */
const EXPECTED = ['headlines', 'descriptions', 'by', 'language', 'firstCreated', 'associations'] as const;

/** Octets of both bodies together: what is over leaves the marked-up one out, so that the version fits its topic. */
const MAX_BODIES = 12 * 1024 * 1024;

/** Where each format states what no usable item may lack. */
const REQUIRED: Readonly<Record<NewsroomItem['source'], { guid: string; headline: string }>> = {
  ninjs: { guid: '/uri', headline: '/headlines' },
  'newsml-g2': { guid: '/newsItem/@guid', headline: '/newsItem/contentMeta/headline' },
  'newsml-1': {
    guid: '/NewsML/NewsItem/Identification/NewsIdentifier',
    headline: '/NewsML/NewsItem/NewsComponent/NewsLines/HeadLine',
  },
  nitf: { guid: '/nitf/head/docdata/doc-id/@id-string', headline: '/nitf/body/body.head/hedline/hl1' },
};

export type VersionReading = { ok: true; version: EventOf<typeof articleParsed> } | { ok: false; problems: Problem[] };

/** What a usable item lacks; a withheld or canceled one may be empty. */
export function contentProblems({
  source,
  fields,
  bodies,
}: Pick<NewsroomItem, 'source' | 'fields' | 'bodies'>): Problem[] {
  const usable = (fields.pubStatus ?? 'usable') === 'usable';
  if (!usable || fields.headlines !== undefined || bodies.length > 0) return [];
  return [
    { pointer: REQUIRED[source].headline, detail: 'a usable item has a headline or a body; this one has neither' },
  ];
}

/** Maps an item to the record that travels on. The page's guid outweighs the one that the document gives itself. */
export function toItemVersion(page: PageFetched, item: NewsroomItem): VersionReading {
  const guid = page.guid?.trim() || item.guid;
  const address = webAddress(item.address);
  if (guid === undefined && address === undefined) {
    return { ok: false, problems: [{ pointer: REQUIRED[item.source].guid, detail: 'the item has no identifier' }] };
  }
  const read = readBodies(item, address ?? page.url.final);
  const problems = contentProblems({ ...item, bodies: read.bodies.length > 0 ? item.bodies : [] });
  if (problems.length > 0) return { ok: false, problems };
  const articleId = idOf(page, guid, address);
  return {
    ok: true,
    version: {
      articleId,
      receiptId: page.receiptId,
      record: toRecord(page, item, { articleId, guid, address, ...read }),
    },
  };
}

/** (publisher, guid) is the identity; without a publisher it is the address, then the source's own identifier. */
function idOf({ publisher, origin, url }: PageFetched, guid: string | undefined, address: string | undefined): string {
  // NUL parts the names that the id is made from.
  const identifier = guid?.replaceAll('\0', '');
  if (publisher !== undefined && identifier) return articleIdOf({ publisher, guid: identifier });
  const web = address ?? (identifier ? undefined : webAddress(url.final));
  return web === undefined ? articleIdOf({ publisher: origin.source, guid: identifier! }) : articleIdOf({ url: web });
}

function webAddress(stated: string | undefined): string | undefined {
  const address = webAddressOf(stated);
  return address && tryNormalizeUrl(address);
}

interface ReadBodies {
  bodies: ArticleRecord['bodies'];
  paragraphs: string[];
  warnings: string[];
}

/** The text in plain and sanitised form: each from the body that the document gives in it, else from the other. */
function readBodies({ bodies }: NewsroomItem, baseUrl: string): ReadBodies {
  const of = (kind: 'text/plain' | 'text/html'): string | undefined => bodies.find((body) => body.kind === kind)?.value;
  const [plain, markup] = [of('text/plain'), of('text/html')];
  const fromMarkup = markup === undefined ? undefined : readFragment(markup, baseUrl);
  const fromPlain = plain === undefined ? undefined : readPlainText(plain);
  const text = fromPlain?.text || fromMarkup?.text || '';
  const html = fromMarkup?.html || fromPlain?.html || '';
  if (text === '' && html === '') return { bodies: [], paragraphs: [], warnings: [] };
  const tooLarge = Buffer.byteLength(text) + Buffer.byteLength(html) > MAX_BODIES;
  return {
    bodies: [
      {
        role: 'main',
        contentType: 'text/plain',
        charCount: text.length,
        wordCount: countWords(text),
        value: text,
      },
      ...(tooLarge ? [] : [{ role: 'richtext', contentType: 'text/html', value: html }]),
    ],
    paragraphs: text.split('\n\n'),
    warnings: [
      ...(fromMarkup?.cut ? ['page-cut'] : []),
      ...(tooLarge ? ['the marked-up body is too large; left out'] : []),
    ],
  };
}

interface Settled extends ReadBodies {
  articleId: string;
  guid: string | undefined;
  address: string | undefined;
}

function toRecord(page: PageFetched, item: NewsroomItem, settled: Settled): ArticleRecord {
  const { articleId, guid, address, bodies, paragraphs } = settled;
  const { firstCreated: published, versionCreated: modified } = item.times;
  const { altIds = [], pubStatus = 'usable', headlines = [], versionCreated: _, ...fields } = item.fields;
  // An identifier that is no URI still needs one, since the record's addresses are URIs.
  const canonical = address ?? uriOf(guid) ?? urnOf(guid ?? page.pageId);
  const noted = item.correction ?? correctionAmong(paragraphs);
  const times = versionTime(page.fetchedAt, item);
  const expected = { ...fields, headlines: headlines.length > 0 ? headlines : undefined };
  const missing = EXPECTED.filter((field) => expected[field] === undefined);
  return {
    uri: articleUri(articleId),
    altIds: [
      ...(address === undefined ? [] : [{ role: 'url', value: address }]),
      ...(guid === undefined ? [] : [{ role: 'guid', value: guid }]),
      ...(item.guid === undefined || item.guid === guid ? [] : [{ role: 'uri', value: item.guid }]),
      ...altIds,
    ],
    type: 'text',
    ...fields,
    versionCreated: times.versionCreated,
    pubStatus,
    headlines,
    bodies,
    ...withLead(fields.associations),
    x: {
      url: {
        original: webAddressOf(page.url.original) ?? canonical,
        final: webAddressOf(page.url.final) ?? canonical,
        canonical,
      },
      dates: {
        ...(published && { published: published.iso, publishedRaw: published.raw }),
        ...(modified && { modified: modified.iso, modifiedRaw: modified.raw }),
        ...zoneSource(item),
      },
      access: {},
      ...(noted !== undefined && { corrections: [{ text: noted }] }),
      provenance: provenance(item, noted !== undefined),
      parse: {
        missing: [...missing, ...(bodies.length > 0 ? [] : ['bodies'])],
        warnings: [...item.warnings, ...settled.warnings, ...times.warnings],
      },
      acquisition: {
        mode: page.origin.mode,
        source: page.origin.source,
        fetchedAt: page.fetchedAt,
        ...(page.status !== undefined && { status: page.status }),
        ...(page.restore && { restore: true as const }),
      },
    },
  };
}

/** The first picture is the lead one where the document does not say which. */
function withLead(associations: ArticleRecord['associations'] = []): Pick<ArticleRecord, 'associations'> {
  if (associations.length === 0) return {};
  const lead = associations.some(({ rel }) => rel === 'lead')
    ? -1
    : associations.findIndex(({ rel, type }) => rel === undefined && type === 'picture');
  return { associations: associations.map((one, index) => (index === lead ? { ...one, rel: 'lead' } : one)) };
}

/** A moment in the future would shut out every later version: the fetch time bounds it. */
function versionTime(fetchedAt: string, { times }: NewsroomItem): { versionCreated: string; warnings: string[] } {
  const stated = times.versionCreated ?? times.firstCreated;
  if (stated === undefined) return { versionCreated: fetchedAt, warnings: [] };
  if (Date.parse(stated.iso) <= Date.parse(fetchedAt)) return { versionCreated: stated.iso, warnings: [] };
  return {
    versionCreated: fetchedAt,
    warnings: [`versionCreated: ${stated.iso} is in the future; the time of arrival is taken`],
  };
}

function zoneSource({ times }: NewsroomItem): Pick<ArticleRecord['x']['dates'], 'zoneSource'> {
  const all = Object.values(times).filter(({ hasTime }) => hasTime);
  if (all.length === 0) return {};
  return { zoneSource: all.some(({ zone }) => zone === 'assumed-utc') ? 'assumed-utc' : 'explicit' };
}

/** For each property: which format stated it, and where. */
function provenance(item: NewsroomItem, corrected: boolean): ArticleRecord['x']['provenance'] {
  const { source, formatVersion, places, bodies } = item;
  const all: Record<string, string> = { ...places, ...(bodies[0] && { bodies: bodies[0].at }) };
  if (corrected) all['x.corrections'] ??= all['bodies'] ?? '';
  return Object.fromEntries(
    Object.entries(all).map(([property, at]) => [
      property,
      { source, rule: wellFormed(at), ...(formatVersion !== undefined && { version: formatVersion }) },
    ]),
  );
}
