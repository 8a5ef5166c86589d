/** The fields that a rule may point at. */
export const RULED_FIELDS = [
  'title',
  'description',
  'authors',
  'published',
  'modified',
  'siteName',
  'publisher',
  'language',
  'section',
  'keywords',
  'leadImage',
] as const;
export type RuledField = (typeof RULED_FIELDS)[number];

/** What is known of a publisher's pages and cannot be found out from the pages themselves. */
export interface PublisherDefinition {
  name: string;
  /** Bare hosts, lower case. Subdomains are included; of two that fit the longer one is meant. */
  hosts: string[];
  /** First and last day (UTC, `2026-03-01`) on which fetched pages look like this. Both days count. */
  validFrom?: string;
  validUntil?: string;
  /**
   * CSS selectors, `selector@attribute` for an attribute. Without one, `<meta>` gives its content, `<time>` its
   * datetime, `<img>` its address and every other element its text. Of several the first that finds a value counts.
   */
  fields?: Partial<Record<RuledField, string | string[]>>;
  /** The elements that hold the running text. */
  body?: string | string[];
  /** Elements that are no part of the article: taken out of the page before anything is looked for. */
  drop?: string | string[];
  /** Beginnings of paragraphs that the publisher prints in every article. */
  dropText?: string | string[];
  /** Elements that are part of the article though their names or place say otherwise. */
  keep?: string | string[];
  /** Why the generic road fails on these pages. */
  note: string;
}
