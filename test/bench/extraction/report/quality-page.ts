import { execFileSync } from 'node:child_process';
import { cpus, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import { publisherOf, type GoldSet } from '../gold.ts';
import type { Growth } from '../linear.ts';
import { breakdownTable, standing } from './breakdown.ts';
import { comparisonTable, pagesOf, sourcesOf, summaryOf } from './comparison.ts';
import { growthTable } from './growth.ts';
import { difference, score, table } from './markdown.ts';
import type { Row } from './row.ts';
import { differenceInterval, spreadOf, type Interval } from './spread.ts';
import { worstPages } from './worst-pages.ts';

export const QUALITY_PAGE = fileURLToPath(new URL('../../../../docs/quality.md', import.meta.url));

export interface Report {
  rows: readonly Row[];
  gold: GoldSet;
  growth: readonly Growth[];
  /** How it was measured, in a sentence. */
  method: string;
  /** Page to language. */
  languages: ReadonlyMap<string, string>;
}

/** docs/quality.md. Of the pages it holds figures, hosts and ids alone: their texts are their publishers'. */
export function qualityPage({ rows, gold, growth, method, languages }: Report): string {
  const ids = [...gold.keys()];
  const withAddress = ids.filter((id) => gold.get(id)!.url !== undefined);
  const withoutAddress = ids.filter((id) => gold.get(id)!.url === undefined);
  return `# Quality of the extraction

Written by \`npm run bench:extraction -- ${process.argv.slice(2).join(' ')}\`; its sources and options are in \`test/bench/extraction\`.

- ${setting()}
- ${method}
- Body: runs of four words, counted; mean precision and mean recall over the pages, F1 of the two, as the scrapinghub
  article extraction benchmark does. Title: the same but for case, quotation marks and punctuation. Authors: F1 over all
  names. Day: the day of publication as the publisher writes it.
- Speed: pages per CPU second of the process, warm, each contestant in a thread of its own, in turns of a few pages; on
  scrapinghub pages, evenly spread, without those on which somebody hung. Everyone gets the decoded page and its
  address; turning a result into plain text for scoring is not timed.
- The floors only parse with htmlparser2: what a reader of HTML costs before it extracts anything.
- Stored results were made elsewhere on the same pages with extractors that do not run on Node; no speed.
- Failed: the contestant threw or took more than a minute; the page counts as read without finding anything.
- The gold of mozilla-readability-tests is the output of Readability itself: it tells how alike the two
  are, not what the publisher meant.

**These are development figures.** The rules of newsmill were written while looking at these very pages, so no figure
here is a held-out measure; the other extractors' authors may have seen some of them as well.

## All beside each other

${comparisonTable(rows, gold)}

## Precision and recall

${precisionTable(rows, gold)}

## Pictures

${picturesTable(rows, gold)}

## How much the publishers matter

An extractor made of rules has nothing to train, so there are no folds to train and test on. What can be said is how far a
score depends on which publishers are in the set. Intervals: whole publishers drawn with replacement, 95 % of the draws
lie within; the difference is taken on the same draws. Left out: F1 when one publisher's pages are removed. None of this
makes up for pages that nobody has looked at.

${spreadTable(rows, gold)}

## By source

${breakdownTable('source', rows, ids, (id) => gold.get(id)!.source)}

## By language

As the page declares it. The best other extractor is chosen anew on each line, which favours the others on small groups.

${breakdownTable(
  'language',
  rows,
  ids,
  (id) => languages.get(id)!,
  (a, b) => b.pages - a.pages,
)}

## By publisher

Pages with an address, worst first.

${breakdownTable(
  'publisher',
  rows,
  withAddress,
  (id) => publisherOf(id, gold.get(id)!),
  (a, b) => a.ours - b.ours,
)}

## The twenty worst pages

Pages with an address, with the reason as read from the difference between gold and result.

${worstPages(rows, gold, withAddress, 20)}

The ten worst without address, which are test pages of Readability:

${worstPages(rows, gold, withoutAddress, 10)}

## Growth of time

CPU time of newsmill for a page and for the same page with ten times the body, made up and real (the three longest).

${growthTable(growth)}
`;
}

function setting(): string {
  const root = fileURLToPath(new URL('../../../..', import.meta.url));
  const git = (...args: string[]): string => execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim();
  const changed = git('status', '--porcelain', 'libs/extraction') === '' ? '' : ' with uncommitted changes';
  const machine = `${cpus().length} cores (${cpus()[0]?.model.trim()}), ${Math.round(totalmem() / 2 ** 30)} GiB`;
  const date = new Date().toISOString().slice(0, 10);
  return `Measured ${date} at commit ${git('rev-parse', '--short', 'HEAD')}${changed}, Node ${process.versions.node}, ${machine}.`;
}

function precisionTable(rows: readonly Row[], gold: GoldSet): string {
  const sources = sourcesOf(gold);
  const columns = sources.flatMap((source) => [`${source.split('-')[0]} P`, `${source.split('-')[0]} R`]);
  return table(
    ['', ...columns],
    rows
      .filter((row) => row.scores)
      .map((row) => [
        row.name,
        ...sources.flatMap((source) => {
          const summary = summaryOf(row, pagesOf(gold, source));
          return [score(summary?.precision), score(summary?.recall)];
        }),
      ]),
  );
}

/** Only ours keeps captions and credits apart; leaks are counted for all. */
function picturesTable(rows: readonly Row[], gold: GoldSet): string {
  const ids = [...gold].filter(([, { images }]) => images?.length).map(([id]) => id);
  const lines = rows.flatMap((row) => {
    const summary = summaryOf(row, ids);
    if (!summary) return [];
    const own = row.kind === 'own';
    return [[row.name, own ? score(summary.captions) : '', own ? score(summary.credits) : '', score(summary.leaks)]];
  });
  const explained = `Over the ${ids.length} pages whose gold lists pictures: share of captions and of credits found at a picture, and share of the captions that stand in the text (lower is better).`;
  return `${explained}\n\n${table(['', 'captions', 'credits', 'captions in the text'], lines)}`;
}

function spreadTable(rows: readonly Row[], gold: GoldSet): string {
  const ours = rows.find(({ kind }) => kind === 'own');
  if (!ours) return '';
  const interval = ({ low, high }: Interval, show: (value: number) => string): string =>
    `${show(low)} to ${show(high)}`;
  const lines = sourcesOf(gold).flatMap((source) => {
    const ids = pagesOf(gold, source);
    const best = standing(rows, ids);
    if (!best) return [];
    const { publishers, f1, interval: own, without } = spreadOf(ours, gold, ids);
    const other = rows.find(({ name }) => name === best.name)!;
    return [
      [
        source,
        String(publishers),
        `${score(f1)} (${interval(own, score)})`,
        best.name,
        `${difference(f1 - best.best)} (${interval(differenceInterval(ours, other, gold, ids), difference)})`,
        `${score(without.lowest.f1)} (${without.lowest.publisher})`,
        `${score(without.highest.f1)} (${without.highest.publisher})`,
      ],
    ];
  });
  return table(
    [
      'source',
      'publishers',
      'newsmill F1 (95 %)',
      'best other',
      'difference (95 %)',
      'lowest, one left out',
      'highest, one left out',
    ],
    lines,
  );
}
