const segmenter = new Intl.Segmenter('en', { granularity: 'word' });

/**
 * The words of a text (UAX #29; dictionaries for Chinese, Japanese, Thai, Khmer, Lao and Burmese, which do not put spaces
 * between words). Numbers are words; punctuation and white space are none.
 */
export function* wordsOf(text: string): Generator<string> {
  for (const { segment, isWordLike } of segmenter.segment(text)) {
    if (isWordLike === true) yield segment;
  }
}
