/**
 * node test/bench/not-articles.ts
 *
 * Prints, as Markdown, how the extraction tells pages that are no articles from articles, on the set under
 * libs/extraction/not-articles. Needs a build of libs/extraction.
 */
import { confusionOf, judge, type Verdict } from '../../libs/extraction/not-articles/confusion.ts';
import { isHeldOut, testPages } from '../../libs/extraction/not-articles/not-articles.ts';
import { extractArticle } from '@newsmill/extraction';

const verdicts = testPages.map((page) => judge(page, extractArticle));

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
const row = (...cells: (string | number)[]): string => `| ${cells.join(' | ')} |`;

function summary(name: string, part: readonly Verdict[]): string {
  const { pages, precision, recall, rightly, fitting, wrongly, missed } = confusionOf(part);
  const others = rightly + missed.length;
  return row(
    name,
    others,
    pages - others,
    percent(precision),
    percent(recall),
    wrongly.length,
    percent(fitting / rightly),
  );
}

const lines = [
  row('Pages', 'no articles', 'articles', 'precision', 'recall', 'articles rejected', 'fitting reason'),
  row('---', '---:', '---:', '---:', '---:', '---:', '---:'),
  summary(
    'that the rules were written with',
    verdicts.filter(({ page }) => !isHeldOut(page)),
  ),
  summary(
    'kept apart',
    verdicts.filter(({ page }) => isHeldOut(page)),
  ),
  summary('all', verdicts),
  '',
  row('Kind', 'pages', 'what became of them'),
  row('---', '---:', '---'),
];
const kinds = Map.groupBy(verdicts, ({ page }) => (page.reasons === undefined ? `article: ${page.kind}` : page.kind));
for (const [kind, part] of kinds) {
  const outcomes = Map.groupBy(part, ({ reason }) => reason ?? 'stored');
  lines.push(row(kind, part.length, [...outcomes].map(([outcome, some]) => `${outcome} ${some.length}`).join(', ')));
}
console.log(lines.join('\n'));
