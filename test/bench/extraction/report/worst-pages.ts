import { readFileSync } from 'node:fs';
import { publisherOf, type GoldSet } from '../gold.ts';
import { pageF1 } from '../score/page-score.ts';
import { standing } from './breakdown.ts';
import { score } from './markdown.ts';
import type { Row } from './row.ts';

/** Page to why it is read badly: written down after looking at it, not computed. */
const REASONS = new URL('../worst-pages.json', import.meta.url);

/** Those of some pages with the lowest F1, worst first. */
export function worstPages(rows: readonly Row[], gold: GoldSet, ids: readonly string[], count: number): string {
  const reasons = JSON.parse(readFileSync(REASONS, 'utf8')) as Record<string, string>;
  const ours = rows.find(({ kind }) => kind === 'own')?.scores;
  const worst = ids
    .map((id) => ({ id, page: ours?.get(id) }))
    .map(({ id, page }) => ({ id, body: page?.body, f1: (page && pageF1(page)) ?? 1 }))
    .sort((a, b) => a.f1 - b.f1)
    .slice(0, count);
  return [
    '| Page | Publisher | F1 | Precision | Recall | Best other | Reason |',
    '| --- | --- | --: | --: | --: | --- | --- |',
    ...worst.map(({ id, body, f1 }) => {
      const page = gold.get(id)!;
      const publisher = page.url === undefined ? '' : publisherOf(id, page);
      const best = standing(rows, [id]);
      const other = best ? `${score(best.best)} ${best.name}` : '';
      const reason = reasons[id] ?? 'no reason written yet';
      return `| ${id} | ${publisher} | ${score(f1)} | ${score(body?.precision)} | ${score(body?.recall)} | ${other} | ${reason} |`;
    }),
  ].join('\n');
}
