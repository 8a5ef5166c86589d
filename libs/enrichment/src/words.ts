const segmenter = new Intl.Segmenter('en', { granularity: 'word' });

/** Scripts that do not put spaces between words: finding words there needs a dictionary. */
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Khmer}\p{Script=Lao}\p{Script=Myanmar}]/u;

/** Letters and digits with their marks; an apostrophe, point or comma between two of them belongs to the word. */
const SPACED_WORD = /[\p{L}\p{N}\p{M}_]+(?:['’.,:·][\p{L}\p{N}\p{M}_]+)*/gu;

/**
 * The words of a text. Numbers are words; punctuation and white space are none. Where words stand apart they are what
 * stands between spaces and punctuation; in scripts without spaces between words UAX #29 with dictionaries decides,
 * which takes some ten times as long.
 */
export function wordsOf(text: string): string[] {
  if (!UNSPACED.test(text)) return text.match(SPACED_WORD) ?? [];
  const words: string[] = [];
  for (const { segment, isWordLike } of segmenter.segment(text)) if (isWordLike === true) words.push(segment);
  return words;
}
