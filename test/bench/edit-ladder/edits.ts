import type { Anchored } from './anchors.ts';
import type { Chance } from './chance.ts';
import { corrections } from './edits/corrections.ts';
import { metadata } from './edits/metadata.ts';
import { pictureEdits } from './edits/pictures.ts';
import { text } from './edits/text.ts';

/** Something that the newsroom changed, by the field in which a subscriber must be told of it. */
export interface Edit {
  name: string;
  field: string;
  /** The source after the edit, and the words that it took away; undefined where the page has nothing to be edited so. */
  apply(page: Anchored, chance: Chance): Edited | undefined;
}

export interface Edited {
  html: string;
  /** What stood there before: another field that held it may move as well. */
  took?: string | readonly string[];
}

export const edits: readonly Edit[] = [...text, ...metadata, ...pictureEdits, ...corrections];
