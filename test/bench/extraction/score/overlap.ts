/** Length of the word runs that two texts are compared by, as in the scrapinghub article extraction benchmark. */
const RUN = 4;

/** Shares of common word runs. Undefined where the side in question has no words. */
export interface Overlap {
  /** Of the found text, the share that is gold. */
  precision: number | undefined;
  /** Of the gold text, the share that is found. */
  recall: number | undefined;
}

type Counts = ReadonlyMap<string, number>;

/** Letters, digits and underscores of any script; combining marks separate, as in the benchmark named above. */
export function wordsOf(text: string): string[] {
  return text.match(/[\p{L}\p{N}_]+/gu) ?? [];
}

/** Compares two texts by all their runs of four words, counted as often as they occur. */
export function compareTexts(gold: string, found: string): Overlap {
  const [expected, actual] = [countRuns(gold), countRuns(found)];
  let common = 0;
  for (const [run, count] of expected) common += Math.min(count, actual.get(run) ?? 0);
  const share = (counts: Counts): number | undefined => (counts.size === 0 ? undefined : common / sizeOf(counts));
  return { precision: share(actual), recall: share(expected) };
}

/** Of the runs of a text, the share that occurs in another one at all. Undefined for a text without words. */
export function shareWithin(text: string, whole: string): number | undefined {
  const runs = countRuns(text);
  const around = countRuns(whole);
  let hits = 0;
  for (const [run, count] of runs) if (around.has(run)) hits += count;
  return runs.size === 0 ? undefined : hits / sizeOf(runs);
}

/** A text shorter than a run is one run. */
function countRuns(text: string): Counts {
  const words = wordsOf(text);
  const counts = new Map<string, number>();
  if (words.length === 0) return counts;
  for (let start = 0; start === 0 || start + RUN <= words.length; start += 1) {
    const run = words.slice(start, start + RUN).join(' ');
    counts.set(run, (counts.get(run) ?? 0) + 1);
  }
  return counts;
}

function sizeOf(counts: Counts): number {
  let size = 0;
  for (const count of counts.values()) size += count;
  return size;
}
