/**
 * node test/bench/edit-ladder.ts [--data DIR] [--pages 30] [--json | --docs | --misses]
 *
 * Tells how many of the changes of pages that no reader reads make no event, and how many of the newsroom's edits make
 * one that names the right field. Beside the pages of the project it takes real ones where they are at hand: as many as
 * `--pages` says that the rules were written with, and as many that were kept apart. `--docs` writes
 * docs/material-change.md, `--misses` lists the cases that went wrong. Needs a build.
 */
import { parseArgs } from 'node:util';
import { DEFAULT_DATA, hasGold } from './extraction/gold.ts';
import { anchor } from './edit-ladder/anchors.ts';
import { climb, isNamed, isRight, type Case } from './edit-ladder/ladder.ts';
import { realPages, shippedPages, type KnownPage } from './edit-ladder/pages.ts';
import { churnOf, editsOf, scoreOf, share } from './edit-ladder/score.ts';
import { splitPages } from './edit-ladder/split.ts';

const { values } = parseArgs({
  options: {
    data: { type: 'string' },
    pages: { type: 'string', default: '30' },
    json: { type: 'boolean', default: false },
    docs: { type: 'boolean', default: false },
    misses: { type: 'boolean', default: false },
    only: { type: 'string' },
  },
});
const data = values.data ?? DEFAULT_DATA;

function run(
  name: string,
  pages: readonly KnownPage[],
  most = Infinity,
): { name: string; pages: number; cases: Case[] } {
  const cases: Case[] = [];
  let taken = 0;
  for (const page of pages) {
    if (taken >= most) break;
    const anchored = anchor(page);
    const found = anchored && climb(anchored);
    if (found === undefined) continue;
    taken++;
    cases.push(...found);
  }
  return { name, pages: taken, cases };
}

const groups = [];
const only = values.only?.split(',') ?? ['shipped', 'open', 'held-out'];
if (only.includes('shipped')) groups.push(run('shipped', shippedPages()));
if (hasGold(data)) {
  const { open, heldOut } = splitPages(realPages(data));
  const most = Number(values.pages);
  if (only.includes('open')) groups.push(run('open', open, most));
  if (only.includes('held-out')) groups.push(run('held-out', heldOut, most));
}
const percent = (part: number, of: number): string => `${(100 * share(part, of)).toFixed(1)} %`;
for (const { name, pages, cases } of groups) {
  console.log(`\n${name}: ${pages} pages`);
  for (const [title, some] of [
    ['churn', churnOf(cases)],
    ['edits', editsOf(cases)],
  ] as const) {
    const all = scoreOf(some);
    console.log(
      `  ${title}: ${all.right} of ${all.cases} ${percent(all.right, all.cases)} named ${percent(all.named, all.cases)}`,
    );
    for (const [kind, one] of Map.groupBy(some, (each) => each.kind)) {
      const { right, named, cases: count, pages: on } = scoreOf(one);
      if (right < count || (title === 'edits' && named < count))
        console.log(`    ${kind}: ${right}/${count} on ${on} named ${named}`);
      else console.log(`    ${kind}: ${count} ok`);
    }
  }
  if (values.misses)
    for (const one of cases)
      if (!isRight(one) || (one.expected !== undefined && !isNamed(one)))
        console.log(
          `${one.page}\t${one.kind}\t${one.expected ?? ''}\t${one.told?.join(',') ?? 'NO ARTICLE'}\t${one.also}`,
        );
}
