import type { ArticleRecord } from '@newsmill/contracts';

export interface Receipt {
  state: string;
  articleId?: string;
  reason?: string;
}

export interface Pushed {
  status: number;
  receiptId?: string;
  statusUrl?: string;
  body: Record<string, unknown>;
}

/** What a newsroom's and a reader's programs do: plain HTTP. */
export class NewsmillClient {
  readonly pushUrl: string;
  readonly key: string;
  readonly queryUrl: string;

  constructor(pushUrl: string, key: string, queryUrl = pushUrl) {
    this.pushUrl = pushUrl;
    this.key = key;
    this.queryUrl = queryUrl;
  }

  async push(body: unknown, headers: Record<string, string> = {}): Promise<Pushed> {
    const response = await fetch(`${this.pushUrl}/v1/articles`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${this.key}`, ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
    const answer = (await response.json()) as Record<string, string>;
    return {
      status: response.status,
      body: answer,
      ...(answer.receiptId !== undefined && { receiptId: answer.receiptId }),
      ...(answer.statusUrl !== undefined && { statusUrl: answer.statusUrl }),
    };
  }

  async receipt(receiptId: string): Promise<Receipt> {
    return (await this.get(`/v1/receipts/${receiptId}`)) as Receipt;
  }

  /** Waits until a receipt is answered for. */
  async settled(receiptId: string, timeoutMs = 60_000): Promise<Receipt> {
    const final = ['stored', 'unchanged', 'rejected', 'withdrawn', 'dead'];
    return until(`receipt ${receiptId} is answered for`, timeoutMs, async () => {
      const receipt = await this.receipt(receiptId);
      return final.includes(receipt.state) ? receipt : undefined;
    });
  }

  async flow(): Promise<{ received: number; open: number; states: Record<string, number>; closes: boolean }> {
    return (await this.get('/v1/receipts')) as Awaited<ReturnType<NewsmillClient['flow']>>;
  }

  async article(id: string): Promise<ArticleRecord> {
    return (await this.get(`/v1/articles/${id}`)) as ArticleRecord;
  }

  async allArticles(): Promise<ArticleRecord[]> {
    const all: ArticleRecord[] = [];
    for (let next: string | undefined = ''; next !== undefined;) {
      const page = (await this.get(`/v1/articles?limit=200${next && `&cursor=${next}`}`)) as {
        articles: ArticleRecord[];
        next?: string;
      };
      all.push(...page.articles);
      next = page.next;
    }
    return all;
  }

  async get(path: string): Promise<unknown> {
    const response = await fetch(`${this.queryUrl}${path}`);
    if (!response.ok) throw new Error(`GET ${path}: ${response.status} ${await response.text()}`);
    return response.json();
  }
}

/** Asks again until there is an answer. @throws Error naming what was waited for */
export async function until<T>(what: string, timeoutMs: number, ask: () => Promise<T | undefined>): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  let last: unknown;
  while (Date.now() < deadline) {
    try {
      const answer = await ask();
      if (answer !== undefined) return answer;
    } catch (error) {
      last = error;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`${what}: not within ${timeoutMs} ms${last instanceof Error ? ` (${last.message})` : ''}`);
}
