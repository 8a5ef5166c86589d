import { availableParallelism } from 'node:os';
import { ContestantThread } from './contestant-thread.ts';
import { contestants, type Name } from './contestants.ts';
import { readPage, type GoldSet } from './gold.ts';
import { scorePage, type PageScore } from './score/page-score.ts';
import type { StoredResults } from './stored-results.ts';

/** How one contestant read the pages. */
export interface Performance {
  /** Absent for floors. */
  scores?: ReadonlyMap<string, PageScore>;
  /** Page to the language that the contestant says. */
  languages: ReadonlyMap<string, string>;
  /** Page to what went wrong. Scored as if nothing was found. */
  failures: ReadonlyMap<string, string>;
  /** The failed pages that took too long. */
  hung: ReadonlySet<string>;
}

/** Runs every contestant over all pages, several at a time: the CPU is not measured here. */
export async function measureQuality(
  threads: readonly ContestantThread[],
  folder: string,
  gold: GoldSet,
  done: (name: Name, seconds: number) => void,
): Promise<Map<Name, Performance>> {
  const performances = new Map<Name, Performance>();
  // The slow ones stand last in the list and start first, so that none is waited for alone.
  const waiting = [...threads];
  const work = async (): Promise<void> => {
    for (let thread = waiting.pop(); thread; thread = waiting.pop()) {
      const began = performance.now();
      performances.set(thread.name, await perform(thread, folder, gold));
      done(thread.name, (performance.now() - began) / 1000);
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, work));
  return performances;
}

async function perform(thread: ContestantThread, folder: string, gold: GoldSet): Promise<Performance> {
  const isFloor = contestants[thread.name].kind === 'floor';
  const scores = new Map<string, PageScore>();
  const languages = new Map<string, string>();
  const failures = new Map<string, string>();
  const hung = new Set<string>();
  for (const [id, expected] of gold) {
    const { found, failure, hangs } = await thread.read(readPage(folder, id, expected));
    if (failure !== undefined) failures.set(id, failure);
    if (hangs) hung.add(id);
    if (found?.language) languages.set(id, found.language);
    if (!isFloor) scores.set(id, scorePage(expected, found));
  }
  return { ...(!isFloor && { scores }), languages, failures, hung };
}

/** Page to language without region, as the first contestant that knows it says. */
export function languagesOf(gold: GoldSet, performances: readonly Performance[]): Map<string, string> {
  return new Map(
    [...gold.keys()].map((id) => {
      const language = performances.map(({ languages }) => languages.get(id)).find((one) => one !== undefined);
      return [id, language?.split(/[-_]/)[0]!.toLowerCase() ?? 'not told'];
    }),
  );
}

/**
 * Scores of results that were stored earlier, on the sources that they cover; there a page without a result counts as
 * read without finding anything.
 */
export function scoreStored(gold: GoldSet, results: StoredResults): Map<string, PageScore> {
  const covered = new Set(Object.keys(results).map((id) => gold.get(id)?.source));
  const pages = [...gold].filter(([, { source }]) => covered.has(source));
  return new Map(
    pages.map(([id, expected]) => {
      const found = results[id] ?? {};
      return [id, scorePage(expected, { ...found, articleBody: found.articleBody ?? '' })];
    }),
  );
}
