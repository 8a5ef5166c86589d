import { describe, expect, it } from '@jest/globals';
import type { ArticleRecord } from '@newsmill/contracts';
import fc from 'fast-check';
import { changedFields, contentHash } from './material-change.js';

type Changes = Partial<ArticleRecord> & { body?: string; corrections?: { text: string; date?: string }[] };

function recordOf({ body = 'Text of the article.', corrections, ...rest }: Changes = {}): ArticleRecord {
  return {
    uri: 'urn:uuid:00000000-0000-8000-8000-000000000000',
    type: 'text',
    versionCreated: '2026-01-01T00:00:00.000Z',
    pubStatus: 'usable',
    headlines: [{ role: 'main', value: 'Headline' }],
    bodies: [{ contentType: 'text/plain', value: body }],
    x: {
      url: { original: 'https://a.example/', final: 'https://a.example/', canonical: 'https://a.example/' },
      dates: {},
      access: {},
      ...(corrections && { corrections }),
      provenance: {},
      parse: { missing: [], warnings: [] },
      acquisition: { mode: 'push', source: 'test', fetchedAt: '2026-01-02T00:00:00.000Z' },
    },
    ...rest,
  };
}

const told = (before: Changes, after: Changes): string[] => changedFields(recordOf(before), recordOf(after));
const picture = (uri: string, more: object = {}): Changes => ({
  associations: [{ name: 'picture-1', uri, type: 'picture', ...more }],
});

describe('what is told', () => {
  it.each<[string, Changes, Changes, string]>([
    ['a word', { body: 'Two ships.' }, { body: 'Three ships.' }, 'body'],
    ['a comma', { body: 'Stop, thief.' }, { body: 'Stop thief.' }, 'body'],
    ['a capital', { body: 'the Pole' }, { body: 'the pole' }, 'body'],
    ['an accent', { body: 'Renée' }, { body: 'Renee' }, 'body'],
    [
      'a body in HTML alone',
      { bodies: [{ contentType: 'text/html', value: '<p>a</p>' }] },
      { bodies: [{ contentType: 'text/html', value: '<p>b</p>' }] },
      'body',
    ],
    [
      'the heading of the page',
      {},
      { headlines: [{ value: 'Headline' }, { role: 'display', value: 'Other' }] },
      'headline',
    ],
    ['a second description', {}, { descriptions: [{ value: 'Summary' }] }, 'description'],
    ['the byline', { by: 'Ann' }, { by: 'Ben' }, 'by'],
    ['an author without a byline', {}, { people: [{ name: 'Ann', rel: 'author' }] }, 'by'],
    [
      'a picture',
      picture('https://a.example/quay-at-dawn.jpg'),
      picture('https://a.example/quay-at-dusk.jpg'),
      'images',
    ],
    [
      'a picture told by the query',
      picture('https://a.example/i.php?id=1'),
      picture('https://a.example/i.php?id=2'),
      'images',
    ],
    [
      'a caption',
      picture('https://a.example/a.jpg'),
      picture('https://a.example/a.jpg', { descriptions: [{ role: 'caption', value: 'Dawn' }] }),
      'images',
    ],
    [
      'a credit',
      picture('https://a.example/a.jpg', { by: 'PA' }),
      picture('https://a.example/a.jpg', { by: 'AP' }),
      'images',
    ],
    ['a note', {}, { edNote: 'Recasts the lead' }, 'edNote'],
    ['a correction', {}, { corrections: [{ text: 'We erred.' }] }, 'corrections'],
    ['terms of use', { usageTerms: 'Free' }, { usageTerms: 'Not in Austria' }, 'usageTerms'],
    ['the owner', {}, { copyrightHolder: 'Agency' }, 'copyrightHolder'],
    ['the notice', { copyrightNotice: '© A' }, { copyrightNotice: '© B' }, 'copyrightNotice'],
    ['rights by link', {}, { rightsInfo: { linkedRights: 'https://a.example/rights' } }, 'rightsInfo'],
    ['expiry', { expires: '2026-02-01T00:00:00Z' }, { expires: '2026-03-01T00:00:00Z' }, 'expires'],
    ['urgency', { urgency: 4 }, { urgency: 1 }, 'urgency'],
    ['the slugline', {}, { slugline: 'STORM/FERRY' }, 'slugline'],
    ['the place of writing', {}, { located: 'Hull' }, 'located'],
    ['a genre', {}, { genres: [{ name: 'Opinion' }] }, 'genres'],
    [
      'an assigned subject',
      {},
      { subjects: [{ uri: 'http://cv.iptc.org/newscodes/mediatopic/20000001' }] },
      'subjects',
    ],
    ['an agency', {}, { infoSources: [{ name: 'Agency', role: 'source' }] }, 'infoSources'],
  ])('%s', (_, before, after, field) => {
    expect(told(before, after)).toEqual([field]);
  });

  it('nothing but status and note, where nobody may read before and after', () => {
    const canceled: Changes = { pubStatus: 'canceled' };
    expect(told({ ...canceled, body: 'A' }, { ...canceled, body: 'B', usageTerms: 'x' })).toEqual([]);
    expect(told({ ...canceled }, { ...canceled, edNote: 'By court order' })).toEqual(['edNote']);
    expect(told({ ...canceled }, { pubStatus: 'withheld' })).toEqual(['pubStatus']);
  });

  it('a note in its own field alone, also where the text holds it as a paragraph', () => {
    const [old, edited] = ['Editor’s note: A.', 'Editor’s note: B.'];
    expect(told({ body: `Text.\n\n${old}`, edNote: old }, { body: `Text.\n\n${edited}`, edNote: edited })).toEqual([
      'edNote',
    ]);
  });
});

