import type { Trace } from '../explain/trace.js';

/** What other signals say about the article, for finding and trimming its body. */
export interface BodyHints {
  /** Where the page says that it stands. */
  url: string;
  title: string | undefined;
  /** The element of the title's heading. */
  titleNode: number | undefined;
  descriptions: readonly string[];
  /** Names of the writers. */
  authors: readonly string[];
  /** JSON-LD articleBody, plain text. */
  reference: string | undefined;
  /** True when the publisher marks the text as for subscribers alone. */
  locked: boolean;
  /** What a publisher's own rules say of the body. */
  rules?: BodyRules | undefined;
  trace?: Trace | undefined;
}

/** What a publisher's own rules found in the page. Elements are in document order, none inside another of its kind. */
export interface BodyRules {
  /** The elements that hold the running text; empty when no rule names them. */
  readonly body: readonly number[];
  /** Elements that belong to the article though they look like something else. */
  readonly keep: readonly number[];
  /** Beginnings of paragraphs that stand in every article of the publisher. */
  readonly dropText: readonly string[];
}
