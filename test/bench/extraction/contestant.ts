import type { Page } from './gold.ts';

/** What an extractor says about a page, in the form that is scored. */
export interface Found {
  /** Plain text; empty where nothing was found. */
  articleBody: string;
  title?: string | undefined;
  /** Names, or one text that names them all. */
  authors?: readonly string[] | string | undefined;
  datePublished?: string | undefined;
  /** BCP 47. */
  language?: string | undefined;
  /** Only from those that keep captions and credits apart. */
  pictures?: readonly { caption?: string | undefined; credit?: string | undefined }[] | undefined;
}

/** One extractor, used as its documentation tells. */
export interface Contestant<Result = unknown> {
  /** The work whose time counts. May throw. */
  extract(page: Page): Result | Promise<Result>;
  /** Brings a result into the form that is scored. Floors, which only parse, have none. */
  found?(result: Result): Found;
}
