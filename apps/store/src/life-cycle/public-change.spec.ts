import { describe, expect, it } from '@jest/globals';
import type { ArticleRecord } from '@newsmill/contracts';
import { describeChange, type PublicView } from './public-change.js';

function recordOf(changes: Partial<ArticleRecord> & { body?: string } = {}): ArticleRecord {
  const { body = 'Text.', ...rest } = changes;
  return {
    uri: 'urn:uuid:00000000-0000-8000-8000-000000000000',
    type: 'text',
    versionCreated: '2026-01-01T00:00:00.000Z',
    pubStatus: 'usable',
    headlines: [{ value: 'Headline' }],
    bodies: [{ contentType: 'text/plain', value: body }],
    x: {
      url: { original: 'https://a.example/', final: 'https://a.example/', canonical: 'https://a.example/' },
      dates: {},
      access: {},
      provenance: {},
      parse: { missing: [], warnings: [] },
      acquisition: { mode: 'push', source: 'test', fetchedAt: '2026-01-02T00:00:00.000Z' },
    },
    ...rest,
  };
}

const readable = (changes?: Parameters<typeof recordOf>[0]): PublicView => ({
  pubStatus: 'usable',
  reason: null,
  record: recordOf(changes),
});
const gone = (reason: string): PublicView => ({ pubStatus: 'canceled', reason, record: null });
const hidden = (reason: string): PublicView => ({ pubStatus: 'withheld', reason, record: null });
const corrected = (...texts: string[]): ArticleRecord['x'] => ({
  ...recordOf().x,
  corrections: texts.map((text) => ({ text })),
});

describe('what happened to an article', () => {
  it.each<[string, PublicView | undefined, PublicView, unknown]>([
    ['is new', undefined, readable(), { changeKind: 'new', fields: [] }],
    ['came withdrawn', undefined, gone('libel'), { changeKind: 'withdrawn', fields: [] }],
    [
      'was edited',
      readable(),
      readable({ body: 'Other.', by: 'Ann' }),
      { changeKind: 'update', fields: ['body', 'by'] },
    ],
    ['was withdrawn', readable(), gone('libel'), { changeKind: 'withdrawn', fields: ['pubStatus'] }],
    ['was withheld', readable(), hidden('checking'), { changeKind: 'withheld', fields: ['pubStatus'] }],
    ['was restored', gone('libel'), readable(), { changeKind: 'restored', fields: ['pubStatus'] }],
    ['came back', hidden('checking'), readable(), { changeKind: 'restored', fields: ['pubStatus'] }],
    ['has another reason', gone('libel'), gone('by court order'), { changeKind: 'withdrawn', fields: ['edNote'] }],
    [
      'stands longer',
      readable({ expires: '2026-02-01T00:00:00.000Z' }),
      readable({ expires: '2026-03-01T00:00:00.000Z' }),
      { changeKind: 'update', fields: ['expires'] },
    ],
    [
      'was corrected',
      readable({ x: corrected('One.') }),
      readable({ x: corrected('One.', 'Two.') }),
      { changeKind: 'correction', fields: ['corrections'], correction: 'Two.' },
    ],
    [
      'lost a correction',
      readable({ x: corrected('One.') }),
      readable(),
      { changeKind: 'update', fields: ['corrections'] },
    ],
  ])('%s', (_, before, after, expected) => {
    expect(describeChange(before, after)).toEqual(expected);
  });

  it.each<[string, PublicView, PublicView]>([
    ['white space', readable(), readable({ body: ' Text. \n' })],
    ['a touched date', readable(), readable({ versionCreated: '2026-01-09T00:00:00.000Z' })],
    ['keywords', readable(), readable({ subjects: [{ name: 'x', rel: 'keyword' }] })],
    [
      'another spelling of one moment',
      readable({ expires: '2026-02-01T00:00:00Z' }),
      readable({ expires: '2026-02-01T00:00:00.000Z' }),
    ],
    ['the same reason', gone('libel'), gone('libel')],
  ])('is nothing to a reader: %s', (_, before, after) => {
    expect(describeChange(before, after)).toBeUndefined();
  });
});
