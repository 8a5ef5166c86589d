/**
 * Text without what typesetting changes: compatibility forms (NFKC), case, invisible format characters, kinds of quotation
 * marks, apostrophes and dashes, and white space. Words, numbers, currency signs and the rest of punctuation stay: a
 * change of them is a change of content.
 */
export function foldText(text: string): string {
  return (
    text
      // French sets a no-break space inside its quotation marks.
      .replace(/([«‹])[\u00a0\u202f]|[\u00a0\u202f]([»›])/g, '$1$2')
      // Before NFKC, which makes a space and a combining accent of the acute accent.
      .replace(/["'`´‘’‚‛“”„‟«»‹›′″＂＇]/g, "'")
      .normalize('NFKC')
      .toLowerCase()
      .replace(/\p{Cf}/gu, '')
      .replace(/[\p{Pd}−]/gu, '-')
      .replace(/\s+/g, ' ')
      .trim()
  );
}
