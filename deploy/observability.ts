/**
 * `node deploy/observability.ts`: writes Prometheus's rules with their tests and Grafana's dashboard from their
 * definitions. `--check` writes nothing and fails where a file is not current. `--runbooks <url>`: where the pages of
 * docs/runbooks stand for those who are on call.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { observabilityFiles } from './observability-files.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const { check, runbooks } = parseArgs({
  options: { check: { type: 'boolean', default: false }, runbooks: { type: 'string' } },
}).values;

for (const [path, content] of observabilityFiles(runbooks)) {
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
