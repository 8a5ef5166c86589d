import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { upgradeFrom } from './upgrade.config.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** A released commit. */
export interface ReleasedCommit {
  /** What names it: a tag, or what `NEWSMILL_UPGRADE_FROM` says. */
  ref: string;
  /** All forty digits. */
  commit: string;
}

/** {@link releaseBefore} this commit, or what `NEWSMILL_UPGRADE_FROM` names. */
export function previousRelease(): ReleasedCommit | string {
  return releaseBefore(ROOT, upgradeFrom());
}

/**
 * The release before a repository's commit: the nearest tag `v*` among its ancestors, itself left out, so that a commit
 * that has just been tagged is compared with the release before it.
 *
 * @param wanted a commit that is taken instead
 * @returns why there is none, where there is none
 * @throws Error when git knows nothing of that name
 */
export function releaseBefore(root: string, wanted?: string): ReleasedCommit | string {
  if (wanted !== undefined) return { ref: wanted, commit: git(root, 'rev-parse', '--verify', `${wanted}^{commit}`) };
  try {
    const ref = git(root, 'describe', '--tags', '--abbrev=0', '--match', 'v[0-9]*', 'HEAD^');
    return { ref, commit: git(root, 'rev-parse', `${ref}^{commit}`) };
  } catch {
    return isShallow(root)
      ? 'the clone is shallow and has no tag v*: fetch its history and tags'
      : 'no commit before this one has a tag v*; NEWSMILL_UPGRADE_FROM names another';
  }
}

/** The text of a file as it was in a commit; undefined where it was not there. */
export function fileAt({ commit }: ReleasedCommit, path: string, root = ROOT): string | undefined {
  return filesAt({ commit, ref: commit }, path, root).includes(path)
    ? git(root, 'show', `${commit}:${path}`)
    : undefined;
}

/** Paths of the files under a folder (or of the file) as they were in a commit. */
export function filesAt({ commit }: ReleasedCommit, path: string, root = ROOT): string[] {
  return git(root, 'ls-tree', '-r', '--name-only', commit, '--', path).split('\n').filter(Boolean);
}

/** @returns what git prints, without the line's end @throws Error with what it says when it fails */
export function git(root: string, ...args: string[]): string {
  return execFileSync('git', ['-C', root, ...args], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: 64 * 2 ** 20,
  }).trimEnd();
}

function isShallow(root: string): boolean {
  try {
    return git(root, 'rev-parse', '--is-shallow-repository') === 'true';
  } catch {
    return false;
  }
}
