import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Answer, Task } from './contestant-worker.ts';
import type { Name } from './contestants.ts';
import type { Found } from './contestant.ts';
import type { Page } from './gold.ts';

/** What became of a page. Where nothing was found, `found` may be absent without a failure. */
export interface Reading {
  found?: Found;
  /** Why there is none: what was thrown, or that it took too long. */
  failure?: string;
  /** It took too long. */
  hangs?: boolean;
}

class Hang extends Error {}

/** A contestant in its thread, which is started anew after a page that hangs or ends it. */
export class ContestantThread {
  readonly name: Name;
  readonly #pageSeconds: number;
  #worker: Worker | undefined;

  /** @param pageSeconds after which a page counts as failed */
  constructor(name: Name, pageSeconds: number) {
    this.name = name;
    this.#pageSeconds = pageSeconds;
  }

  /** @throws when the contestant cannot be loaded. */
  async read(page: Page): Promise<Reading> {
    const worker = await this.#started();
    try {
      const answer = await this.#ask(worker, { kind: 'read', page }, this.#pageSeconds);
      if (answer.kind === 'found') return answer.found ? { found: answer.found } : {};
      return { failure: answer.kind === 'failed' ? answer.reason : 'wrong answer' };
    } catch (error) {
      return { failure: String(error), hangs: error instanceof Hang };
    }
  }

  /**
   * CPU seconds for all pages, as often as told.
   * @throws when that takes longer than the pages may take.
   */
  async time(pages: readonly Page[], repeats: number): Promise<number> {
    const patience = this.#pageSeconds * pages.length * repeats;
    const answer = await this.#ask(await this.#started(), { kind: 'time', pages, repeats }, patience);
    if (answer.kind !== 'timed') throw new Error(`${this.name} did not tell its time`);
    return answer.cpuSeconds;
  }

  async stop(): Promise<void> {
    await this.#worker?.terminate();
    this.#worker = undefined;
  }

  async #ask(worker: Worker, task: Task, seconds: number): Promise<Answer> {
    const patience = AbortSignal.timeout(seconds * 1000);
    try {
      // Rejects also on the thread's `error`, which is what an exception outside of the call ends in.
      const answered = once(worker, 'message', { signal: patience });
      worker.postMessage(task);
      const [answer] = (await answered) as [Answer];
      return answer;
    } catch (error) {
      await this.stop();
      throw patience.aborted ? new Hang(`${this.name} took more than ${seconds} s`, { cause: error }) : error;
    }
  }

  async #started(): Promise<Worker> {
    if (this.#worker) return this.#worker;
    const worker = new Worker(new URL('contestant-worker.ts', import.meta.url), {
      workerData: this.name,
      // What a contestant prints is not the bench's report.
      stdout: true,
      stderr: true,
    });
    worker.stdout.resume();
    worker.stderr.resume();
    await once(worker, 'message');
    // A late exception between two pages must not end the bench: the next page finds the thread gone.
    worker.on('error', () => (this.#worker = undefined));
    this.#worker = worker;
    return worker;
  }
}
