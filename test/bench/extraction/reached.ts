import { readFileSync, writeFileSync } from 'node:fs';
import type { Gold } from './gold.ts';
import type { PageScore } from './score/page-score.ts';
import { summarise, type Summary } from './score/summary.ts';

const FILE = new URL('reached.json', import.meta.url);

/** A score may be lower than what was reached by this much. */
export const TOLERANCE = 0.003;

const MEASURES = ['f1', 'titleExact', 'authorsF1', 'day', 'captions', 'credits', 'leaks'] as const;
type Measure = (typeof MEASURES)[number];

/** Source to the scores that our extractor has reached on its pages, to four decimals. */
export type Reached = Record<string, Partial<Record<Measure, number>>>;

export function readReached(): Reached {
  return JSON.parse(readFileSync(FILE, 'utf8')) as Reached;
}

export function writeReached(reached: Reached): void {
  writeFileSync(FILE, `${JSON.stringify(reached, null, 2)}\n`);
}

export function reachedBy(scores: ReadonlyMap<string, PageScore>, gold: ReadonlyMap<string, Gold>): Reached {
  const reached: Reached = {};
  for (const source of new Set([...gold.values()].map((page) => page.source))) {
    const summary = summarise([...scores].filter(([id]) => gold.get(id)?.source === source).map(([, score]) => score));
    reached[source] = Object.fromEntries(
      MEASURES.filter((measure) => isMeaningful(source, measure, summary)).map((measure) => [
        measure,
        Math.round(summary[measure]! * 1e4) / 1e4,
      ]),
    );
  }
  return reached;
}

/** What is worse than before by more than the tolerance, in words. */
export function fallen(before: Reached, now: Reached): string[] {
  return Object.entries(before).flatMap(([source, scores]) =>
    Object.entries(scores).flatMap(([name, reached]) => {
      const measure = name as Measure;
      const score = now[source]?.[measure];
      const loss = score === undefined ? Infinity : measure === 'leaks' ? score - reached : reached - score;
      return loss > TOLERANCE + 1e-9 ? [`${source} ${measure}: ${score}, ${reached} was reached`] : [];
    }),
  );
}

/** Readability's tests hold its own output as gold: its titles, bylines and dates are not the publishers'. */
function isMeaningful(source: string, measure: Measure, summary: Summary): boolean {
  if (summary[measure] === undefined) return false;
  return measure === 'f1' || source !== 'mozilla-readability-tests';
}
