import type { Edit } from './change.ts';
import { corrections } from './edits/corrections.ts';
import { metadata } from './edits/metadata.ts';
import { pictureEdits } from './edits/pictures.ts';
import { text } from './edits/text.ts';

export const edits: readonly Edit[] = [...text, ...metadata, ...pictureEdits, ...corrections];
