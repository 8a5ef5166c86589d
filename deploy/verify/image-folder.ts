import { cp, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { LocalNode } from './node.ts';
import { run } from './program.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const APPS = ['fetcher', 'parser', 'enricher', 'store', 'standalone'];

/** A migration that a version of newsmill has beside those of the sources. */
export interface ExtraMigration {
  /** Class name, ending in a timestamp. */
  name: string;
  sql: string;
}

/**
 * The root folder of an image that holds all services (`image.layout: single`): Node.js as it runs here with the libraries that it
 * is linked to, and the tree that deploy/Dockerfile makes: built apps and packages, and their dependencies as locked.
 * Nothing else: no shell.
 */
export class ImageFolder {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** @throws Error when the packages are not built, or npm cannot install what is locked */
  static async make(folder: string): Promise<ImageFolder> {
    if (!existsSync(join(ROOT, 'apps/standalone/dist'))) throw new Error('the packages are not built: npm run build');
    await Promise.all([copyNode(folder), copyNewsmill(join(folder, 'newsmill'))]);
    await mkdir(join(folder, 'tmp'), { recursive: true });
    return new ImageFolder(folder);
  }

  /** Puts an image on the node: this version, or one that has further migrations. */
  async toNode(node: LocalNode, name: string, ...migrations: readonly ExtraMigration[]): Promise<void> {
    const undo: (() => Promise<void>)[] = [];
    for (const migration of migrations) undo.unshift(await this.#add(migration));
    const archive = `${this.#folder}.tar`;
    try {
      const entry = JSON.stringify(['node', '/newsmill/start.mjs']);
      const environment = ['NODE_ENV=production', 'MALLOC_ARENA_MAX=2'].flatMap((line) => ['--env', line]);
      await node.makeImage(name, archive, this.#folder, ['--entrypoint', entry, ...environment]);
      await node.importImage(archive);
    } finally {
      await rm(archive, { force: true });
      for (const takeAway of undo) await takeAway();
    }
  }

  /** @returns what takes it away again */
  async #add({ name, sql }: ExtraMigration): Promise<() => Promise<void>> {
    const store = join(this.#folder, 'newsmill/apps/store/dist');
    const list = join(store, 'store.database.js');
    const file = join(store, 'migrations', `${name}.js`);
    const before = await readFile(list, 'utf8');
    await writeFile(
      file,
      `export class ${name} { name = '${name}'; async up(runner) { await runner.query(${JSON.stringify(sql)}); } async down() {} }\n`,
    );
    await writeFile(
      list,
      `${before}\nimport { ${name} } from './migrations/${name}.js';\nstoreDatabase.migrations.push(${name});\n`,
    );
    return async () => {
      await writeFile(list, before);
      await rm(file);
    };
  }
}

async function copyNode(folder: string): Promise<void> {
  const linked = (await run('ldd', [process.execPath])).match(/\/\S+/g) ?? [];
  const files = [[process.execPath, '/usr/local/bin/node'], ...linked.map((path) => [path, path])] as const;
  for (const [from, to] of files) {
    await mkdir(join(folder, dirname(to)), { recursive: true });
    await cp(from, join(folder, to), { dereference: true });
  }
}

async function copyNewsmill(target: string): Promise<void> {
  const manifests = (
    await run('git', ['ls-files', 'package-lock.json', 'package.json', '*/package.json'], { cwd: ROOT })
  )
    .trim()
    .split('\n');
  for (const path of manifests) await cp(join(ROOT, path), join(target, path));
  const options = ['--ignore-scripts', '--omit=dev', '--omit=optional', '--no-audit', '--no-fund', '--loglevel=error'];
  const workspaces = APPS.flatMap((app) => ['-w', `@newsmill/${app}`]);
  await run('npm', ['ci', ...options, ...workspaces], { cwd: target, timeoutMs: 600_000 });
  await Promise.all(['examples', 'test'].map((name) => rm(join(target, name), { recursive: true, force: true })));
  const used = new Set(await readdir(join(target, 'node_modules/@newsmill')));
  for (const folder of ['apps', 'libs']) {
    for (const name of await readdir(join(target, folder))) {
      const part = join(folder, name);
      if (!used.has(name)) await rm(join(target, part), { recursive: true });
      else await copyBuilt(part, target);
    }
  }
  for (const app of APPS) {
    const start = existsSync(join(target, 'apps', app, 'bin')) ? 'bin/newsmill.js' : 'dist/main.js';
    await symlink(start, join(target, 'apps', app, 'start.js'));
  }
  await writeFile(
    join(target, 'start.mjs'),
    'const [app] = process.argv.splice(2, 1);\nawait import(`./apps/${app}/start.js`);\n',
  );
}

async function copyBuilt(part: string, target: string): Promise<void> {
  for (const name of ['dist', 'bin', 'sample']) {
    const from = join(ROOT, part, name);
    if (!existsSync(from)) continue;
    await cp(from, join(target, part, name), { recursive: true, filter: (path) => !path.endsWith('.map') });
  }
}
