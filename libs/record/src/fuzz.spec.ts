import {
  articleRecord,
  documentMediaType,
  type DocumentMediaType,
  type EventOf,
  type pageFetched,
} from '@newsmill/contracts';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { annotate } from './annotate.js';
import { inspectDocument, splitDocument } from './inspect-document.js';
import { readDocument } from './read-document.js';
import { sniffDocument } from './sniff-document.js';

const GOLDEN = join(import.meta.dirname, '../golden');
const golden = readdirSync(GOLDEN)
  .filter((file) => !file.endsWith('.expected.json'))
  .map((file) => readFileSync(join(GOLDEN, file), 'utf8'));
const ofJson = golden.filter((content) => content.startsWith('{'));

/** A fixed seed: the same documents every time, so that a failure can be met again. */
const RUNS = { seed: 20_260_514, numRuns: 400 };

const FORMATS = documentMediaType.options.filter((mediaType) => mediaType !== 'text/html');

function page(content: string, mediaType: DocumentMediaType): EventOf<typeof pageFetched> {
  return {
    receiptId: 'r-1',
    publisher: 'courier',
    origin: { mode: 'push', source: 'courier' },
    pageId: 'p-1',
    url: { original: 'urn:newsmill:push', final: 'urn:newsmill:push' },
    mediaType,
    content,
    fetchedAt: '2026-06-01T12:00:00.000Z',
  };
}

const SAFE = /<(?!\/?(?:p|h[2-6]|ul|ol|li|blockquote|table|tr|td|th|caption|dl|dt|dd|pre|strong|em|code|br|a)[ >])/;

const BROKEN = 'a broken string';

function isSound(text: string): boolean {
  return text.isWellFormed() && !text.includes('\0');
}

/** Holds for every document whatsoever: a valid record or reasons, of sound strings, the same when asked again. */
function expectSound(content: string, mediaType: DocumentMediaType): void {
  const read = readDocument(page(content, mediaType));
  expect(
    JSON.stringify(read, (_, value: unknown) => (typeof value === 'string' && !isSound(value) ? BROKEN : value)),
  ).not.toContain(BROKEN);
  expect(readDocument(page(content, mediaType))).toEqual(read);
  const seen = inspectDocument(content, mediaType);
  for (const part of splitDocument(content, mediaType)) expect(typeof part).toBe('string');
  if (!read.ok) {
    expect(read.reason).not.toBe('');
    expect(read.problems!.length).toBeGreaterThan(0);
    for (const { detail } of read.problems!) expect(detail).not.toBe('');
    return;
  }
  const { record } = read.version;
  expect(articleRecord.parse(record)).toEqual(record);
  expect(articleRecord.safeParse(annotate(record)).success).toBe(true);
  // What the door says of a document, the parser says too.
  expect(seen.problems).toEqual([]);
  expect(seen).toMatchObject({
    pubStatus: record.pubStatus,
    ...(record.version !== undefined && { version: record.version }),
  });
  expect(seen.embargoedUntil).toBe(record.embargoedUntil);
  if (record.pubStatus === 'usable') expect(record.headlines.length + record.bodies.length).toBeGreaterThan(0);
  const html = record.bodies.find(({ contentType }) => contentType === 'text/html')?.value ?? '';
  expect(html).not.toMatch(SAFE);
  expect(html).not.toMatch(/href="(?!https?:|mailto:)/);
}

const piece = fc.oneof(
  fc.constantFrom(
    ...[
      '<',
      '>',
      '&',
      '"',
      "'",
      ']]>',
      '<!--',
      '-->',
      '<![CDATA[',
      '<?x',
      '?>',
      '</',
      '/>',
      '&lol;',
      '&#0;',
      '&#xD800;',
    ],
    ...[
      '<!DOCTYPE nitf [',
      ']>',
      '<p>',
      '</p>',
      '<script>',
      '<nitf>',
      '<newsItem guid="y">',
      'xmlns="a"',
      '{',
      '}',
      '[',
      ']',
    ],
    ...[
      ',',
      ':',
      '\\ud800',
      '\\u0000',
      '\ud800',
      '\u0000',
      '\u202e',
      'null',
      'true',
      '1e999',
      '""',
      '"uri":',
      '__proto__',
    ],
    ...[
      'stat:canceled',
      '<constructor/>',
      '"constructor":',
      'toString',
      'javascript:x',
      '2026-13-45T99:99:99Z',
      'http://[::1',
      'urn:',
      '😀',
    ],
  ),
  fc.string({ maxLength: 12, unit: 'binary' }),
);

const change = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  length: fc.integer({ min: 0, max: 200 }),
  kind: fc.constantFrom('cut', 'double', 'insert', 'truncate', 'replace'),
  text: piece,
});

function changed(
  content: string,
  { at, length, kind, text }: typeof change extends fc.Arbitrary<infer C> ? C : never,
): string {
  const from = Math.floor(at * content.length);
  const [before, after] = [content.slice(0, from), content.slice(from + length)];
  switch (kind) {
    case 'cut':
      return before + after;
    case 'double':
      return before + content.slice(from, from + length).repeat(2) + after;
    case 'insert':
      return before + text + content.slice(from);
    case 'replace':
      return before + text + after;
    case 'truncate':
      return before;
  }
}

