import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { CommandError } from './command-error.js';

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));

/** `newsmill docs` */
export function docsCommand(): Command {
  return new Command('docs')
    .description('write the generated references: JSON Schemas, AsyncAPI, topics, metrics, settings')
    .option('--check', 'write nothing; fail when a file is not current')
    .action(async ({ check }: { check?: boolean }) => {
      const { referenceFiles } = await import('../reference/reference.js');
      const stale: string[] = [];
      for (const [path, content] of await referenceFiles(ROOT)) {
        const file = join(ROOT, path);
        if ((await readFile(file, 'utf8').catch(() => undefined)) === content) continue;
        stale.push(path);
        if (check) continue;
        await mkdir(dirname(file), { recursive: true });
        await writeFile(file, content);
        process.stdout.write(`wrote ${path}\n`);
      }
      if (check && stale.length > 0) throw new CommandError(`not current: ${stale.join(', ')}; run "npm run docs"`);
    });
}
