import { Role } from '../body/names.js';
import type { Body } from '../body/find-body.js';

const EDITOR_NOTE =
  /^[[(*\s]{0,3}(?:editor(?:['’]s|s['’]|s)? note|author['’]s note|note (?:from|by) the editors?|note to readers|publisher['’]s note|anmerkung der redaktion|anm\. d\. red|hinweis der redaktion|note de la rédaction|ndlr|nota (?:de la redacción|del editor|da redação|do editor|della redazione)|noot van de redactie|redaktionens (?:kommentar|note))\b/iu;

/** Shorter lines announce notes, longer paragraphs talk about them. */
const MIN_NOTE = 20;
const MAX_NOTE = 1_200;

/** Notes kept of one article. */
const MAX_NOTES = 5;

/** The notes of the editors about how the article came to be, as they stand, a line each. Every one is told by its beginning. */
export function findEditorNotes({ page, clutter }: Body): string | undefined {
  const notes = new Set<string>();
  page.segments.forEach(({ text, linkLength }, i) => {
    if (text.length < MIN_NOTE || text.length > MAX_NOTE || linkLength > 0.5 * text.length) return;
    if (clutter.marks[i] !== Role.comments && EDITOR_NOTE.test(text) && notes.size < MAX_NOTES) notes.add(text);
  });
  return notes.size === 0 ? undefined : [...notes].join('\n');
}
