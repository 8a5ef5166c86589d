import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Scope } from './key-entry.js';
import { addKey, readKeyFile, revokeKey, rotateKey } from './key-file.js';

const scopes: Scope[] = ['articles:write'];
const NOW = Date.parse('2026-11-23T08:00:00Z');

describe('the keys file', () => {
  let folder: string;
  let path: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'newsmill-keys-'));
    path = join(folder, 'keys.json');
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  it('is made with its first key, for its owner alone, and holds the hash of a bearer key', async () => {
    const { key, entry } = await addKey(path, { publisher: 'courier', kind: 'bearer', scopes });
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readFileSync(path, 'utf8')).not.toContain(key);
    expect(readKeyFile(path)).toEqual([
      { kind: 'bearer', id: entry.id, publisher: 'courier', hash: expect.stringMatching(/^sha256:/), scopes },
    ]);
  });

  it('is edited whole or not at all', async () => {
    await addKey(path, { publisher: 'courier', kind: 'hmac', scopes, id: 'one' });
    const before = readFileSync(path, 'utf8');
    await expect(addKey(path, { publisher: 'courier', kind: 'hmac', scopes, id: 'one' })).rejects.toThrow(
      'keys.1.id: is used twice',
    );
    await expect(addKey(path, { publisher: 'a b', kind: 'hmac', scopes, id: 'two' })).rejects.toThrow('publisher');
    await expect(revokeKey(path, 'three')).rejects.toThrow('there is no key "three"');
    expect(readFileSync(path, 'utf8')).toBe(before);
    expect(readdirSync(folder)).toEqual(['keys.json']);
  });

  it('loses no key to editors that come at once: who comes second is told', async () => {
    const results = await Promise.allSettled(
      ['a', 'b', 'c', 'd'].map((id) => addKey(path, { publisher: 'courier', kind: 'bearer', scopes, id })),
    );
    const added = results.filter(({ status }) => status === 'fulfilled').length;
    expect(readKeyFile(path)).toHaveLength(added);
    for (const result of results) {
      if (result.status === 'rejected') expect(String(result.reason)).toMatch(/another command edits the keys/);
    }
  });

  it('is edited behind a link, which stays one', async () => {
    const link = join(folder, 'link.json');
    await addKey(path, { publisher: 'courier', kind: 'bearer', scopes });
    symlinkSync(path, link);
    await addKey(link, { publisher: 'courier', kind: 'bearer', scopes });
    expect(readKeyFile(path)).toHaveLength(2);
  });

  it('keeps two keys valid while one is rotated, and forgets what expired before', async () => {
    await addKey(path, { publisher: 'courier', kind: 'bearer', scopes, id: 'gone', notAfter: '2026-11-22T00:00:00Z' });
    await addKey(path, { publisher: 'courier', kind: 'bearer', scopes, id: 'old' });
    const { entry } = await rotateKey(path, 'old', 3_600_000, NOW);
    expect(readKeyFile(path)).toMatchObject([
      { id: 'old', notAfter: '2026-11-23T09:00:00.000Z' },
      { id: entry.id, publisher: 'courier', kind: 'bearer', scopes },
    ]);
    // Rotated again by mistake: the old key does not live longer for it.
    await rotateKey(path, 'old', 7_200_000, NOW);
    expect(readKeyFile(path)[0]).toMatchObject({ id: 'old', notAfter: '2026-11-23T09:00:00.000Z' });
  });

  it('may refer to a secret in a file of its own, beside it', async () => {
    writeFileSync(join(folder, 'secret'), 'a-secret-of-some-length\n', { mode: 0o600 });
    const entry = { kind: 'hmac', id: 'one', publisher: 'courier', scopes, secretFile: 'secret' };
    writeFileSync(path, JSON.stringify({ keys: [entry] }), { mode: 0o600 });
    expect(readKeyFile(path)).toEqual([{ ...entry, opened: 'a-secret-of-some-length' }]);
    chmodSync(join(folder, 'secret'), 0o604);
    expect(() => readKeyFile(path)).toThrow('its mode is 0604; make it 0600');
  });

  it.each([
    [{ kind: 'bearer', hash: 'a-key-as-it-is', scopes }, 'keys.0.hash: must be "sha256:"'],
    [{ kind: 'hmac', scopes }, 'keys.0: must have either "secret" or "secretFile"'],
    [{ kind: 'hmac', scopes, secret: 'short' }, 'keys.0.secret: must have at least 16 characters'],
    [{ kind: 'hmac', scopes: ['everything'], secret: 'a-secret-of-some-length' }, 'keys.0.scopes.0'],
    [{ kind: 'superdesk', scopes, secret: 'a-secret-of-some-length' }, 'keys.0: Unrecognized key'],
    [{ kind: 'hmac', scopes, secret: 'a-secret-of-some-length', notAfter: 'soon' }, 'keys.0.notAfter: must be a UTC'],
  ])('is refused with %j, and shows no secret', (entry, problem) => {
    writeFileSync(path, JSON.stringify({ keys: [{ id: 'one', publisher: 'courier', ...entry }] }), { mode: 0o600 });
    expect(() => readKeyFile(path)).toThrow(problem);
    expect(() => readKeyFile(path)).not.toThrow('a-secret-of-some-length');
  });
});
