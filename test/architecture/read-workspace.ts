import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import type { TextFile } from './workspace.js';

const SKIPPED = new Set(['node_modules', 'dist', 'target', '.nx', '.newsmill', 'coverage']);

/** The TypeScript files and package.json of the repository, as they lie in the working tree. */
export function readRepository(root: string): TextFile[] {
  return ['apps', 'libs', 'test', 'deploy', 'examples']
    .flatMap((folder) => filesUnder(join(root, folder)))
    .concat(join(root, 'package.json'))
    .map((path) => ({ path: relative(root, path).split(sep).join('/'), text: readFileSync(path, 'utf8') }));
}

function filesUnder(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return SKIPPED.has(entry.name) ? [] : filesUnder(path);
    return entry.name.endsWith('.ts') || entry.name === 'package.json' ? [path] : [];
  });
}
