/** Runs one contestant in a thread of its own: it has its own heap, and what hangs can be ended. */
import './closed-network.ts';
import { parentPort, workerData } from 'node:worker_threads';
import type { Contestant, Found } from './contestant.ts';
import { contestants, type Name } from './contestants.ts';
import type { Page } from './gold.ts';

export type Task = { kind: 'read'; page: Page } | { kind: 'time'; pages: readonly Page[]; repeats: number };

export type Answer =
  | { kind: 'ready' }
  | { kind: 'found'; found: Found | undefined }
  | { kind: 'failed'; reason: string }
  | { kind: 'timed'; cpuSeconds: number };

const { load } = contestants[workerData as Name];
const contestant: Contestant = await load();
const answer = (message: Answer): void => parentPort!.postMessage(message);

parentPort!.on('message', (task: Task) => void (task.kind === 'read' ? read(task.page) : time(task)));
answer({ kind: 'ready' });

async function read(page: Page): Promise<void> {
  try {
    const result = await contestant.extract(page);
    answer({ kind: 'found', found: contestant.found?.(result) });
  } catch (error) {
    answer({ kind: 'failed', reason: String(error) });
  }
}

/** CPU time of the whole process, in which no other thread works meanwhile: what this one collects and compiles counts. */
async function time({ pages, repeats }: { pages: readonly Page[]; repeats: number }): Promise<void> {
  const before = process.cpuUsage();
  for (let repeat = 0; repeat < repeats; repeat += 1) {
    for (const page of pages) {
      try {
        const result = contestant.extract(page);
        if (result instanceof Promise) await result;
      } catch {
        // A page that it fails on took its time as well.
      }
    }
  }
  const { user, system } = process.cpuUsage(before);
  answer({ kind: 'timed', cpuSeconds: (user + system) / 1e6 });
}
