import type { ArticleRecord } from '@newsmill/contracts';
import { describe, expect, it } from '@jest/globals';
import { changeFilter, facetsOf, filterCondition, joinFacets } from './change-filter.js';

const record = {
  language: 'de-CH-1996',
  infoSources: [{ role: 'publisher', name: 'The Courier' }, { name: 'An agency' }],
  subjects: [
    { rel: 'section', name: 'Sport' },
    { rel: 'keyword', name: 'Cup\0 final\ud800' },
  ],
  x: { acquisition: { mode: 'feed', source: 'https://courier.example/feed' } },
} as unknown as ArticleRecord;

describe('facets of an article', () => {
  it('are what filters look at, in lower case, a language with all its ranges, and fit for PostgreSQL', () => {
    expect(facetsOf(record)).toEqual([
      'publisher:the courier',
      'source:https://courier.example/feed',
      'language:de',
      'language:de-ch',
      'language:de-ch-1996',
      'section:sport',
      'keyword:cup final\ufffd',
    ]);
  });

  it('add up over its versions, and fit everything when they are too many or not known', () => {
    expect(joinFacets(['section:sport'], ['section:politics', 'section:sport'])).toEqual([
      'section:sport',
      'section:politics',
    ]);
    expect(joinFacets(['*'], ['section:sport'])).toEqual(['*']);
    const many = Array.from({ length: 301 }, (_, index) => `keyword:${index}`);
    expect(joinFacets([], many)).toEqual(['*']);
  });
});

describe('a filter', () => {
  it('takes one value or several, and refuses what it does not know', () => {
    expect(changeFilter.parse({ language: 'en', section: ['Sport', 'Politics'] })).toEqual({
      language: ['en'],
      section: ['Sport', 'Politics'],
    });
    for (const wrong of [{ colour: 'red' }, { changeKind: 'gone' }, { section: [] }, { language: '' }]) {
      expect(changeFilter.safeParse(wrong).success).toBe(false);
    }
  });

  it('puts values into parameters only', () => {
    const parameters: unknown[] = ['before'];
    const condition = filterCondition({ section: ["'; DROP TABLE x; --"], changeKind: ['new'] }, parameters);
    expect(condition).not.toContain('DROP');
    expect(parameters).toEqual(['before', ["section:'; drop table x; --", '*'], ['new']]);
  });
});
