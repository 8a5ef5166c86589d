/** A scrape waits for a value so many milliseconds at most: a dependency that says nothing must not hide all the others. */
const PATIENCE_MS = 1_000;

/**
 * A value that is asked for when metrics are scraped. Asks one question at a time, however many scrapes wait for it; what
 * comes too late is not told.
 */
export class Watched<T> {
  private asking: Promise<T> | undefined;
  private known: { value: T; at: number } | undefined;

  /**
   * @param maxAgeMs an answer is told again for so many milliseconds, for questions that cost something. Default: 0
   * @param patienceMs how long an answer is waited for. Default: 1,000
   */
  constructor(
    private readonly ask: () => Promise<T> | T,
    private readonly maxAgeMs = 0,
    private readonly patienceMs = PATIENCE_MS,
  ) {}

  /** `undefined`: it cannot be known now. */
  async value(): Promise<T | undefined> {
    if (this.known !== undefined && performance.now() - this.known.at < this.maxAgeMs) return this.known.value;
    this.asking ??= this.begin();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<undefined>((resolve) => {
      timer = setTimeout(() => resolve(undefined), this.patienceMs);
    });
    try {
      return await Promise.race([this.asking, late]);
    } catch {
      return undefined;
    } finally {
      clearTimeout(timer);
    }
  }

  private async begin(): Promise<T> {
    try {
      const value = await this.ask();
      this.known = { value, at: performance.now() };
      return value;
    } finally {
      this.asking = undefined;
    }
  }
}
