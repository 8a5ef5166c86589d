/**
 * npm run --silent bench:extraction -- [--data DIR] [--peers a,b | --only a,b] [--rounds 3] [--page-seconds 60]
 *                                      [--json | --docs | --linear | --update-reached | --help]
 *
 * Quality and speed of the extraction beside floors and other extractors, in one run. `--json` prints the figures alone,
 * `--docs` writes docs/quality.md, `--linear` tells how time grows with the page, `--update-reached` writes the scores
 * that the quality spec holds.
 */
import { writeFileSync } from 'node:fs';
import { ContestantThread } from './contestant-thread.ts';
import { contestants, type Name } from './contestants.ts';
import { readGold } from './gold.ts';
import { measureGrowth } from './linear.ts';
import { readOptions, USAGE, UsageError, type Options } from './options.ts';
import { languagesOf, measureQuality, scoreStored } from './quality.ts';
import { reachedBy, writeReached } from './reached.ts';
import { comparisonJson, comparisonTable } from './report/comparison.ts';
import { growthTable } from './report/growth.ts';
import { QUALITY_PAGE, qualityPage } from './report/quality-page.ts';
import type { Row } from './report/row.ts';
import { measureSpeed, speedPages } from './speed.ts';
import { readStoredResults } from './stored-results.ts';

try {
  const options = readOptions(process.argv.slice(2));
  if (options) await bench(options);
  else print(USAGE);
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`bench:extraction: ${error.message}\n`);
  process.exitCode = 2;
}

async function bench({ data, contestants: chosen, rounds, pageSeconds, output }: Options): Promise<void> {
  const gold = readGold(data);
  const threads = chosen.map((name) => new ContestantThread(name, pageSeconds));
  try {
    if (output === 'linear') {
      print(growthTable(await measureGrowth(threads[0]!, data, gold)));
      return;
    }

    tell(`reading ${gold.size} pages with ${chosen.join(', ')}`);
    const quality = await measureQuality(threads, data, gold, (name, seconds) => {
      tell(`${name}: ${gold.size} pages in ${seconds.toFixed(0)} s`);
    });
    if (output === 'update-reached') {
      writeReached(reachedBy(quality.get('newsmill')!.scores!, gold));
      return;
    }

    const failed = new Set([...quality.values()].flatMap(({ hung }) => [...hung]));
    const pages = speedPages(data, gold, failed);
    tell(`timing ${pages.length} pages, ${rounds} rounds`);
    const speed = rounds === 0 ? new Map<Name, number>() : await measureSpeed(threads, pages, rounds);

    const rows: Row[] = chosen.map((name) => ({
      name,
      kind: contestants[name].kind,
      pagesPerCpuSecond: speed.get(name),
      scores: quality.get(name)!.scores,
      failures: quality.get(name)!.failures.size,
    }));
    if (output === 'json') {
      print(JSON.stringify(comparisonJson(rows, gold)));
      return;
    }

    for (const [name, results] of readStoredResults(data)) {
      if (rows.some((row) => row.name === name)) continue;
      rows.push({ name, kind: 'stored', scores: scoreStored(gold, results), failures: 0 });
    }
    const method = `${gold.size} pages read; speed on ${pages.length} of them, the same for all, ${rounds} rounds in turns.`;
    if (output === 'docs') {
      const growth = await measureGrowth(threads[chosen.indexOf('newsmill')]!, data, gold);
      const languages = languagesOf(gold, [...quality.values()]);
      writeFileSync(QUALITY_PAGE, qualityPage({ rows, gold, growth, method, languages }));
      print(`wrote ${QUALITY_PAGE}`);
      return;
    }
    print(comparisonTable(rows, gold));
    print(method);
    for (const [name, { failures }] of quality)
      for (const [id, reason] of failures) tell(`${name} failed on ${id}: ${reason}`);
  } finally {
    for (const thread of threads) await thread.stop();
  }
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** Progress, apart from the report. */
function tell(line: string): void {
  process.stderr.write(`${line}\n`);
}
