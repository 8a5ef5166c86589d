import type { ContestantThread } from './contestant-thread.ts';
import type { Name } from './contestants.ts';
import { readPage, type GoldSet, type Page } from './gold.ts';

/** Pages of the speed measurement at most: at five a second the slowest contestants take 12 s for them. */
const SAMPLE = 60;
/** Contestants take turns after so many pages, so that what else the machine does hits all alike. */
const BLOCK = 15;
/** CPU seconds of a turn at least: fast contestants read the block several times. */
const LEAST_TURN = 0.4;
/** CPU seconds of reading before it counts: by then what runs often is compiled. */
const WARM_UP = 4;

/** The pages that all contestants are timed on: evenly spread over the scrapinghub ones, else over all. */
export function speedPages(folder: string, gold: GoldSet, left: ReadonlySet<string>): Page[] {
  const all = [...gold].filter(([id]) => !left.has(id));
  const known = all.filter(([, { source }]) => source.includes('scrapinghub'));
  const pool = known.length > 0 ? known : all;
  const step = Math.max(1, pool.length / SAMPLE);
  const chosen = Array.from({ length: Math.min(SAMPLE, pool.length) }, (_, index) => pool[Math.floor(index * step)]!);
  return chosen.map(([id, expected]) => readPage(folder, id, expected));
}

/**
 * Pages per CPU second of each contestant, warm, all rounds together. Every round goes through all blocks; at each block
 * every contestant has its turn, each time another one first.
 */
export async function measureSpeed(
  threads: readonly ContestantThread[],
  pages: readonly Page[],
  rounds: number,
): Promise<Map<Name, number>> {
  const blocks = Array.from({ length: Math.ceil(pages.length / BLOCK) }, (_, index) =>
    pages.slice(index * BLOCK, (index + 1) * BLOCK),
  );
  const totals = new Map<Name, { repeats: number; pages: number; seconds: number }>();
  for (const thread of threads) {
    const seconds = await warmUp(thread, blocks);
    totals.set(thread.name, { repeats: Math.max(1, Math.ceil(LEAST_TURN / seconds)), pages: 0, seconds: 0 });
  }
  for (let turn = 0; turn < rounds * blocks.length; turn += 1) {
    const block = blocks[turn % blocks.length]!;
    for (let place = 0; place < threads.length; place += 1) {
      const thread = threads[(place + turn) % threads.length]!;
      const total = totals.get(thread.name)!;
      total.seconds += await thread.time(block, total.repeats);
      total.pages += block.length * total.repeats;
    }
  }
  return new Map([...totals].map(([name, { pages: read, seconds }]) => [name, read / seconds]));
}

/** CPU seconds that the last block took. */
async function warmUp(thread: ContestantThread, blocks: readonly (readonly Page[])[]): Promise<number> {
  let total = 0;
  for (let index = 0; ; index += 1) {
    const seconds = await thread.time(blocks[index % blocks.length]!, 1);
    total += seconds;
    if (total >= WARM_UP) return seconds;
  }
}
