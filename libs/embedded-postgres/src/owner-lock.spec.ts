import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { acquireOwnerLock } from './owner-lock.js';

describe('acquireOwnerLock', () => {
  let folder: string;
  let file: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'newsmill-lock-'));
    file = join(folder, 'owner.json');
  });

  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('is held until it is released', async () => {
    const lock = await acquireOwnerLock(file);
    expect(await acquireOwnerLock(file)).toEqual({ heldBy: process.pid });
    if ('heldBy' in lock) throw new Error('not acquired');
    await lock.release();
    expect(await acquireOwnerLock(file)).toHaveProperty('release');
  });

  it.each([
    ['of a process that has ended', JSON.stringify({ pid: 2 ** 30, startedAt: 'x' })],
    ['whose pid belongs to a later process', JSON.stringify({ pid: process.pid, startedAt: 'an earlier boot' })],
    ['that cannot be read', '{"pid":'],
    ['that is empty', ''],
  ])('takes over a lock %s', async (_, content) => {
    await writeFile(file, content);
    expect(await acquireOwnerLock(file)).toHaveProperty('release');
    expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({ pid: process.pid });
  });

  it('goes to exactly one of many that find it stale at once', async () => {
    await writeFile(file, JSON.stringify({ pid: process.pid, startedAt: 'an earlier boot' }));
    const results = await Promise.all(Array.from({ length: 20 }, () => acquireOwnerLock(file)));
    expect(results.filter((result) => 'release' in result)).toHaveLength(1);
    expect(await readdir(folder)).toEqual(['owner.json']);
  });

  it('does not release what another process has taken over', async () => {
    const lock = await acquireOwnerLock(file);
    await writeFile(file, 'the claim of another');
    if ('release' in lock) await lock.release();
    expect(await readFile(file, 'utf8')).toBe('the claim of another');
  });
});
