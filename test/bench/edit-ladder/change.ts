import type { Anchored } from './anchors.ts';
import type { Chance } from './chance.ts';

/** Something that moves from one visit to the next and that is not the article. */
export interface Churn {
  name: string;
  /** The source as one visit finds it; equal to the page's own where the page has nothing that could move so. */
  visit(page: Anchored, chance: Chance): string;
}

/** Something that the newsroom changed, by the field in which a subscriber must be told of it. */
export interface Edit {
  name: string;
  field: string;
  /** Undefined where the page has nothing to be edited so. */
  apply(page: Anchored, chance: Chance): Edited | undefined;
}

export interface Edited {
  html: string;
  /** What stood there before: another field that held it may move as well. */
  took?: string | readonly string[];
}
