import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, symlinkSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { machineEnvironment } from './environment.config.ts';
import type { ReleasedCommit } from './previous-release.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

type Packages = Record<string, { link?: boolean; resolved?: string }>;

/**
 * A clean checkout of a commit, with its packages, built. The packages are those installed here where the lockfiles want
 * the same ones, else `npm ci` fetches them.
 *
 * @param folder exists and is empty
 * @returns the folder with a slash at its end
 * @throws Error with what a step printed when it fails
 */
export async function buildRelease({ commit }: ReleasedCommit, folder: string): Promise<string> {
  const archive = join(folder, 'release.tar');
  const root = join(folder, 'release');
  mkdirSync(root);
  await run(ROOT, 'git', 'archive', '--format=tar', '--output', archive, commit);
  await run(root, 'tar', '-xf', archive);
  if (wantSamePackages(lockedIn(ROOT), lockedIn(root))) linkPackages(root, lockedIn(root));
  else await run(root, 'npm', 'ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error');
  await run(root, 'npm', 'run', '--silent', 'build');
  return `${root}/`;
}

/** Whether two lockfiles want the same packages of others at the same places; ours may differ. */
export function wantSamePackages(one: Packages, other: Packages): boolean {
  return isDeepStrictEqual(foreign(one), foreign(other));
}

function foreign(packages: Packages): Packages {
  return Object.fromEntries(
    Object.entries(packages).filter(([path, { link }]) => path.includes('node_modules/') && !link),
  );
}

function lockedIn(root: string): Packages {
  return (JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as { packages: Packages }).packages;
}

/** The packages installed here under the checkout's roof, its own workspaces among them as its own. */
function linkPackages(root: string, packages: Packages): void {
  const own = Object.entries(packages).filter(([, { link }]) => link);
  const scopes = new Set(own.map(([path]) => path.split('/')[1]!));
  mkdirSync(join(root, 'node_modules'));
  for (const name of readdirSync(join(ROOT, 'node_modules'))) {
    // A cache belongs to one tree.
    if (scopes.has(name) || name === '.cache' || name === '.package-lock.json') continue;
    symlinkSync(realpathSync(join(ROOT, 'node_modules', name)), join(root, 'node_modules', name));
  }
  for (const [path, { resolved }] of own) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    symlinkSync(join(root, resolved!), join(root, path));
    const nested = join(ROOT, resolved!, 'node_modules');
    if (existsSync(nested)) symlinkSync(realpathSync(nested), join(root, resolved!, 'node_modules'));
  }
}

async function run(cwd: string, program: string, ...args: string[]): Promise<void> {
  const environment = machineEnvironment();
  const child = spawn(program, args, {
    cwd,
    // This process's Node, which need not be the machine's. Nx's cache is shared by all trees of one name.
    env: {
      ...environment,
      PATH: [dirname(process.execPath), environment['PATH']].join(delimiter),
      NX_SKIP_NX_CACHE: 'true',
      NX_DAEMON: 'false',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data: Buffer) => output.push(data));
  const code = await new Promise((tell, fail) => {
    child.once('error', fail);
    child.once('close', (exit, signal) => tell(signal ?? exit));
  });
  if (code !== 0) {
    const printed = Buffer.concat(output).toString().slice(-4_000);
    throw new Error(`${program} ${args.join(' ')} in ${cwd} ended with ${String(code)}:\n${printed}`);
  }
}
