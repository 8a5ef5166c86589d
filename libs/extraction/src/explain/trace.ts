import type { FieldProvenance } from '../article.js';

/** Why a stretch of text did not come into the article. */
export const DROP_REASONS = [
  'publisher-rule',
  'caption',
  'byline',
  'tools',
  'related',
  'promotion',
  'comments',
  'frame',
  'tags',
  'hidden',
  'page-heading',
  'no-words',
  'repeated-title',
  'title-and-date',
  'lone-link',
  'page-line',
  'date-line',
  'repeated-paragraph',
  'header-line',
  'announced-box',
  'link-list',
  'house-notice',
  'writer-note',
  'correction',
  'not-in-stated-body',
  'picture-caption',
  'above-body',
  'below-body',
  'stated-body-instead',
] as const;
export type DropReason = (typeof DROP_REASONS)[number];

/** A possible value of a field. */
export interface TracedCandidate extends FieldProvenance {
  value: unknown;
}

/** An element that was weighed as the article's body. */
export interface WeighedElement {
  node: number;
  /** Net letters of running text inside. */
  letters: number;
  score: number;
}

/** A text that could have been the article's content. */
export interface WeighedContent extends FieldProvenance {
  letters: number;
  chosen: boolean;
}

/** A picture that was looked at and left. */
export interface LeftImage {
  node: number;
  why: string;
}

/**
 * What an extraction writes down about its decisions while it makes them. Nobody who does not ask for it has one, so
 * every note stands behind `trace?.` and costs nothing then.
 */
export class Trace {
  readonly fields = new Map<string, { candidates: readonly TracedCandidate[]; scores?: readonly number[] }>();
  readonly weighed: WeighedElement[] = [];
  /** By first node of a segment. */
  readonly drops = new Map<number, DropReason>();
  readonly contents: WeighedContent[] = [];
  readonly leftImages: LeftImage[] = [];
  kind: Record<string, unknown> = {};

  field(name: string, candidates: readonly TracedCandidate[], scores?: readonly number[]): void {
    this.fields.set(name, { candidates, ...(scores && { scores }) });
  }

  weigh(node: number, letters: number, score: number): void {
    this.weighed.push({ node, letters, score });
  }

  /** The first reason counts: later steps see only what is left. */
  drop(segment: { readonly start: number }, why: DropReason): void {
    if (!this.drops.has(segment.start)) this.drops.set(segment.start, why);
  }

  /** Everything of `before` that is not in `after` was dropped for one reason. */
  dropMissing(
    before: readonly { readonly start: number }[],
    after: readonly { readonly start: number }[],
    why: DropReason,
  ): void {
    const left = new Set(after.map(({ start }) => start));
    for (const segment of before) if (!left.has(segment.start)) this.drop(segment, why);
  }

  content(content: WeighedContent): void {
    this.contents.push(content);
  }

  /** Says where the chosen content came from in place of what was said before. */
  contentCameFrom(provenance: FieldProvenance): void {
    const chosen = this.contents.findIndex((content) => content.chosen);
    if (chosen >= 0) this.contents[chosen] = { ...this.contents[chosen]!, ...provenance };
  }

  leaveImage(node: number, why: string): void {
    this.leftImages.push({ node, why });
  }
}
