import { dependencyOf } from '@newsmill/service';

/** Most calls of one run. */
const MOST = 128;

interface Waiting<Call, Result> {
  call: Call;
  resolve(result: Result): void;
  reject(error: unknown): void;
}

/**
 * Calls that are made together, as one statement of the database: those of one turn of the event loop, and those that come
 * in while a run is under way. The more there are at once, the fewer statements each of them costs; one alone waits for
 * nobody. A run has one call for a key at most: a second one goes with the next run.
 */
export class JoinedCalls<Call, Result> {
  private waiting: Waiting<Call, Result>[] = [];
  private isRunning = false;

  /** @param run gives the results in the order of the calls */
  constructor(
    private readonly keyOf: (call: Call) => string,
    private readonly run: (calls: readonly Call[]) => Promise<readonly Result[]>,
  ) {}

  make(call: Call): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ call, resolve, reject });
      if (this.isRunning) return;
      this.isRunning = true;
      setImmediate(() => void this.runAll());
    });
  }

  private async runAll(): Promise<void> {
    while (this.waiting.length > 0) await this.runTogether(this.next());
    this.isRunning = false;
  }

  private next(): Waiting<Call, Result>[] {
    const chosen = new Map<string, Waiting<Call, Result>>();
    const left: Waiting<Call, Result>[] = [];
    for (const waiting of this.waiting) {
      const key = this.keyOf(waiting.call);
      if (chosen.size < MOST && !chosen.has(key)) chosen.set(key, waiting);
      else left.push(waiting);
    }
    this.waiting = left;
    return [...chosen.values()];
  }

  /** A call that cannot be made is not made at the expense of the others: each is tried alone then. */
  private async runTogether(some: readonly Waiting<Call, Result>[]): Promise<void> {
    try {
      const results = await this.run(some.map(({ call }) => call));
      some.forEach(({ resolve }, index) => resolve(results[index]!));
    } catch (error) {
      if (some.length === 1 || dependencyOf(error) !== undefined) for (const { reject } of some) reject(error);
      else for (const one of some) await this.runTogether([one]);
    }
  }
}
