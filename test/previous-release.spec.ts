import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { fileAt, filesAt, git, releaseBefore, type ReleasedCommit } from './support/previous-release.ts';
import { wantSamePackages } from './support/release-build.ts';

describe('the release before a commit', () => {
  let root: string;

  /** A commit, with a tag where one is named. */
  function commit(text: string, tag?: string): string {
    writeFileSync(join(root, 'file.txt'), text);
    git(root, 'add', '.');
    git(root, '-c', 'user.name=x', '-c', 'user.email=x@x.example', '-c', 'commit.gpgsign=false', 'commit', '-qm', text);
    if (tag !== undefined) git(root, 'tag', tag);
    return git(root, 'rev-parse', 'HEAD');
  }

  beforeAll(() => {
    root = mkdtempSync(join(tmpdir(), 'newsmill-release-'));
    git(root, 'init', '-q');
  });

  afterAll(() => rmSync(root, { recursive: true, force: true }));

  it('is none before the first tag of a version, whatever else is tagged', () => {
    commit('one', 'nightly');
    commit('two', 'vnext');
    expect(releaseBefore(root)).toMatch(/^no commit before this one has a tag v\*/);
  });

  it('is none for the first release itself', () => {
    commit('three', 'v0.1.0');
    expect(releaseBefore(root)).toMatch(/^no commit before/);
  });

  it('is the nearest tag, and for a tagged commit the one before it', () => {
    const first = git(root, 'rev-parse', 'v0.1.0');
    commit('four');
    expect(releaseBefore(root)).toEqual({ ref: 'v0.1.0', commit: first });
    const second = commit('five', 'v0.2.0');
    expect(releaseBefore(root)).toEqual({ ref: 'v0.1.0', commit: first });
    commit('six');
    expect(releaseBefore(root)).toEqual({ ref: 'v0.2.0', commit: second });
  });

  it('is the one that is asked for, if git knows it', () => {
    const named = releaseBefore(root, 'HEAD~2') as ReleasedCommit;
    expect(named.commit).toBe(git(root, 'rev-parse', 'HEAD~2'));
    expect(fileAt(named, 'file.txt', root)).toBe('four');
    expect(filesAt(named, 'file.txt', root)).toEqual(['file.txt']);
    expect(fileAt(named, 'none.txt', root)).toBeUndefined();
    expect(() => releaseBefore(root, 'v9.9.9')).toThrow(/v9\.9\.9/);
  });

  it('cannot be told of a shallow clone without tags', () => {
    const clone = join(root, 'clone');
    git(root, 'clone', '-q', '--no-tags', '--depth', '1', `file://${root}`, clone);
    expect(releaseBefore(clone)).toMatch(/shallow/);
  });
});

describe('packages of two lockfiles', () => {
  const own = { '': {}, 'libs/web': {}, 'node_modules/@newsmill/web': { link: true, resolved: 'libs/web' } };

  it('are the same where those of others are, at the same places', () => {
    const one = { ...own, 'node_modules/zod': { resolved: '4' } };
    expect(wantSamePackages(one, { 'node_modules/zod': { resolved: '4' } })).toBe(true);
    expect(wantSamePackages(one, { ...own, 'node_modules/zod': { resolved: '5' } })).toBe(false);
    expect(wantSamePackages(one, { ...own, 'libs/web/node_modules/zod': { resolved: '4' } })).toBe(false);
    expect(wantSamePackages(one, own)).toBe(false);
  });
});
