import { describe, expect, it } from '@jest/globals';
import { nameWords, PhraseTable } from './phrase-table.js';

const PATTERNS = [/ (?:author|author ?bio|bylines?) /, / (?:read ?more|relacionad[ao]s?|(?:fig)?captions?) /];

describe('a table of phrases', () => {
  const table = new PhraseTable(PATTERNS);

  it.each([
    'article-author',
    'articleAuthor',
    'author_bio',
    'authorbio',
    'authors',
    'read more',
    'readMore box',
    'read',
    'more read',
    'Relacionadas',
    'relacionad',
    'figcaption byline',
    'figcap tion',
    '',
    ' -- ',
    `${'x '.repeat(200)}author`,
  ])('finds in %j what the regular expressions find in its words', (name) => {
    const bits = PATTERNS.reduce((sum, pattern, i) => sum | (pattern.test(nameWords(name)) ? 1 << i : 0), 0);
    expect(table.find(name)).toBe(bits);
    expect(table.matches(name)).toBe(bits !== 0);
  });

  it.each([/ (?:a\w+) /, / (?:a+) /, / (?:a.b) /])('refuses %s', (pattern) => {
    expect(() => new PhraseTable([pattern])).toThrow(RangeError);
  });
});
