/** `node deploy/release/chart-values.ts ghcr.io/owner/repository`: writes where a release's images are into the chart's values. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { releasedValues } from './released-values.ts';

const [images = ''] = process.argv.slice(2);
const file = join(import.meta.dirname, '../helm/newsmill/values.yaml');
await writeFile(file, releasedValues(await readFile(file, 'utf8'), images));