describe('what is not told', () => {
  it.each<[string, Changes, Changes]>([
    ['white space', { body: 'a b' }, { body: ' a\n\u00a0 b\u202f' }],
    ['soft hyphens and zero-width spaces', { body: 'shopkeepers' }, { body: 'shop\u00adkeep\u200bers\ufeff' }],
    ['marks of direction', { body: 'abc' }, { body: '\u200fabc\u200e' }],
    ['composed and decomposed letters', { body: 'Renée' }, { body: 'Rene\u0301e' }],
    ['the shape of quotation marks', { body: '"It\'s late," he said.' }, { body: '“It’s late,” he said.' }],
    ['the length of dashes', { body: 'pages 3-4 -- all' }, { body: 'pages 3–4 — all' }],
    ['an ellipsis', { body: 'well...' }, { body: 'well…' }],
    ['an empty field', { edNote: '' }, {}],
    [
      'a size of a picture',
      picture('https://a.example/quay-at-dawn.jpg?w=100'),
      picture('https://b.example/x/quay-at-dawn-640x480.webp'),
    ],
    [
      'a second version of a picture in the list',
      picture('https://a.example/quay-at-dawn.jpg', { by: 'PA' }),
      {
        associations: [
          { name: 'picture-1', uri: 'https://a.example/quay-at-dawn-1200x800.jpg' },
          { name: 'picture-2', uri: 'https://a.example/quay-at-dawn.jpg', by: 'PA' },
        ],
      },
    ],
    [
      'keywords and the section',
      {},
      {
        subjects: [
          { name: 'ferry', rel: 'keyword' },
          { name: 'Local', rel: 'section' },
        ],
      },
    ],
    [
      'subjects that were guessed',
      {},
      { subjects: [{ uri: 'http://cv.iptc.org/newscodes/mediatopic/20000001', confidence: 80 }] },
    ],
    [
      'the publisher’s name',
      { infoSources: [{ name: 'Courier', role: 'publisher' }] },
      { infoSources: [{ name: 'The Courier', role: 'publisher' }] },
    ],
    ['the order of genres', { genres: [{ name: 'A' }, { name: 'B' }] }, { genres: [{ name: 'B' }, { name: 'A' }] }],
    ['the embargo', {}, { embargoedUntil: '2026-05-01T00:00:00Z' }],
    ['the spelling of the expiry', { expires: '2026-02-01T00:00:00Z' }, { expires: '2026-02-01T00:00:00.000Z' }],
    [
      'the date of a correction',
      { corrections: [{ text: 'We erred.' }] },
      { corrections: [{ text: 'We erred.', date: '2026-05-01T00:00:00Z' }] },
    ],
    [
      'versions and dates',
      {},
      { version: '2', versionCreated: '2026-05-01T00:00:00.000Z', firstCreated: '2026-01-01T00:00:00.000Z' },
    ],
    [
      'who and what is mentioned',
      {},
      { people: [{ name: 'Ann', rel: 'mentioned' }], places: [{ name: 'Hull' }], language: 'en' },
    ],
  ])('%s', (_, before, after) => {
    expect(told(before, after)).toEqual([]);
    expect(contentHash(recordOf(before))).toBe(contentHash(recordOf(after)));
  });

  it('a joiner of Persian letters is told: it is seen', () => {
    expect(told({ body: 'می‌خواهم' }, { body: 'میخواهم' })).toEqual(['body']);
  });
});

it('the content hash of usable versions is equal if, and only if, no field has changed', () => {
  const text = fc.constantFrom('a', ' a', 'a\u00ad', '“a”', '"a"', 'b', '', 'e\u0301', 'é', 'a\u0000b');
  const record = fc.record(
    {
      body: text,
      by: text,
      edNote: text,
      usageTerms: text,
      slugline: text,
      located: text,
      urgency: fc.constantFrom(1, 2),
      expires: fc.constantFrom('2026-02-01T00:00:00Z', '2026-02-01T00:00:00.000Z', '2026-02-02T00:00:00Z'),
      corrections: fc.array(fc.record({ text }), { maxLength: 2 }),
      descriptions: fc.array(fc.record({ value: text }), { maxLength: 2 }),
      genres: fc.array(fc.record({ name: text }), { maxLength: 2 }),
      associations: fc.array(
        fc.record({
          name: fc.constant('p'),
          uri: fc.constantFrom(
            'https://a.example/quay-at-dawn.jpg',
            'https://b.example/quay-at-dawn.jpg?w=9',
            'https://a.example/other-quay.jpg',
          ),
          by: text,
        }),
        { maxLength: 2 },
      ),
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(record, record, (a, b) => {
      const [before, after] = [recordOf(a), recordOf(b)];
      expect(contentHash(before) === contentHash(after)).toBe(changedFields(before, after).length === 0);
    }),
    { numRuns: 2000 },
  );
});
