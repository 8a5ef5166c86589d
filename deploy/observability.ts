/**
 * `node deploy/observability.ts`: writes Prometheus's rules with their tests and Grafana's dashboard from their
 * definitions. `--check` writes nothing and fails where a file is not current. `--runbooks <url>` writes nothing either:
 * it prints the rules for a place where the pages of docs/runbooks stand under that address. Needs a build of the packages.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { observabilityFiles } from './observability-files.ts';
import { rulesFile } from './prometheus/rules.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const { check, runbooks } = parseArgs({
  options: { check: { type: 'boolean', default: false }, runbooks: { type: 'string' } },
}).values;

if (runbooks === undefined) await writeFiles();
else process.stdout.write(rulesFile(runbooks.replace(/\/$/, '')));

async function writeFiles(): Promise<void> {
  for (const [path, content] of observabilityFiles()) {
    const file = `${ROOT}${path}`;
    if ((await readFile(file, 'utf8').catch(() => undefined)) === content) continue;
    if (check) {
      console.error(`not current: ${path}; run "node deploy/observability.ts"`);
      process.exitCode = 1;
      continue;
    }
    await writeFile(file, content);
    console.log(`wrote ${path}`);
  }
}
