import { describe, expect, it } from '@jest/globals';
import type { ArticleRecord } from '@newsmill/contracts';
import fc from 'fast-check';
import { changedFields, contentHash } from './material-change.js';
import { compareVersions, type Current, decide } from './version-rule.js';

function recordOf(changes: Partial<ArticleRecord> & { body?: string; fetchedAt?: string } = {}): ArticleRecord {
  const { body = 'Text.', fetchedAt = '2026-01-02T00:00:00.000Z', ...rest } = changes;
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
      acquisition: { mode: 'push', source: 'test', fetchedAt },
    },
    ...rest,
  };
}

/** Applies versions one after another, as the store does. */
function winnerOf(versions: readonly ArticleRecord[]): Current {
  let current: Current | undefined;
  for (const record of versions) {
    const decision = decide(current, record);
    if (decision.kind === 'late') continue;
    current = { revision: (current?.revision ?? 0) + (decision.kind === 'change' ? 1 : 0), record };
  }
  return current!;
}

describe('the version rule', () => {
  it('takes the first version as new', () => {
    expect(decide(undefined, recordOf())).toEqual({ kind: 'change', changeKind: 'new', fields: [] });
  });

  it.each([
    ['the body', { body: 'Other text.' }, 'update', ['body']],
    ['the headline', { headlines: [{ value: 'Other' }] }, 'update', ['headline']],
    ['the byline', { by: 'Ann' }, 'update', ['by']],
    ['the status', { pubStatus: 'canceled' as const }, 'withdrawn', ['pubStatus']],
    [
      'a note of correction',
      { x: { ...recordOf().x, corrections: [{ text: 'We erred.' }] } },
      'correction',
      ['corrections'],
    ],
  ])('names %s when it moved', (_, change, changeKind, fields) => {
    const newer = recordOf({ versionCreated: '2026-01-03T00:00:00.000Z', ...change });
    expect(decide({ revision: 1, record: recordOf() }, newer)).toEqual({ kind: 'change', changeKind, fields });
  });

  it.each([
    ['white space', { body: ' Text. \n' }],
    ['the modified date', { versionCreated: '2026-01-09T00:00:00.000Z' }],
    ['keywords', { subjects: [{ name: 'x', rel: 'keyword' }] }],
  ])('does not tell of %s', (_, change) => {
    const newer = recordOf({ fetchedAt: '2026-01-05T00:00:00.000Z', ...change });
    expect(decide({ revision: 1, record: recordOf() }, newer)).toEqual({ kind: 'unchanged' });
  });

  it('keeps a late version out', () => {
    const older = recordOf({ versionCreated: '2025-12-31T00:00:00.000Z', body: 'Old.' });
    expect(decide({ revision: 1, record: recordOf() }, older)).toEqual({ kind: 'late' });
  });

  it("compares the publisher's versions as numbers where they are numbers", () => {
    expect(compareVersions(recordOf({ version: '10' }), recordOf({ version: '9' }))).toBeGreaterThan(0);
    expect(compareVersions(recordOf({ version: '1.10' }), recordOf({ version: '1.9' }))).toBeGreaterThan(0);
    expect(compareVersions(recordOf({ version: '1' }), recordOf())).toBeGreaterThan(0);
    expect(compareVersions(recordOf({ version: 'b' }), recordOf({ version: 'a' }))).toBeGreaterThan(0);
  });

  it('sees another size of the same picture as the same picture', () => {
    const picture = (uri: string): Partial<ArticleRecord> => ({ associations: [{ name: 'picture-1', uri }] });
    expect(
      changedFields(
        recordOf(picture('https://i.example/a.jpg?w=100')),
        recordOf(picture('https://i.example/a.jpg?w=900')),
      ),
    ).toEqual([]);
  });

  it('ends in the same record whatever the order and however often a version comes', () => {
    const version = fc.record({
      version: fc.constantFrom(undefined, '1', '2', '10', '1a'),
      versionCreated: fc.constantFrom(
        '2026-01-01T00:00:00.000Z',
        '2026-01-02T00:00:00.000Z',
        '2026-01-03T00:00:00.000Z',
      ),
      fetchedAt: fc.constantFrom('2026-01-04T00:00:00.000Z', '2026-01-05T00:00:00.000Z'),
      body: fc.constantFrom('One.', 'Two.', 'Three.'),
      by: fc.constantFrom('Ann', 'Ben'),
    });
    fc.assert(
      fc.property(
        fc.array(version, { minLength: 1, maxLength: 6 }).chain((versions) => {
          const records = versions.map(recordOf);
          const schedule = fc.shuffledSubarray(records, { minLength: records.length });
          return fc.tuple(schedule, schedule, fc.array(fc.constantFrom(...records)));
        }),
        ([first, second, again]) => {
          const [a, b] = [winnerOf(first), winnerOf([...second, ...again])];
          expect(contentHash(a.record)).toBe(contentHash(b.record));
          expect(compareVersions(a.record, b.record)).toBe(0);
        },
      ),
      { numRuns: 1000 },
    );
  });
});
