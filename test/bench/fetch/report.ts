import type { FeedsResult } from './feeds.ts';
import type { PagesResult } from './pages.ts';

export interface Results {
  feeds: FeedsResult[];
  pages: PagesResult[];
}
export function report(results: Results): string {
  return JSON.stringify(results, null, 1);
}
