import type { DropReason } from './trace.js';

/**
 * Why an extraction came out as it did: every signal that was read, and what became of it. Plain data; properties are
 * added, not renamed or removed.
 */
export interface Explanation {
  url: string;
  outcome: { article: true; title: string } | { article: false; reason: string; detail: string };
  /** The publisher whose rules were applied. */
  publisher?: ExplainedPublisher;
  /** Every field that had a candidate, in the order in which fields are chosen. */
  fields: ExplainedField[];
  body: ExplainedBody;
  /** Pictures from the title to the end of the body, and the candidates for the lead image under `fields`. */
  images: ExplainedImage[];
  /** The evidence for the page being an article or something else. */
  pageKind: Record<string, unknown>;
  /** As in the article. */
  missing: string[];
  warnings: string[];
}

export interface ExplainedPublisher {
  name: string;
  note: string;
  /** Parts of the rules whose selectors found nothing. */
  missed: string[];
  /** What `drop` took out before anything was looked for. */
  dropped: { selector: string; text: string }[];
}

export interface ExplainedField {
  field: string;
  /** The chosen one first, then as they were read. */
  candidates: ExplainedCandidate[];
}

export interface ExplainedCandidate {
  value: unknown;
  source: string;
  rule?: string;
  confidence: number;
  /** Confidence and agreement together, where agreement decides (the title). */
  score?: number;
  chosen: boolean;
  why: string;
}

export interface ExplainedBody {
  /** Elements that were weighed as the body, best first. */
  candidates: ExplainedElement[];
  /** Texts that were weighed as the content. */
  contents: { source: string; rule?: string; confidence: number; letters: number; chosen: boolean }[];
  /** Every stretch of text of the page in page order. */
  blocks: ExplainedBlock[];
}

export interface ExplainedElement {
  /** Where it stands: tags with id or first class, outermost first. */
  path: string;
  /** Net letters of running text. */
  letters: number;
  /** Part of all such letters of the page, 0 to 1. */
  share: number;
  /** Letters times what its kind and name promise. */
  score: number;
  chosen: boolean;
}

export interface ExplainedBlock {
  /** The beginning of the text. */
  text: string;
  /** Length of the whole text. */
  characters: number;
  path: string;
  kept: boolean;
  /** `running-text` or `stand-first` for what was kept. */
  why: DropReason | 'running-text' | 'stand-first';
}

export interface ExplainedImage {
  path: string;
  url?: string;
  caption?: string;
  credit?: string;
  kept: boolean;
  why: string;
}
