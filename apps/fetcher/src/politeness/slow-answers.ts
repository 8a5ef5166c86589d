import { type OnApplicationShutdown, Injectable } from '@nestjs/common';

/** Answers that are awaited outside their batches at once; for one more its batch waits. */
const MAX_SLOW = 32;
/** An answer that nobody has come back for is forgotten after so many milliseconds: its link went to another process. */
const KEPT_MS = 60_000;

/**
 * Answers that take longer than the other links of a batch should wait for. They are awaited here, and the link is deferred;
 * when it comes back its answer is taken from here. Lost with the process: the link is fetched again then.
 */
@Injectable()
export class SlowAnswers<Answer> implements OnApplicationShutdown {
  private readonly waiting = new Map<string, Promise<Answer>>();
  private readonly closing = new AbortController();

  /** Later than the stages stop: a batch in hand takes its answers, or leaves its links to be deferred. */
  onApplicationShutdown(): void {
    this.closing.abort(new Error('the process stops'));
  }

  /**
   * Begins the work of a link, or takes up what has been begun.
   * @param id of the link
   * @param patienceMs after which the caller goes on without the answer
   * @param signal ends the waiting; the work itself is ended by it only before the patience is
   * @returns the answer, or `undefined` when it is slow: the caller comes back for it
   */
  async await(
    id: string,
    patienceMs: number,
    signal: AbortSignal,
    begin: (signal: AbortSignal) => Promise<Answer>,
  ): Promise<Answer | undefined> {
    const mine = new AbortController();
    const abort = (): void => mine.abort(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    const known = this.waiting.get(id);
    const work = known ?? begin(AbortSignal.any([mine.signal, this.closing.signal]));
    try {
      if (known === undefined && this.waiting.size >= MAX_SLOW) return await work;
      const isDone = await settledWithin(work, patienceMs, signal);
      signal.throwIfAborted();
      if (isDone) {
        this.waiting.delete(id);
        return await work;
      }
      if (known === undefined) this.keep(id, work);
      return undefined;
    } finally {
      signal.removeEventListener('abort', abort);
    }
  }

  private keep(id: string, work: Promise<Answer>): void {
    this.waiting.set(id, work);
    const forget = (): void => {
      setTimeout(() => {
        if (this.waiting.get(id) === work) this.waiting.delete(id);
      }, KEPT_MS).unref();
    };
    work.then(forget, forget);
  }
}

/** Whether the work ends within so many milliseconds, well or ill. */
function settledWithin(work: Promise<unknown>, ms: number, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const end = (isDone: boolean): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
      resolve(isDone);
    };
    const abort = (): void => end(false);
    const timer = setTimeout(() => end(false), ms);
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) abort();
    work.then(
      () => end(true),
      () => end(true),
    );
  });
}
