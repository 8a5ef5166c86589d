import type { StoreHash } from '@newsmill/store';

/** Two lines that can be compared by eye or by `diff`. */
export function hashText(hash: StoreHash): string {
  return `content ${hash.content} (${hash.articles} articles)\nhistory ${hash.history} (${hash.revisions} revisions)`;
}
