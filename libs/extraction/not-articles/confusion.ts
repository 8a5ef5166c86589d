import type { Extraction, PageInput, RejectReason } from '../src/article.js';
import { buildPage } from './build-page.ts';
import type { PageDescription } from './page-description.ts';

/** What became of one page. */
export interface Verdict {
  page: PageDescription;
  reason: RejectReason | undefined;
  detail: string;
}

/** Counts over a set of pages; a page counts as rejected with whatever reason. */
export interface Confusion {
  pages: number;
  rejected: number;
  /** Pages that are no articles and were rejected, and those of them whose reason fits. */
  rightly: number;
  fitting: number;
  /** Articles that were rejected, and other pages that were taken for articles. */
  wrongly: readonly Verdict[];
  missed: readonly Verdict[];
  /** Of rejected pages, the share that are no articles. */
  precision: number;
  /** Of pages that are no articles, the share that were rejected. */
  recall: number;
}

export function judge(page: PageDescription, extract: (page: PageInput) => Extraction): Verdict {
  const found = extract(buildPage(page));
  return found.ok
    ? { page, reason: undefined, detail: found.article.text }
    : { page, reason: found.reason, detail: found.detail };
}

export function confusionOf(verdicts: readonly Verdict[]): Confusion {
  const rejected = verdicts.filter(({ reason }) => reason !== undefined);
  const others = verdicts.filter(({ page }) => page.reasons !== undefined);
  const rightly = rejected.filter(({ page }) => page.reasons !== undefined);
  return {
    pages: verdicts.length,
    rejected: rejected.length,
    rightly: rightly.length,
    fitting: rightly.filter(({ page, reason }) => page.reasons!.includes(reason!)).length,
    wrongly: rejected.filter(({ page }) => page.reasons === undefined),
    missed: others.filter(({ reason }) => reason === undefined),
    precision: rejected.length === 0 ? 1 : rightly.length / rejected.length,
    recall: others.length === 0 ? 1 : rightly.length / others.length,
  };
}
