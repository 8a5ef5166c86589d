import { spawn } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { machineEnvironment } from './support/environment.config.ts';

const COMMAND = fileURLToPath(new URL('../apps/standalone/bin/newsmill.js', import.meta.url));

let folder: string;
let file: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'newsmill-keys-'));
  file = join(folder, 'keys.json');
});

afterAll(() => rm(folder, { recursive: true, force: true }));

/** Runs the built `newsmill keys` as a user does, with the file named by the environment. */
async function keys(...args: string[]): Promise<{ code: number | null; out: string; err: string }> {
  const child = spawn(process.execPath, [COMMAND, 'keys', ...args], {
    env: { ...machineEnvironment(), NEWSMILL_KEYS_FILE: file },
  });
  let [out, err] = ['', ''];
  child.stdout.on('data', (data: Buffer) => (out += data.toString()));
  child.stderr.on('data', (data: Buffer) => (err += data.toString()));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, out, err };
}

async function json<T>(...args: string[]): Promise<T> {
  const { code, out, err } = await keys(...args, '--json');
  expect([code, err]).toEqual([0, '']);
  return JSON.parse(out) as T;
}

describe('newsmill keys', () => {
  it('makes a key and shows it once, rotates it beside the old one, and revokes that', async () => {
    const added = await json<{ id: string; key: string }>('add', '--publisher', 'courier');
    expect(await readFile(file, 'utf8')).not.toContain(added.key);
    expect((await stat(file)).mode & 0o777).toBe(0o600);

    const next = await json<{ id: string; key: string }>('rotate', added.id, '--overlap', '2');
    expect(next.key).not.toBe(added.key);
    const both = await json<{ id: string; state: string; notAfter?: string }[]>('list');
    expect(both).toMatchObject([
      { id: added.id, state: 'valid', notAfter: expect.any(String) },
      { id: next.id, publisher: 'courier', scopes: ['articles:write', 'articles:delete', 'validate'], state: 'valid' },
    ]);
    expect((await keys('revoke', added.id)).code).toBe(0);
    expect((await json<unknown[]>('list')).length).toBe(1);
  }, 240_000);

  it('says in plain words how a key is used', async () => {
    const { out } = await keys('add', '--publisher', 'gazette', '--kind', 'superdesk', '--id', 'desk');
    expect(out).toMatch(
      /^desk \(gazette\), shown this once\n.*secret token nm_\S+, resource URL …\/v1\/superdesk\/gazette/,
    );
    expect((await keys('list')).out).toMatch(/^desk\s+gazette\s+superdesk\s+valid\s+articles:write$/m);
  }, 120_000);

  it.each([
    [['add', '--publisher', 'courier', '--kind', 'password'], 2, '--kind "password": use one of'],
    [['add', '--publisher', 'courier', '--scopes', 'all'], 2, '--scopes "all": use one of'],
    [['add', '--publisher', 'courier', '--id', 'desk'], 1, 'is used twice'],
    [['add', '--publisher', 'two words'], 1, 'publisher: must be 1 to 128'],
    [['revoke', 'nobody'], 1, 'there is no key "nobody"'],
    [['rotate', 'desk', '--overlap', 'soon'], 2, '--overlap "soon"'],
  ])('%j fails in one line', async (args, code, message) => {
    const result = await keys(...args);
    expect([result.code, result.err.split('\n')]).toEqual([code, [expect.stringContaining(message), '']]);
  });

  it('does not read a file that others may read', async () => {
    await chmod(file, 0o644);
    expect((await keys('list')).err).toMatch(/its mode is 0644; make it 0600/);
    await chmod(file, 0o600);
  });
});
