/**
 * `node deploy/helm/generate.ts`: writes what the chart takes from newsmill's own definitions. `--check` writes nothing
 * and fails where a file is not current. Needs a build of the packages.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chartFiles } from './chart-files.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const check = process.argv.includes('--check');

for (const [path, content] of await chartFiles(ROOT)) {
  const file = join(ROOT, path);
  if ((await readFile(file, 'utf8').catch(() => undefined)) === content) continue;
  if (check) {
    console.error(`not current: ${path}; run "node deploy/helm/generate.ts"`);
    process.exitCode = 1;
    continue;
  }
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, content);
  console.log(`wrote ${path}`);
}
