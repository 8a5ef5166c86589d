import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { ServerUserError } from './errors.js';

const run = promisify(execFile);

/** The user that the server runs as when this process is root: PostgreSQL refuses to run as root. */
export interface ServerUser {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/** Unprivileged accounts, in the order in which they are tried. */
const accounts = ['postgres', '_postgres', 'nobody'];

/** Whether this process is root, and so must hand the server to another user. */
export function isRoot(): boolean {
  return process.getuid?.() === 0;
}

/**
 * Chooses the user for the server.
 *
 * @param ownerUid the owner of an existing database, which goes on to be its user.
 */
export async function findServerUser(ownerUid?: number): Promise<ServerUser> {
  const users = parsePasswd(await readFile('/etc/passwd', 'utf8').catch(() => ''));
  if (ownerUid !== undefined) {
    return users.find(({ uid }) => uid === ownerUid) ?? { name: `user ${ownerUid}`, uid: ownerUid, gid: ownerUid };
  }
  for (const account of accounts) {
    const user = users.find(({ name, uid }) => name === account && uid !== 0);
    if (user) return user;
  }
  throw new ServerUserError(
    `PostgreSQL refuses to run as root, and /etc/passwd knows none of the users ${accounts.join(', ')} to run it as. ` +
      'Create the user "postgres", or start newsmill as another user than root.',
  );
}

/** Reads passwd(5): name, password, uid, gid, comment, home, shell, separated by colons. */
export function parsePasswd(text: string): ServerUser[] {
  return text.split('\n').flatMap((line) => {
    const [name, , uid, gid] = line.split(':');
    if (!name || !uid || !gid || !/^-?\d+$/.test(uid) || !/^-?\d+$/.test(gid)) return [];
    return [{ name, uid: Number(uid), gid: Number(gid) }];
  });
}

/**
 * Whether `user` has this access to `path`, every folder above it included. The kernel is asked, as that
 * user, so that access lists and security modules have their say.
 *
 * @param access `r` to read a file, `x` to run a file or pass through a folder.
 */
export async function canReach(user: ServerUser, access: 'r' | 'x', path: string): Promise<boolean> {
  try {
    await run('/bin/sh', ['-c', `test -${access} "$1"`, 'sh', path], { uid: user.uid, gid: user.gid, cwd: '/' });
    return true;
  } catch (error) {
    if (typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'number') return false;
    throw new ServerUserError(
      `This process runs as root but may not start a program as ${user.name} (uid ${user.uid}): ${String(error)}. ` +
        'Give it the capabilities SETUID and SETGID, or start newsmill as another user than root.',
    );
  }
}
