/**
 * npm run chaos -- [--row 1,4,shutdown] [--short] [--articles N] [--json] [--docs] [--keep]
 *
 * Breaks real parts while articles flow, and counts what became of each one: the fault matrix of rows.ts, a deployment
 * of its own for each row. --short: rows 1, 4, 7 and 11 with few articles. --docs: puts each
 * result into docs/reliability.md. --keep: leaves the parts of a row that did not pass running, for a look. Ends with 1 unless every row passed. Needs a build.
 */
import { parseArgs } from 'node:util';
import { recordResult } from './reliability-page.ts';
import type { Scale } from './row.ts';
import { rows, shortRows } from './rows.ts';
import { type RowResult, runRow } from './run-row.ts';
import { resultLine } from './result-line.ts';

const { values } = parseArgs({
  options: {
    row: { type: 'string' },
    short: { type: 'boolean', default: false },
    articles: { type: 'string' },
    json: { type: 'boolean', default: false },
    docs: { type: 'boolean', default: false },
    keep: { type: 'boolean', default: false },
  },
});
const wanted = values.row?.split(',').map((id) => id.trim()) ?? (values.short ? shortRows : rows.map(({ id }) => id));
const unknown = wanted.filter((id) => !rows.some((row) => row.id === id));
if (unknown.length > 0) {
  console.error(`There is no row ${unknown.join(', ')}. Rows: ${rows.map(({ id }) => id).join(', ')}`);
  process.exit(2);
}
const articles = values.articles === undefined ? undefined : Number(values.articles);
if (articles !== undefined && !(Number.isInteger(articles) && articles > 0)) {
  console.error(`--articles ${values.articles} is not a number above 0`);
  process.exit(2);
}

// What was started is ended by the reaper of the temporary folders.
process.on('SIGINT', () => process.exit(130));
process.on('SIGTERM', () => process.exit(143));

const scale: Scale = values.short ? 'short' : 'full';
const results: RowResult[] = [];
for (const id of wanted) {
  const row = rows.find((candidate) => candidate.id === id)!;
  console.error(`row ${row.id}: ${row.fault}`);
  const options = {
    scale,
    keep: values.keep,
    ...(articles !== undefined && { articles }),
    tell: (line: string) => console.error(`  ${line}`),
  };
  const result = await runRow(row, options);
  results.push(result);
  if (values.docs) recordResult(result, scale);
  console.error(resultLine(result));
}
if (values.json) process.stdout.write(`${JSON.stringify(results)}\n`);
process.exit(results.every(({ passed }) => passed) ? 0 : 1);
