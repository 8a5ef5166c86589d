import { setTimeout as sleep } from 'node:timers/promises';
import type { SentArticle } from './articles.ts';
import type { Ledger } from './ledger.ts';

export interface LoadOptions {
  pushUrl: string;
  key: string;
  ledger: Ledger;
  articleOf(number: number): SentArticle;
  /** Articles a second at most. */
  rate: number;
  /** Articles at least; more are sent while something still wants load. */
  articles: number;
}

const WORKERS = 16;
const PUSH_TIMEOUT_MS = 15_000;

/** A newsroom: pushes at a rate, keeps what got a 202, and pushes anything else again until it does. */
export class Load {
  readonly done: Promise<void>;
  #number = 0;
  #enough = false;
  #stopped = false;
  /** The longest time without a 202, in milliseconds. */
  longestGapMs = 0;
  #lastAt = performance.now();
  readonly #options: LoadOptions;
  readonly #began = performance.now();

  /** @param first the number of the first article */
  constructor(options: LoadOptions, first = 0) {
    this.#options = options;
    this.#number = first;
    this.done = Promise.all(Array.from({ length: WORKERS }, () => this.#work(first))).then(() => undefined);
  }

  get sent(): number {
    return this.#number;
  }

  /** No more than the articles asked for. */
  enough(): void {
    this.#enough = true;
  }

  /** Gives up, for a row that has failed. */
  stop(): void {
    this.#stopped = true;
  }

  async #work(first: number): Promise<void> {
    const { rate, articles, articleOf } = this.#options;
    while (!this.#stopped && !(this.#enough && this.#number - first >= articles)) {
      const place = this.#number - first;
      const number = this.#number++;
      const early = this.#began + (place * 1000) / rate - performance.now();
      if (early > 0) await sleep(early);
      await this.#push(articleOf(number));
    }
  }

  async #push(article: SentArticle): Promise<void> {
    for (let tries = 1; !this.#stopped; tries += 1) {
      if (await pushOnce(this.#options, article)) {
        const now = performance.now();
        this.longestGapMs = Math.max(this.longestGapMs, now - this.#lastAt);
        this.#lastAt = now;
        return;
      }
      await sleep(Math.min(100 * tries, 1_000));
    }
  }
}

/** @returns whether it got a 202, which the ledger then holds */
export async function pushOnce(
  { pushUrl, key, ledger }: Pick<LoadOptions, 'pushUrl' | 'key' | 'ledger'>,
  { guid, url, html, hash }: SentArticle,
): Promise<boolean> {
  ledger.sent.add(guid);
  try {
    const response = await fetch(`${pushUrl}/v1/articles`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
      body: JSON.stringify({ guid, url, html }),
      signal: AbortSignal.timeout(PUSH_TIMEOUT_MS),
    });
    const answer = (await response.json()) as { articleId: string; receiptId: string };
    if (response.status === 202) {
      ledger.note({ guid, hash, articleId: answer.articleId, receiptId: answer.receiptId });
      return true;
    }
    if (response.status >= 400 && response.status < 500 && response.status !== 429) {
      throw new TypeError(`push of ${guid}: ${response.status} ${JSON.stringify(answer)}`);
    }
  } catch (error) {
    // `fetch failed` is a TypeError with a cause; one of ours has none.
    if (error instanceof TypeError && error.cause === undefined) throw error;
  }
  ledger.refused += 1;
  return false;
}
