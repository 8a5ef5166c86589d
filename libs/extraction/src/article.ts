/** A page as the fetcher hands it over: decoded text and where it came from. */
export interface PageInput {
  html: string;
  /** The final URL that the HTML came from (after redirects): relative links resolve against it. */
  url: string;
  /** HTTP status of the response; an error status makes the page no article. */
  status?: number;
  /** The Content-Language response header, used when the page declares no language itself. */
  contentLanguage?: string;
  /** RFC 3339, when the page was fetched: tells which of a publisher's rules are valid. */
  fetchedAt?: string;
  /** What the feed or sitemap said. Used only where the page says nothing. */
  hints?: { title?: string; published?: string };
}

/** Why a page holds no article. A closed list: consumers count by it. */
export const REJECT_REASONS = [
  /** The page's address is no absolute http(s) URL. */
  'invalid-url',
  /** The server answered with an error status. */
  'error-status',
  'empty-page',
  /** The page has more characters than are read. */
  'too-large',
  /** Neither the metadata nor a heading names the page. */
  'no-title',
  /** A title without running text. */
  'no-body',
  /** Home, section, topic, author, search and media indexes, archives: ways to articles. */
  'list-page',
  'login-wall',
  /** An article that is shown to subscribers alone. */
  'paywall',
  /** The page asks for consent to cookies before it shows anything. */
  'consent-wall',
  /** "Not found", "gone", "under maintenance" and the like with a status of success. */
  'error-page',
  /** The server takes the reader for a machine: asks for a proof or denies access. */
  'bot-check',
  /** The page only sends the reader elsewhere. */
  'redirect',
  /** The page shows nothing until its scripts have run. */
  'needs-script',
  /** The site's own pages (legal, about, contact, newsletter), products, jobs, events, tables of data, comments. */
  'not-news',
] as const;
export type RejectReason = (typeof REJECT_REASONS)[number];

export type Extraction = { ok: true; article: ExtractedArticle } | { ok: false; reason: RejectReason; detail: string };

export interface Author {
  name: string;
  url?: string;
}

/** A moment that the page states. */
export interface DateFound {
  /** UTC, RFC 3339, to the second (or finer when the page says so). */
  iso: string;
  /** Exactly what stood on the page. */
  raw: string;
  /** `assumed-utc` when the page names no zone. */
  zone: 'explicit' | 'assumed-utc';
  /** The signal it was taken from, e.g. `json-ld`. */
  source: string;
}

/** A publisher's note about what was wrong. */
export interface Correction {
  text: string;
  /** UTC, RFC 3339: when it was made, as far as it says so. */
  date?: string;
}

export interface ImageFound {
  /** Absolute http(s) URL of the largest version that the page offers. */
  url: string;
  caption?: string;
  credit?: string;
  alt?: string;
  /** Pixels, as the page declares them. */
  width?: number;
  height?: number;
}

/** A stretch of text with one formatting. A line break stands as `\n` inside `text`. */
export interface Run {
  text: string;
  /** Absolute http, https or mailto URL. */
  href?: string;
  strong?: true;
  emphasis?: true;
  code?: true;
}

export interface ListItem {
  /** 0 for the outermost list. */
  depth: number;
  /** True when the list that the item stands in is numbered. */
  ordered: boolean;
  runs: Run[];
}

export interface Definition {
  /** True for what is defined, false for what is said about it. */
  term: boolean;
  runs: Run[];
}

export interface TableCell {
  header: boolean;
  /** Empty for a cell without text, which keeps its place. */
  runs: Run[];
  /** Columns and rows that the cell covers, when more than one. */
  colspan?: number;
  rowspan?: number;
}

export type Block =
  | { kind: 'paragraph'; runs: Run[] }
  | { kind: 'heading'; level: 2 | 3 | 4 | 5 | 6; runs: Run[] }
  /** `start` is the number of the first item, when it is not 1. */
  | { kind: 'list'; ordered: boolean; start?: number; items: ListItem[] }
  | { kind: 'definitions'; items: Definition[] }
  | { kind: 'quote'; paragraphs: Run[][] }
  | { kind: 'table'; caption?: Run[]; rows: TableCell[][] }
  | { kind: 'preformatted'; text: string };

/** Where a field's value came from. */
export interface FieldProvenance {
  /** The signal: publisher-rule, json-ld, open-graph, meta, microdata, dom, url, http or hint. */
  source: string;
  /** The place within the signal, e.g. the property or the name of the rule. */
  rule?: string;
  /** 0 to 1: how far the signal is to be trusted for this field. */
  confidence: number;
}

export interface ExtractedArticle {
  title: string;
  /** The heading that the page shows, where it words the title otherwise than the metadata agree on. */
  shownTitle?: string;
  description?: string;
  authors: Author[];
  published?: DateFound;
  modified?: DateFound;
  canonicalUrl?: string;
  ampUrl?: string;
  siteName?: string;
  publisher?: string;
  /** BCP 47, as the page declares it. */
  language?: string;
  section?: string;
  keywords: string[];
  leadImage?: ImageFound;
  /** The pictures of the article in page order, without the lead image's other sizes. */
  images: ImageFound[];
  blocks: Block[];
  /** Plain text of the blocks, separated by a blank line. */
  text: string;
  /** Sanitised HTML, built from the blocks: nothing of the page's own markup survives. */
  html: string;
  /** What the publisher corrected, as the page states or shows it; absent when nothing. It is no part of the body. */
  corrections?: Correction[];
  /** The publisher's notes about how the article came to be, a line each. They stand in the body as well. */
  editorNote?: string;
  /** What isAccessibleForFree declares; absent when the page says nothing. */
  access: { free?: boolean; evidence?: string };
  provenance: Record<string, FieldProvenance>;
  /** Fields that a complete article has and this page did not state. */
  missing: string[];
  warnings: string[];
}