/** A golden item with some values replaced by others: the document stays JSON. */
const distorted = fc
  .tuple(
    fc.constantFrom(...ofJson),
    fc.array(fc.tuple(fc.nat(), fc.oneof(fc.jsonValue(), piece)), { minLength: 1, maxLength: 4 }),
  )
  .map(([content, replacements]) => {
    const document = JSON.parse(content) as Record<string, unknown>;
    for (const [place, value] of replacements) {
      const slots: [Record<string, unknown>, string][] = [];
      const visit = (node: unknown): void => {
        if (typeof node !== 'object' || node === null) return;
        for (const key of Object.keys(node)) {
          slots.push([node as Record<string, unknown>, key]);
          visit((node as Record<string, unknown>)[key]);
        }
      };
      visit(document);
      const [holder, key] = slots[place % slots.length]!;
      holder[key] = value;
    }
    return JSON.stringify(document);
  });

describe('any document ends in a record or in reasons', () => {
  it('golden documents, changed', () => {
    fc.assert(
      fc.property(fc.constantFrom(...golden), fc.array(change, { minLength: 1, maxLength: 6 }), (content, changes) => {
        expectSound(changes.reduce(changed, content), sniffDocument(content, undefined)!);
      }),
      RUNS,
    );
  });

  it('items with other values', () => {
    fc.assert(
      fc.property(distorted, (content) => expectSound(content, 'application/vnd.iptc.ninjs+json')),
      RUNS,
    );
  });

  it('soup, under each media type', () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), fc.constantFrom(...FORMATS), (parts, mediaType) =>
        expectSound(parts.join(''), mediaType),
      ),
      RUNS,
    );
  });

  it('golden documents under the media types of others', () => {
    for (const content of golden) for (const mediaType of FORMATS) expectSound(content, mediaType);
  });

  it('soup under any content type is recognised or not, and nothing is thrown', () => {
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 40 }),
        fc.option(fc.string(), { nil: undefined }),
        (parts, contentType) => {
          const mediaType = sniffDocument(parts.join(''), contentType);
          expect([...documentMediaType.options, undefined]).toContain(mediaType);
        },
      ),
      RUNS,
    );
  });
});

describe('large documents', () => {
  const many = (count: number, entry: string): string => Array.from({ length: count }, () => entry).join('');

  it.each<[string, DocumentMediaType, string]>([
    [
      'subjects of ninjs',
      'application/vnd.iptc.ninjs+json',
      `{"uri":"x","headline":"H","subject":[${many(50_000, '{"name":"a"},')}{"name":"b"}]}`,
    ],
    [
      'deep ninjs',
      'application/vnd.iptc.ninjs+json',
      `{"uri":"x","headline":"H","extra":${'['.repeat(200_000)}${']'.repeat(200_000)}}`,
    ],
    [
      'names of ninjs',
      'application/vnd.iptc.ninjs+json',
      `{"uri":"x","headline":"H"${Array.from({ length: 25_000 }, (_, i) => `,"headline_${i}":"h ${i}"`).join('')}}`,
    ],
    [
      'associations of ninjs',
      'application/vnd.iptc.ninjs+json',
      `{"uri":"x","headline":"H","associations":{${Array.from({ length: 12_000 }, (_, i) => `"a${i}":{"uri":"urn:x:${i}"}`).join(',')}}}`,
    ],
    [
      'subjects of NewsML-G2',
      'application/vnd.iptc.g2.newsitem+xml',
      `<newsItem guid="x"><contentMeta><headline>H</headline>${many(25_000, '<subject literal="a"/>')}</contentMeta></newsItem>`,
    ],
    [
      'asserts of NewsML-G2',
      'application/vnd.iptc.g2.newsitem+xml',
      `<newsItem guid="x"><contentMeta><headline>H</headline></contentMeta>${Array.from({ length: 25_000 }, (_, i) => `<assert literal="a${i}"/>`).join('')}</newsItem>`,
    ],
    [
      'paragraphs of NITF',
      'text/vnd.iptc.nitf',
      `<nitf><head><docdata><doc-id id-string="x"/></docdata></head><body><body.content>${many(25_000, '<p>Words.</p>')}</body.content></body></nitf>`,
    ],
    [
      'pictures of NITF',
      'text/vnd.iptc.nitf',
      `<nitf><head><docdata><doc-id id-string="x"/></docdata></head><body><body.head><hedline><hl1>H</hl1></hedline></body.head><body.content>${many(12_000, '<media><media-reference source="https://a.example/x.jpg"/></media>')}</body.content></body></nitf>`,
    ],
    [
      'components of NewsML 1',
      'text/vnd.iptc.newsml',
      `<NewsML><NewsItem><Identification><NewsIdentifier><ProviderId>p</ProviderId><NewsItemId>1</NewsItemId></NewsIdentifier></Identification>${many(10_000, '<NewsComponent><NewsLines><HeadLine>H</HeadLine></NewsLines></NewsComponent>')}</NewsItem></NewsML>`,
    ],
    [
      'nested components of NewsML 1',
      'text/vnd.iptc.newsml',
      `<NewsML><NewsItem><Identification><NewsIdentifier><ProviderId>p</ProviderId><NewsItemId>1</NewsItemId></NewsIdentifier></Identification>${many(150, `${'<NewsComponent>'.repeat(180)}<NewsLines><HeadLine>H</HeadLine></NewsLines>${'</NewsComponent>'.repeat(180)}`)}</NewsItem></NewsML>`,
    ],
  ])('are read: %s', (_, mediaType, content) => {
    const read = readDocument(page(content, mediaType));
    if (!read.ok) throw new Error(read.reason);
    expect(articleRecord.safeParse(read.version.record).success).toBe(true);
    for (const list of Object.values(read.version.record))
      if (Array.isArray(list)) expect(list.length).toBeLessThanOrEqual(1_002);
  });
});
