/** A line without case, quotation marks and punctuation: lines with the same key say the same. */
export function comparisonKey(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/["'`‘’“”]/g, '')
    .replaceAll(/[^\p{L}\p{N}\p{M}]+/gu, ' ')
    .trim();
}

/** What stands between the names of a byline. */
const BETWEEN_NAMES = /,|;|\||&|\band\b|\bund\b|\n/i;

/** The keys of all names, whether listed or written in one line. */
export function authorKeys(authors: readonly string[] | string | undefined): Set<string> {
  const names = typeof authors === 'string' ? authors.split(BETWEEN_NAMES) : (authors ?? []);
  return new Set(names.map((name) => comparisonKey(name.trim().replace(/^by[\s:]+/i, ''))).filter((key) => key !== ''));
}

/** Calendar day as written, `YYYY-MM-DD`; in UTC where the text is not ISO 8601; undefined where it is no date. */
export function dayOf(date: string | undefined): string | undefined {
  if (date === undefined || date === '') return undefined;
  const written = /\d{4}-\d\d-\d\d/.exec(date)?.[0];
  if (written !== undefined) return written;
  const moment = new Date(date);
  return Number.isNaN(moment.getTime()) ? undefined : moment.toISOString().slice(0, 10);
}
