/** Counts where a word begins: no word is too long for the expression. */
const BEGINNING = /(?<!\S)\S/g;

/** What white space parts, as `wordCount` of ninjs counts it. */
export function countWords(text: string): number {
  return text.match(BEGINNING)?.length ?? 0;
}
