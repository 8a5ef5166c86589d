import { summaryOf } from './comparison.ts';
import { difference, score, table } from './markdown.ts';
import type { Row } from './row.ts';

/** Our F1 beside that of the best other extractor. */
export interface Standing {
  pages: number;
  ours: number;
  best: number;
  /** Who is best among the others on these very pages. */
  name: string;
}

/** Undefined where nothing is to be compared. */
export function standing(rows: readonly Row[], ids: readonly string[]): Standing | undefined {
  const ours = rows.find(({ kind }) => kind === 'own');
  const own = ours && summaryOf(ours, ids)?.f1;
  const others = rows
    .filter(({ kind }) => kind === 'peer' || kind === 'stored')
    .flatMap((row) => {
      const f1 = summaryOf(row, ids)?.f1;
      return f1 === undefined ? [] : [{ name: row.name, f1 }];
    })
    .sort((a, b) => b.f1 - a.f1);
  if (own === undefined || !others[0]) return undefined;
  return { pages: ids.length, ours: own, best: others[0].f1, name: others[0].name };
}

/** One line a group of pages, in the order given by `order`, else by name. */
export function breakdownTable(
  title: string,
  rows: readonly Row[],
  ids: readonly string[],
  groupOf: (id: string) => string,
  order: (a: Standing, b: Standing) => number = () => 0,
): string {
  const groups = Object.entries(Object.groupBy(ids, groupOf)).sort(([a], [b]) => (a < b ? -1 : 1));
  const standings = groups.flatMap(([group, members]) => {
    const found = standing(rows, members!);
    return found ? [{ group, ...found }] : [];
  });
  return table(
    [title, 'pages', 'newsmill F1', 'best other F1', 'difference', 'best other'],
    standings
      .sort(order)
      .map(({ group, pages, ours, best, name }) => [
        group,
        String(pages),
        score(ours),
        score(best),
        difference(ours - best),
        name,
      ]),
  );
}
