/**
 * `node keep-workspaces.ts <app>`, in the folder of the workspace: removes every package of the workspace that the app does not
 * use, so that npm installs what this app needs and nothing that another one needs. `-w` alone would not do: npm installs an
 * optional peer of a used package when any package that it can see asks for it.
 */
import { existsSync, globSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';

const [app = ''] = process.argv.slice(2);
const root = join('apps', app);
if (!app || !existsSync(join(root, 'package.json'))) {
  console.error(`APP is "${app}": use --build-arg APP=<a folder of apps>`);
  process.exit(1);
}

interface Manifest {
  name: string;
  dependencies?: Record<string, string>;
}
const folders = globSync('{apps,libs}/*/package.json').map(dirname);
const manifestOf = (folder: string): Manifest =>
  JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
const folderOf = new Map(folders.map((folder) => [manifestOf(folder).name, folder]));

const kept = new Set([root]);
// A set is walked together with what is added on the way.
for (const folder of kept) {
  for (const name of Object.keys(manifestOf(folder).dependencies ?? {})) {
    const used = folderOf.get(name);
    if (used) kept.add(used);
  }
}
for (const folder of folders) if (!kept.has(folder)) rmSync(folder, { recursive: true });
