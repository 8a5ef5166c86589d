/** A publisher's own words about an article, found among its paragraphs. */
export interface Notes {
  correction?: string;
  editorNote?: string;
}

const CORRECTION =
  /^[[(*\s]{0,3}(?:corrections?|clarifications?|corrected|this (?:article|story|post) (?:has been|was) (?:corrected|amended|updated to correct)|an earlier version of this (?:article|story)|korrektur|berichtigung|richtigstellung|rectificat(?:if|ion)|correctif|correcci[oó]n|fe de errat[aá]s|correç[aã]o|errata|rettifica|correctie|rettelse|rättelse|oikaisu|sprostowanie|исправление|訂正)\b/iu;

const EDITOR_NOTE =
  /^[[(*\s]{0,3}(?:editor(?:['’]s|s['’]|s)? note|author['’]s note|note (?:from|by) the editors?|note to readers|publisher['’]s note|anmerkung der redaktion|anm\. d\. red|hinweis der redaktion|note de la rédaction|ndlr|nota (?:de la redacción|del editor|da redação|do editor|della redazione)|noot van de redactie|redaktionens (?:kommentar|note))\b/iu;

/** Longer paragraphs talk about corrections instead of making one. */
const MAX_NOTE = 1_200;

/** The first correction and the first note of the editors, as they stand. Every text is judged by its beginning alone. */
export function findNotes(texts: Iterable<string>): Notes {
  const notes: Notes = {};
  for (const text of texts) {
    if (text.length < 20 || text.length > MAX_NOTE) continue;
    if (notes.correction === undefined && CORRECTION.test(text)) notes.correction = text;
    else if (notes.editorNote === undefined && EDITOR_NOTE.test(text)) notes.editorNote = text;
  }
  return notes;
}
