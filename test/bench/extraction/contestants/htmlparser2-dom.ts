import { parseDocument } from 'htmlparser2';
import type { Contestant } from '../contestant.ts';

/** Floor: builds a tree and does nothing with it. */
export const htmlparser2Dom: Contestant = { extract: ({ html }) => parseDocument(html) };
