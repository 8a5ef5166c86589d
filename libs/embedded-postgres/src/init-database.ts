import { execFile } from 'node:child_process';
import { chown, mkdtemp, open, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Binaries } from './binaries.js';
import { childEnvironment } from './child-environment.config.js';
import { messageOf, ServerFailedError } from './errors.js';
import type { ServerUser } from './server-user.js';

const run = promisify(execFile);

/** The superuser of an embedded database. */
export const databaseUser = 'newsmill';

/**
 * Character classes (what is a letter, what a quotation mark) for full-text search and trigrams. PostgreSQL takes them from the
 * system, and not every system has every name; `C` knows ASCII alone.
 */
const characterTypes = ['C.UTF-8', 'en_US.UTF-8', 'C'];

/**
 * Creates the database `server/` in `home`: UTF-8, sorted by code point on every system alike (PostgreSQL's own
 * C.UTF-8), password needed on every connection. It is there whole or not at all, also after a kill.
 *
 * @param durable false leaves the data to the system's cache: quicker, and lost when the machine loses power.
 */
export async function initDatabase(
  binaries: Binaries,
  home: string,
  password: string,
  durable: boolean,
  user: ServerUser | undefined,
): Promise<void> {
  for (const leftover of await readdir(home)) {
    if (leftover.startsWith('initdb-')) await rm(join(home, leftover), { recursive: true, force: true });
  }
  const draft = await mkdtemp(join(home, 'initdb-'));
  try {
    const passwordFile = join(draft, 'password');
    await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
    if (user) {
      await chown(passwordFile, user.uid, user.gid);
      await chown(draft, user.uid, user.gid);
    }
    await runInitdb(binaries, join(draft, 'server'), passwordFile, durable, user);
    await rename(join(draft, 'server'), join(home, 'server'));
    if (durable) await syncFolder(home);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

async function runInitdb(
  binaries: Binaries,
  cluster: string,
  passwordFile: string,
  durable: boolean,
  user: ServerUser | undefined,
): Promise<void> {
  let refusal: unknown;
  for (const characterType of characterTypes) {
    const options = [
      `--pgdata=${cluster}`,
      `--username=${databaseUser}`,
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      '--locale=C',
      `--lc-ctype=${characterType}`,
      '--text-search-config=simple',
      ...(durable ? [] : ['--no-sync']),
    ];
    try {
      await run(binaries.initdb, options, {
        cwd: '/',
        env: childEnvironment(),
        ...(user && { uid: user.uid, gid: user.gid }),
      });
      return;
    } catch (error) {
      refusal = error;
      if (!/invalid locale|locale .* is not/i.test(errorOutput(error))) break;
    }
  }
  throw new ServerFailedError(`PostgreSQL could not create a database in ${cluster}: ${messageOf(refusal).trim()}`);
}

/** What the program wrote to its standard error before it failed. */
function errorOutput(error: unknown): string {
  return typeof error === 'object' && error !== null && 'stderr' in error ? String(error.stderr) : '';
}

/** Makes the new entry in `folder` survive a loss of power. Windows cannot open folders and needs none of this. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
