import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parseSources, readSourceFile, SourceFileError } from './source-file.js';

/** What is told of a file with mistakes. */
function mistakes(text: string): readonly string[] {
  try {
    parseSources(text);
  } catch (error) {
    if (error instanceof SourceFileError) return error.problems;
    throw error;
  }
  return [];
}

describe('a sources file', () => {
  it('needs no more of a source than its home', () => {
    expect(
      parseSources('sources:\n  - https://www.courier.example\n  - home: https://herald.example/news/#top\n'),
    ).toEqual([
      {
        id: 'courier.example',
        name: 'www.courier.example',
        home: 'https://www.courier.example/',
        feeds: [],
        paused: false,
      },
      {
        id: 'herald.example-news',
        name: 'herald.example',
        home: 'https://herald.example/news/',
        feeds: [],
        paused: false,
      },
    ]);
  });

  it('may say all of it', () => {
    const text = `# our papers
sources:
  - id: courier
    name: The Courier
    home: https://courier.example/
    feeds:
      - https://courier.example/rss
      - {url: https://courier.example/news.xml, kind: sitemap}
    paused: yes
  - feeds: [https://herald.example/atom, https://herald.example/atom]`;
    expect(mistakes(text)).toEqual(['line 9, sources[0].paused: must be true or false']);
    expect(parseSources(text.replace('yes', 'true'))).toEqual([
      {
        id: 'courier',
        name: 'The Courier',
        home: 'https://courier.example/',
        feeds: [
          { url: 'https://courier.example/rss', kind: 'feed' },
          { url: 'https://courier.example/news.xml', kind: 'sitemap' },
        ],
        paused: true,
      },
      {
        id: 'herald.example-atom',
        name: 'herald.example',
        home: null,
        feeds: [{ url: 'https://herald.example/atom', kind: 'feed' }],
        paused: false,
      },
    ]);
  });

  it('is what the documentation shows', () => {
    const page = readFileSync(new URL('../../../../docs/sources.md', import.meta.url), 'utf8');
    const [, example] = /```yaml\n(.*?)```/s.exec(page)!;
    expect(parseSources(example!)).toMatchObject([
      { id: 'courier.example', feeds: [] },
      { id: 'herald', name: 'The Herald', home: 'https://herald.example/news/' },
      { id: 'gazette.example', feeds: [{ kind: 'feed' }, { kind: 'sitemap' }], paused: true },
    ]);
    const broken = example!.replace('https://gazette.example/news-sitemap.xml', 'nowhere');
    expect(page).toContain(mistakes(broken)[0]);
  });

  it('may hold no sources', () => {
    expect(parseSources('sources: []')).toEqual([]);
  });

  it('tells every mistake at once, with its line and field', () => {
    const text = `sources:
  - home: courier.example
  - id: Herald!
    home: https://herald.example/
    intervall: 5
  - name: Nobody
  - home: ftp://files.example/
    feeds:
      - https://x.example/rss
      - nowhere
      - {url: https://x.example/b, kind: page}
  - 17
version: 2
`;
    expect(mistakes(text)).toEqual([
      'line 2, sources[0].home: Not an absolute URL: "courier.example"',
      expect.stringMatching(/^line 3, sources\[1\]\.id: must be 1 to 63 lower-case letters/),
      'line 5, sources[1].intervall: is not a known field',
      'line 6, sources[2]: must have a home, or feeds',
      expect.stringMatching(/^line 7, sources\[3\]\.home: The URL's scheme is "ftp"/),
      expect.stringMatching(/^line 10, sources\[3\]\.feeds\[1\]\.url: Not an absolute URL/),
      'line 11, sources[3].feeds[2].kind: must be feed or sitemap',
      'line 12, sources[4]: must be an address, or {home, feeds, …}',
      'line 13, version: is not a known field',
    ]);
  });

  it.each([
    ['', 'line 1: is empty; write "sources:" and a list'],
    ['# nothing yet\n', 'line 1: is empty; write "sources:" and a list'],
    ['- https://a.example/', 'line 1, the file: must be a map with the field "sources"'],
    ['source: []', 'line 1, sources: must be a list'],
    ['sources:\n  - home: https://a.example/\n    home: https://b.example/\n', 'line 2: "home" stands twice'],
    [
      'sources:\n  - https://a.example/\n  - https://a.example\n',
      'line 3, sources[1]: the home https://a.example/ is declared before',
    ],
    [
      'sources:\n  - https://a.example/\n  - {home: "https://www.a.example/"}\n',
      'line 3, sources[1]: the id a.example is taken; give one of them another "id"',
    ],
    [
      'sources:\n  - home: https://u:secret@a.example/\n',
      /^line 2, sources\[0\]\.home: The URL carries a user name or password(?!.*secret)/,
    ],
    ['sources:\n  - "unfinished\n', /^line 3: Missing closing "quote/],
    ['sources:\n\t- x', /^line 2: /],
    ['sources: []\n---\nsources: []\n', /^line 2: Source contains multiple documents/],
    ['sources: [!!js/function "x"]', /^line 1: Unresolved tag/],
  ])('%j: %s', (text, mistake) => {
    const told = mistakes(text);
    expect(told[0]).toEqual(typeof mistake === 'string' ? mistake : expect.stringMatching(mistake));
  });

  it('tells twenty mistakes and counts the others', () => {
    const told = mistakes(`sources:\n${'  - nowhere\n'.repeat(25)}`);
    expect(told).toHaveLength(21);
    expect(told.at(-1)).toBe('and 5 more');
  });
});

describe('a hostile sources file', () => {
  const laughs = Array.from({ length: 9 }, (_, n) => `a${n + 1}: &a${n + 1} [${`*a${n},`.repeat(9)}]`).join('\n');

  it.each([
    ['a bomb of anchors', `a0: &a0 [x]\n${laughs}`, 'line 1: anchors and aliases are not taken; write the value out'],
    ['a merge', 'sources:\n  - &a {home: "https://a.example/"}\n  - {<<: *a}', /^line 2: anchors and aliases/],
    ['an endless loop of aliases', 'sources: &a [*a]', /^line 1: anchors and aliases/],
    ['brackets nested a million deep', '['.repeat(1_000_000), 'line 1: is nested too deep'],
    ['maps in maps', '{a: '.repeat(100_000), 'line 1: is nested too deep'],
    ['lists in lists', `sources:\n${'- '.repeat(100_000)}`, 'line 2: is nested too deep'],
    [
      'a staircase',
      Array.from({ length: 1_000 }, (_, n) => `${' '.repeat(n)}a:`).join('\n'),
      'line 66: is nested too deep',
    ],
    ['tags without end', '!a '.repeat(100_000), 'line 1: is nested too deep'],
    ['too many parts', 'sources: ["'.concat('x","'.repeat(300_000)), /^has too many parts/],
    [
      'a map with many fields',
      `sources: []\n${Array.from({ length: 1_000 }, (_, n) => `k${n}: 1`).join('\n')}`,
      /has 1001 fields/,
    ],
    ['three megabytes', `#${' '.repeat(3_000_000)}`, 'is over 2097152 bytes'],
    [
      '__proto__',
      'sources: [{home: "https://a.example/", __proto__: {paused: true}}]',
      /__proto__: is not a known field$/,
    ],
  ])('with %s is refused', (_what, text, mistake) => {
    expect(mistakes(text)[0]).toEqual(typeof mistake === 'string' ? mistake : expect.stringMatching(mistake));
  });

  it('is not read beyond its limit', () => {
    const folder = mkdtempSync(join(tmpdir(), 'sources-'));
    try {
      const path = join(folder, 'sources.yaml');
      writeFileSync(path, ' '.repeat(3_000_000));
      expect(() => readSourceFile(path)).toThrow('has 3000000 bytes, at most 2097152 are read');
      expect(() => readSourceFile(folder)).toThrow(SourceFileError);
      expect(() => readSourceFile(join(folder, 'none.yaml'))).toThrow('none.yaml cannot be read (ENOENT)');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('with 20,000 sources is read', () => {
    const text = `sources:\n${Array.from({ length: 20_000 }, (_, n) => `  - home: https://host${n}.example/\n    paused: true\n`).join('')}`;
    expect(parseSources(text)).toHaveLength(20_000);
  });
});
