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
}
