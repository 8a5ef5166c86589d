const WORDS = String.raw`corrects?|correct(?:ed|ing)|corrections?|corrective|errat(?:um|a)|rectif(?:y|ies|ied|ication)|korrektur(?:en)?|korrigiert|korrigerer|korrigerar|korrigering|korrigert|korrigerad|berichtig(?:t|ung|ungen)|richtigstellung|rettelse[rn]?|rettet|rättelse|rättat|rättar|oikaisu|correctie|rectificatie|correctif|corrige|corrigée?|rectificatif|correcci[oó]n|corregid[oa]|rectificaci[oó]n|corre[cç][aã]o|corrigid[oa]|correzione|rettifica|corretto|sprostowanie|korekta|исправление|уточнение`;

/**
 * The words by which desks say that a version puts an earlier one right, as whole words: English as the agencies write
 * it ("CORRECTION:", "Eds: Corrects the spelling …"), then the other languages that agencies send in.
 */
const CORRECTS = new RegExp(String.raw`(?<![\p{L}\p{N}])(?:${WORDS})(?![\p{L}\p{N}])`, 'iu');

/** The same at the beginning of a paragraph of the text: "(Corrects paragraph 3 …)". */
const BEGINS = new RegExp(String.raw`^[[(*\s]{0,4}(?:${WORDS})(?![\p{L}\p{N}])`, 'iu');

/** Notes that speak of corrections without being one. */
const DENIES = /(?<![\p{L}\p{N}])(?:no|not a|without) (?:correction|corrections|corrected|corrects)(?![\p{L}])/iu;

/** Longer paragraphs talk about corrections instead of making one. */
const MAX_NOTE = 1_200;

/** Paragraphs at the beginning and at the end of a text where a desk puts its note. */
const FIRST = 2;
const LAST = 3;

/** The note itself when it says that the version is a correction. */
export function correctionIn(note: string): string | undefined {
  return CORRECTS.test(note) && !DENIES.test(note) ? note : undefined;
}

/** The desk's own note in the running text. */
export function correctionAmong(paragraphs: readonly string[]): string | undefined {
  const places =
    paragraphs.length <= FIRST + LAST ? paragraphs : [...paragraphs.slice(0, FIRST), ...paragraphs.slice(-LAST)];
  return places.find((paragraph) => paragraph.length >= 12 && paragraph.length <= MAX_NOTE && BEGINS.test(paragraph));
}
