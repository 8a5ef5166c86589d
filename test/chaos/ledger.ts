import { closeSync, openSync, writeSync } from 'node:fs';

/** What a newsroom was promised by one 202. */
export interface Promised {
  guid: string;
  articleId: string;
  receiptId: string;
  hash: string;
}

/** The truth, outside of what breaks: a file of what got a 202, and what was sent at all. */
export class Ledger {
  /** By article id; several where a newsroom pushed an article again. */
  readonly promised = new Map<string, Promised>();
  /** Receipts that were handed out. */
  receipts = 0;
  /** Guids that were sent, whatever the answer. */
  readonly sent = new Set<string>();
  /** Tries that got no 202. */
  refused = 0;
  readonly #file: number;

  constructor(path: string) {
    this.#file = openSync(path, 'a');
  }

  note(entry: Promised): void {
    writeSync(this.#file, `${JSON.stringify(entry)}\n`);
    this.promised.set(entry.articleId, entry);
    this.receipts += 1;
  }

  close(): void {
    closeSync(this.#file);
  }
}
