/**
 * node test/bench/edit-ladder.ts [--data DIR] [--pages 30] [--json | --docs | --misses | --help]
 *
 * Tells how many of the changes of pages that no reader reads make no event, and how many of a newsroom's edits make
 * one that names the right field. Beside the pages of the project it takes real ones where they are at hand: as many as
 * `--pages` says that the rules were written with, and as many that were kept apart. Needs a build.
 */
import { writeFileSync } from 'node:fs';
import { anchor } from './edit-ladder/anchors.ts';
import { climb, isNamed, isRight, type Case } from './edit-ladder/ladder.ts';
import { readOptions, USAGE, UsageError, type Options } from './edit-ladder/options.ts';
import { realPages, shippedPages, type KnownPage } from './edit-ladder/pages.ts';
import { figuresOf, MATERIAL_CHANGE_PAGE, materialChangePage, tables, type Group } from './edit-ladder/report.ts';
import { splitPages } from './edit-ladder/split.ts';
import { hasGold } from './extraction/gold.ts';

try {
  const options = readOptions(process.argv.slice(2));
  if (options) report(options, run(options));
  else print(USAGE);
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`edit-ladder: ${error.message}\n`);
  process.exitCode = 2;
}

function run({ data, pages }: Options): Group[] {
  const groups = [group('of the project', shippedPages(), Infinity)];
  if (!hasGold(data)) {
    process.stderr.write(`no gold.json in ${data}: real pages are left out\n`);
    return groups;
  }
  const { open, heldOut } = splitPages(realPages(data));
  return [...groups, group('written with', open, pages), group('kept apart', heldOut, pages)];
}

/** As many pages as are asked for of those in which the article is found, by its text and by the parser. */
function group(name: string, pages: readonly KnownPage[], most: number): Group {
  const cases: Case[] = [];
  let taken = 0;
  for (const page of pages) {
    if (taken >= most) break;
    const anchored = anchor(page);
    const climbed = anchored && climb(anchored);
    if (climbed === undefined) continue;
    taken++;
    cases.push(...climbed);
  }
  process.stderr.write(`${taken} pages ${name}\n`);
  return { name, pages: taken, cases };
}

function report({ output }: Options, groups: readonly Group[]): void {
  switch (output) {
    case 'json':
      return print(JSON.stringify(figuresOf(groups), null, 2));
    case 'docs':
      writeFileSync(MATERIAL_CHANGE_PAGE, materialChangePage(groups));
      return print(`wrote ${MATERIAL_CHANGE_PAGE}`);
    case 'misses':
      for (const { cases } of groups) {
        for (const { page, kind, expected = '', told = ['no article'] } of cases.filter(isWrong))
          print([page, kind, expected, told.join(' ')].join('\t'));
      }
      return;
    case 'table':
      print(tables(groups));
  }
}

function isWrong(one: Case): boolean {
  return !isRight(one) || (one.expected !== undefined && !isNamed(one));
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
