import { chmod, lstat, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf, ServerUserError, systemCode } from './errors.js';
import { canReach, type ServerUser } from './server-user.js';

/** Where root keeps what the server's user must reach but cannot where it lies. The first that can be used is taken. */
const stores = ['/var/lib/newsmill', '/var/tmp/newsmill'];

/**
 * The folder `name` of the store that root keeps for servers that run as another user. It belongs to root, nobody else
 * can write to it, and `user` can pass through.
 */
export async function findStore(user: ServerUser, name: 'binaries' | 'databases'): Promise<string> {
  const refusals: string[] = [];
  for (const store of stores) {
    try {
      await provide(store);
      await provide(join(store, name));
      if (await canReach(user, 'x', join(store, name))) return join(store, name);
      refusals.push(`${user.name} cannot pass through ${store}`);
    } catch (error) {
      refusals.push(messageOf(error));
    }
  }
  throw new ServerUserError(
    `PostgreSQL must run as ${user.name}, who cannot reach the project's or the data folder, and no folder for a copy can be used: ` +
      `${refusals.join('; ')}. Move both to a place that ${user.name} can reach, or do not run as root.`,
  );
}

/** Creates `folder` for root alone to write to. One that somebody else has put there is refused. */
async function provide(folder: string): Promise<void> {
  await mkdir(folder).then(
    () => chmod(folder, 0o755),
    (error: unknown) => {
      if (systemCode(error) !== 'EEXIST') throw error;
    },
  );
  const found = await lstat(folder);
  if (!found.isDirectory() || found.uid !== 0 || (found.mode & 0o022) !== 0) {
    throw new Error(`${folder} is not a folder that root alone can write to`);
  }
}
