import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { readReleaseFacts } from '../deploy/release/read-release-facts.ts';
import { type ReleaseFacts, releaseNotes, releaseProblems } from '../deploy/release/release-notes.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

const CHANGELOG = `# Changes

## 1.10.0 (2026-11-23)

- First.
  Goes on.

- Second.

## 1.1.0 (2026-09-01)

- Older.

## 1.0.0 (unreleased)

- Not yet.

## 0.9.0 (2026-02-30)

## 0.8.0 (2026-02-01)
`;

function facts(version: string, changed: Partial<ReleaseFacts> = {}): ReleaseFacts {
  const schemas = new Map([['a.json', '{}']]);
  return {
    tag: `v${version}`,
    versions: new Map([['package.json', version]]),
    changelog: CHANGELOG,
    schemas: { generated: schemas, released: schemas },
    ...changed,
  };
}

describe('the notes of a release', () => {
  it('are its section of the changelog, and nothing of its neighbours', () => {
    expect(releaseNotes(CHANGELOG, '1.10.0')).toBe('- First.\n  Goes on.\n\n- Second.\n');
    expect(releaseNotes(CHANGELOG, '1.1.0')).toBe('- Older.\n');
    expect(() => releaseNotes(CHANGELOG, '1.1')).toThrow('CHANGELOG.md says nothing of 1.1');
  });
});

describe('a release', () => {
  it('is made when tag, versions, changelog and promised schemas agree', () => {
    expect(releaseProblems(facts('1.10.0'))).toEqual([]);
  });

  it.each<[string, ReleaseFacts, string]>([
    ['a tag that is no version', facts('1.10.0', { tag: '1.10.0' }), 'name it v and the version'],
    ['a tag with build metadata', facts('1.10.0', { tag: 'v1.10.0+7' }), 'name it v and the version'],
    ['another version', facts('1.10.0', { versions: new Map([['x', '1.9.0']]) }), 'x says 1.9.0, the tag 1.10.0'],
    ['no version', facts('1.10.0', { versions: new Map([['x', undefined]]) }), 'x says no version'],
    ['no section', facts('2.0.0'), 'no section "## 2.0.0 (<day>)"'],
    ['a section without a day', facts('1.0.0'), 'says "unreleased" of 1.0.0'],
    ['a day that is none', facts('0.9.0'), 'says "2026-02-30" of 0.9.0'],
    ['an empty section', facts('0.8.0'), 'says nothing of 0.8.0'],
    [
      'a schema that is not promised as it is',
      facts('1.10.0', { schemas: { generated: new Map([['a.json', '{}']]), released: new Map() } }),
      'libs/contracts/schemas/released/a.json is not what is released',
    ],
  ])('is refused: %s', (_, given, problem) => {
    expect(releaseProblems(given)).toEqual([expect.stringContaining(problem)]);
  });

  it('would find the version of this checkout in every file that says it', async () => {
    const read = await readReleaseFacts(ROOT, 'v0.0.0');
    const said = [...read.versions.values()];
    expect(said.length).toBeGreaterThan(15);
    expect(new Set(said).size).toBe(1);
    expect(read.versions.has('deploy/helm/newsmill/Chart.yaml (appVersion)')).toBe(true);
    expect(read.schemas.generated.size).toBeGreaterThan(5);
  });
});
