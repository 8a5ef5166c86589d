import { comparisonKey } from '../text.js';

/** Marks that part a headline from the site's name. */
const SEPARATORS = [
  ' | ',
  ' - ',
  ' – ',
  ' — ',
  ' :: ',
  ' » ',
  ' « ',
  ' · ',
  ' • ',
  ' / ',
  ' > ',
  ' < ',
  ' ‹ ',
  ' ~ ',
  ' : ',
];

/** Marks that stand without spaces where sentences have none. */
const TIGHT = ['｜', '|', '--', '_', '－', '：'];

/** Words that may follow the site's name, as in `CNN Politics`. */
const MAX_ADDED_WORDS = 2;

/** Takes the site's name off the beginning or the end of a title. */
export function stripSiteName(title: string, siteNames: readonly string[]): string {
  const names = siteNames.map(siteKey).filter((name) => name.length > 1);
  let current = title;
  for (let again = true; again;) {
    again = false;
    for (const separator of SEPARATORS) {
      const last = current.lastIndexOf(separator);
      if (last > 0 && isSiteName(current.slice(last + separator.length), names)) {
        current = current.slice(0, last).trim();
        again = true;
      }
      const first = current.indexOf(separator);
      if (first > 0 && isSiteName(current.slice(0, first), names)) {
        current = current.slice(first + separator.length).trim();
        again = true;
      }
    }
    for (const mark of TIGHT) {
      const last = current.lastIndexOf(mark);
      const tail = last > 0 ? siteKey(current.slice(last + mark.length)) : '';
      if (tail.length > 1 && names.includes(tail)) {
        current = current.slice(0, last).trim();
        again = true;
      }
    }
    const bracketed = /^(.+\S)\s*[[［(（]([^[\]()（）［］]{2,60})[\])］）]$/.exec(current);
    if (bracketed && names.includes(siteKey(bracketed[2]!))) [, current] = bracketed as unknown as [string, string];
  }
  return current;
}

/** True when the whole title is the site's name, or that and no more than `added` words. */
export function isSiteTitle(title: string, siteNames: readonly string[], added = 0): boolean {
  const names = siteNames.map(siteKey);
  return nameThen(title, names, added) || (names.includes(siteKey(title)) && siteKey(title).length > 1);
}

/** A word of running text: names of sites and sections have none but particles. */
const SMALL_WORD = /(?:^|\s)(?!(?:of|the|and|de|la|del|van|der)\s)\p{Ll}/u;

/** True when a text is one of the names and then one to `added` words with capitals. */
function nameThen(text: string, names: readonly string[], added: number): boolean {
  if (added === 0 || (added > 1 && SMALL_WORD.test(text))) return false;
  const words = comparisonKey(text).replace(/^the /, '').split(' ');
  for (let taken = words.length - 1; taken > 0 && words.length - taken <= added; taken--) {
    const name = words.slice(0, taken).join('');
    if (name.length > 2 && names.includes(name)) return true;
  }
  return false;
}
/** Takes the site's whole name and a colon off the beginning of a title. */
export function stripSignature(title: string, siteNames: readonly string[]): string {
  const colon = title.indexOf(': ');
  if (colon <= 0 || colon > MAX_NAME) return title;
  const key = siteKey(title.slice(0, colon));
  return key.length > 1 && siteNames.some((name) => siteKey(name) === key) ? title.slice(colon + 2).trim() : title;
}

/** Longer beginnings are no name of a site. */
const MAX_NAME = 80;

function siteKey(name: string): string {
  return comparisonKey(name).replace(/^the /, '').replaceAll(' ', '');
}

function isSiteName(part: string, names: readonly string[]): boolean {
  if (nameThen(part, names, MAX_ADDED_WORDS)) return true;
  const key = siteKey(part.replace(/\.(?:com|co\.uk|org|net|de|fr|es|it|ch|at)\b/i, ''));
  if (key.length < 2) return false;
  return names.some(
    (name) => name === key || (key.length > 3 && name.length > 3 && (name.startsWith(key) || key.startsWith(name))),
  );
}
