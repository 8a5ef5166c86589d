import type { GoldSet } from '../gold.ts';
import { summarise, type Summary } from '../score/summary.ts';
import { score, table } from './markdown.ts';
import type { Row } from './row.ts';

/** The sets of the pages, by name. */
export function sourcesOf(gold: GoldSet): string[] {
  return [...new Set([...gold.values()].map(({ source }) => source))].sort();
}

/** Undefined for floors, and for a row that does not cover the pages. */
export function summaryOf(row: Row, ids: readonly string[]): Summary | undefined {
  const scores = ids.map((id) => row.scores?.get(id)).filter((one) => one !== undefined);
  return scores.length === ids.length ? summarise(scores) : undefined;
}

export function pagesOf(gold: GoldSet, source: string): string[] {
  return [...gold].filter(([, page]) => page.source === source).map(([id]) => id);
}

const COLUMNS = [
  ['F1', 'f1'],
  ['title', 'titleExact'],
  ['authors', 'authorsF1'],
  ['day', 'day'],
] as const;

/** Quality and speed of all in one table. */
export function comparisonTable(rows: readonly Row[], gold: GoldSet): string {
  const groups = sourcesOf(gold).map((source) => {
    const summaries = rows.map((row) => summaryOf(row, pagesOf(gold, source)));
    return {
      label: source.split('-')[0]!,
      summaries,
      columns: COLUMNS.filter(([, measure]) => summaries.some((summary) => summary?.[measure] !== undefined)),
    };
  });
  return table(
    [
      '',
      'pages/CPU s',
      'failed',
      ...groups.flatMap(({ label, columns }) => columns.map(([title]) => `${label} ${title}`)),
    ],
    rows.map((row, index) => [
      row.kind === 'stored' ? `${row.name} (stored results)` : row.name,
      row.pagesPerCpuSecond === undefined ? '' : row.pagesPerCpuSecond.toFixed(row.pagesPerCpuSecond < 20 ? 1 : 0),
      row.kind === 'stored' ? '' : String(row.failures),
      ...groups.flatMap(({ summaries, columns }) => columns.map(([, measure]) => score(summaries[index]?.[measure]))),
    ]),
  );
}

/** The figures alone, for programs: what was not measured is null. */
export function comparisonJson(rows: readonly Row[], gold: GoldSet): object {
  const measured = rows.filter(({ kind }) => kind !== 'stored');
  const quality = sourcesOf(gold).map((source) => {
    const summaries = measured.flatMap((row) => {
      const summary = summaryOf(row, pagesOf(gold, source));
      return summary ? [[row.name, figuresOf(summary)] as const] : [];
    });
    return [source, Object.fromEntries(summaries)] as const;
  });
  return {
    speed: Object.fromEntries(measured.map(({ name, pagesPerCpuSecond }) => [name, rounded(pagesPerCpuSecond, 2)])),
    quality: Object.fromEntries(quality),
  };
}

function figuresOf(summary: Summary): Record<string, number | null> {
  const measures = ['f1', 'precision', 'recall', 'titleExact', 'authorsF1', 'day'] as const;
  return Object.fromEntries(measures.map((measure) => [measure, rounded(summary[measure], 6)]));
}

function rounded(value: number | undefined, decimals: number): number | null {
  return value === undefined ? null : Math.round(value * 10 ** decimals) / 10 ** decimals;
}
