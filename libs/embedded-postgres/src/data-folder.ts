import { constants } from 'node:fs';
import { chmod, type FileHandle, lstat, mkdir, open, readdir, readFile, realpath, writeFile } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { dirname, join, resolve } from 'node:path';
import { DataFolderAccessError, DataFolderForeignError, messageOf, systemCode } from './errors.js';
import { acquireOwnerLock, type OwnerLock } from './owner-lock.js';
import { canReach, isRoot, type ServerUser } from './server-user.js';
import { findStore } from './root-store.js';

/**
 * The files of a data folder:
 *
 * - `owner.json`: which process owns it (see owner-lock)
 * - `password`: the database password, readable for its owner alone
 * - `postgres.log`: what the server writes
 * - `server/`: PostgreSQL's own data, or `location`: the path of the folder that holds `server/` instead, for a
 *   data folder that the server's user cannot reach
 */
const ourFiles = /^(owner\.json.*|password|postgres\.log|server|location|binaries|initdb-.*)$/;

const maxLogBytes = 10_000_000;

/** Creates the data folder where it is missing. It must be empty, or one of ours. */
export async function openDataFolder(dataDir: string): Promise<string> {
  return explainAccess(dataDir, async () => {
    await mkdir(dataDir, { recursive: true });
    const folder = await realpath(resolve(dataDir));
    const foreign = (await readdir(folder)).find((name) => !ourFiles.test(name));
    if (foreign === undefined) return folder;
    throw new DataFolderForeignError(
      `The data folder ${folder} holds "${foreign}", which is not part of a newsmill database. ` +
        'Choose an empty folder, or one that does not exist yet.',
    );
  });
}

/** Makes this process the owner of the data folder. */
export async function lockDataFolder(folder: string): Promise<OwnerLock | { heldBy: number }> {
  return explainAccess(folder, () => acquireOwnerLock(join(folder, 'owner.json')));
}

/** The user id that an existing database belongs to. */
export async function ownerOfDatabase(folder: string): Promise<number | undefined> {
  const home = (await readLocation(folder)) ?? folder;
  const uid = (await lstat(join(home, 'server')).catch(() => undefined))?.uid;
  if (uid === 0 && isRoot()) {
    throw new DataFolderAccessError(
      `The database ${join(home, 'server')} belongs to root, and PostgreSQL refuses to run as root. ` +
        'Give it back to the user that it had, for example: chown -R postgres: ' +
        join(home, 'server'),
    );
  }
  return uid;
}

/**
 * The folder that holds (or shall hold) `server/`: the data folder itself, or where `user` cannot reach that,
 * one under the root-owned store, which the data folder's file `location` then names.
 */
export async function homeOfDatabase(
  folder: string,
  user: ServerUser | undefined,
  log: (line: string) => void,
): Promise<string> {
  const moved = await readLocation(folder);
  if (moved !== undefined) return moved;
  if (!user) return folder;
  const { uid, mode } = await lstat(folder);
  // The secrets inside have modes of their own; the server's user only has to pass through.
  if (uid !== user.uid && (mode & 0o011) !== 0o011) await chmod(folder, mode | 0o011);
  if (await canReach(user, 'x', folder)) return folder;
  const store = await findStore(user, 'databases');
  for (const earlier of await readdir(store)) {
    if ((await readFile(join(store, earlier, 'origin'), 'utf8').catch(() => '')).trim() !== folder) continue;
    log(`An earlier database of ${folder}, which has been emptied since, is still in ${join(store, earlier)}`);
  }
  const home = join(store, randomBytes(8).toString('hex'));
  await mkdir(home, { mode: 0o755 });
  await chmod(home, 0o755);
  await writeFile(join(home, 'origin'), `${folder}\n`);
  await writeFile(join(folder, 'location'), `${home}\n`, { flag: 'wx' });
  log(
    `PostgreSQL runs as ${user.name}, who cannot pass through a folder above ${folder}: ` +
      `its data is kept in ${home} (to have it here, open the folders above with chmod o+x, or do not run as root)`,
  );
  return home;
}

async function readLocation(folder: string): Promise<string | undefined> {
  let home: string;
  try {
    home = (await readFile(join(folder, 'location'), 'utf8')).trim();
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  }
  if ((await lstat(home).catch(() => undefined))?.isDirectory()) return home;
  throw new DataFolderAccessError(
    `The database of ${folder} was kept in ${home}, and that folder is gone or cannot be reached. ` +
      `Restore it, or remove ${folder} to begin with an empty database.`,
  );
}

/** The database password: random, made once, in a file that only the folder's owner can read. */
export async function databasePassword(folder: string, databaseExists: boolean): Promise<string> {
  const file = join(folder, 'password');
  return explainAccess(folder, async () => {
    try {
      const found = (await readFile(file, 'utf8')).trim();
      if (found !== '') return found;
    } catch (error) {
      if (systemCode(error) !== 'ENOENT') throw error;
    }
    if (databaseExists) {
      throw new DataFolderAccessError(
        `The file ${file} is missing, and the database cannot be opened without the password in it. ` +
          'Restore the file, or remove the data folder to begin with an empty database.',
      );
    }
    const password = randomBytes(24).toString('base64url');
    await writeFile(file, `${password}\n`, { mode: 0o600, flush: true });
    return password;
  });
}

/** What the server writes, also when it refuses to start. */
export function logPathOf(folder: string): string {
  return join(folder, 'postgres.log');
}

/** Opens `postgres.log` for the server to append to; a log of more than 10 MB begins anew. */
export async function openLog(folder: string): Promise<FileHandle> {
  const { O_APPEND, O_CREAT, O_NOFOLLOW, O_RDWR } = constants;
  return explainAccess(folder, async () => {
    // Never through a link: root writes here, perhaps in another user's folder. Windows does not know the flag.
    const handle = await open(logPathOf(folder), O_APPEND | O_CREAT | O_RDWR | (O_NOFOLLOW ?? 0), 0o600);
    if ((await handle.stat()).size > maxLogBytes) await handle.truncate(0);
    const { uid, gid } = await lstat(folder);
    if (isRoot() && uid !== 0) await handle.chown(uid, gid);
    return handle;
  });
}

/** Turns a refusal of the file system into an error that says what to do. */
export async function explainAccess<Result>(folder: string, action: () => Promise<Result>): Promise<Result> {
  try {
    return await action();
  } catch (error) {
    const code = systemCode(error);
    if (!['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST', 'ELOOP'].includes(code ?? '')) throw error;
    const owner = await lstat(folder).catch(() => lstat(dirname(resolve(folder))).catch(() => undefined));
    const who =
      owner && process.getuid ? `; it belongs to user ${owner.uid}, and this process is user ${process.getuid()}` : '';
    throw new DataFolderAccessError(
      `The data folder ${folder} cannot be used (${messageOf(error)})${who}. ` +
        'Make it a folder that this user may write to, or choose another one.',
      { cause: error },
    );
  }
}
