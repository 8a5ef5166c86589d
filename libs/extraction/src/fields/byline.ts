import type { Author } from '../article.js';
import { collapse, comparisonKey, stripTags } from '../text.js';
import {
  AFFILIATION,
  AGENCY,
  CONTRIBUTION,
  LEADING,
  PREPOSITION,
  ROLE,
  SIGNED_AFTER,
  WRITING,
} from './byline-words.js';
import { decodeText } from './entities.js';

/** What follows a name and ends it. The texts are collapsed: no two spaces stand in a row. */
const TRAILING =
  /\s(?:using|published|posted|updated|last updated|first published|is an?|was an?|has been|covers|writes|for the|for|at the|is the|reports?|reporting|via|with files|contributed|in [A-Z]|aus|für|pour|en [A-Z])\b|\s@|\s[–—|•·-]\s|\s?[([|•·（［【]|(?<=\p{Ll}{3})\.\s\p{Lu}\p{Ll}+\s/u;

const SEPARATOR =
  /\s?(?:[,;|•·\n/、，／]|\s&\s|\s\+\s|\b(?:and|And|AND)\b|\b(?:und|et|y|og|och|dan|with|avec|met|samt|sowie|és|și)\b|(?<=\p{L}\s)(?:и|та|και|و|ve|ja|oraz)(?=\s\p{L})|(?<=\p{Ll}\s)(?:e|en|i|a)(?=\s\p{Lu}))\s?/u;

/** Web and mail addresses and handles. */
const ADDRESS = /(?<!\S)(?:https?:\S*|www\.\S*|\S{0,64}@\S*)/gi;

/** Signs of a byline that are read. */
const MAX_BYLINE = 400;

/** More authors than this are a masthead, not a byline. */
const MAX_AUTHORS = 20;

/** Names in a script without capitals, and so without a space between given and family name. */
const UNSPACED = /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}ー・＝\s]+$/u;

/**
 * The people and agencies that a byline names, in order, without prepositions, roles, places and dates. Who took the
 * pictures or translated is no author, and neither is the house that an author works for.
 */
export function parseByline(byline: string): string[] {
  let text = collapse(stripTags(decodeText(byline)).slice(0, MAX_BYLINE).replace(ADDRESS, ' '));
  const signed = SIGNED_AFTER.exec(text);
  if (signed) text = text.slice(signed.index + signed[0].length);
  const names: string[] = [];
  let skipping = false;
  for (const part of text.split(SEPARATOR)) {
    if (CONTRIBUTION.test(part)) skipping = true;
    else if (skipping && WRITING.test(part)) skipping = false;
    if (skipping) continue;
    for (const name of withAgency(cleanName(part))) {
      if (names.length > 0 && isAffiliation(name)) continue;
      if (!names.some((known) => comparisonKey(known) === comparisonKey(name))) names.push(name);
    }
    if (names.length >= MAX_AUTHORS) break;
  }
  return names;
}

/** A byline of the page's own text: what has not the form of a name is left out, where a metadata field is trusted. */
export function parseVisibleByline(byline: string): string[] {
  const names = parseByline(byline).filter(
    (name) =>
      AGENCY.test(name) || UNSPACED.test(name) || (name.includes(' ') && /^\p{L}/u.test(name) && hasCapitals(name)),
  );
  const people = names.filter((name) => !DESK.test(name));
  return people.length > 0 ? people : names;
}

/** `Voss, Ada`, as library metadata state a name: the name in its usual order; undefined for all else. */
export function invertedName(value: string): string | undefined {
  const found = /^\s*(\p{Lu}[\p{L}'’-]+)\s*,\s*(\p{Lu}[\p{L}'’-]+(?:\s\p{Lu}\.|\s\p{Ll}{2,4})?)\s*$/u.exec(value);
  return found && !AGENCY.test(found[1]!) && !AGENCY.test(found[2]!) ? `${found[2]} ${found[1]}` : undefined;
}

/** True when every word but particles begins with a capital, or the script has none. */
function hasCapitals(name: string): boolean {
  const words = name.split(' ');
  const small = words.filter((word) => /^\p{Ll}/u.test(word));
  return small.length < words.length && small.every((word) => PARTICLE.test(word));
}

/** Small words inside names. */
const PARTICLE =
  /^(?:of|the|d[aeiou]|d['’]\p{L}+|del|della|de[nrs]|do|dos|das|du|van|von|vom|zu[mr]?|la|las|los|le|el|al|al-\p{L}+|bin|ibn|bint|te[nr]|af|av|y|e)$/u;

function isAffiliation(name: string): boolean {
  return !AGENCY.test(name) && (/^\p{Lu}{2,6}$/u.test(name) || AFFILIATION.test(name));
}

/** Desks of any house. */
const DESK = /\b(?:staff|newsroom|desk|reda[ck]\p{L}+|rédaction|editorial)\b/iu;

/** `Ada Voss The Associated Press`: a person and the agency come apart. */
function withAgency(name: string | undefined): string[] {
  if (name === undefined) return [];
  if (AGENCY.test(name)) return [name];
  const words = name.split(' ');
  for (let i = 2; i < words.length; i++) {
    const end = words.slice(i).join(' ');
    if (AGENCY.test(end) && !DESK.test(end)) return [words.slice(0, i).join(' '), end];
  }
  return [name];
}

/** One name as a metadata field states it. A field that lists several comes apart. */
export function cleanName(value: string): string | undefined {
  let name = collapse(value.slice(0, MAX_BYLINE));
  for (let previous = ''; previous !== name;) {
    previous = name;
    name = name
      .replace(/^By(?=\p{Lu}\p{Ll})/u, '')
      .replace(LEADING, '')
      .trim();
  }
  const cut = TRAILING.exec(name);
  if (cut && cut.index > 0) name = name.slice(0, cut.index);
  name = trimSigns(name)
    .replace(/(?<=\p{Ll}{2})\.$/u, '')
    .replace(
      /(?<=[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}])\s?(?:記者|记者|기자|特派員|特派员|特約記者|著)$/u,
      '',
    );
  if (AGENCY.test(name)) return name;
  if (name.length < 2 || name.length > 60 || !/\p{L}{2}/u.test(name) || PREPOSITION.test(name)) return undefined;
  if (/\d|https?:|www\.|@|\.com\b/.test(name) && !/^[\p{L}\d-]+\.\p{L}{2,4}$/u.test(name)) return undefined;
  if (name.split(' ').length > 6 || ROLE.test(name)) return undefined;
  // A phrase in small letters is a section or a sentence; a single word may be a pen name.
  if (name.includes(' ') && /^\p{Ll}/u.test(name) && !/\s\p{Lu}/u.test(name)) return undefined;
  return name;
}

const LEADING_SIGNS = /[\s:：.\-–—*"“”']/;
const TRAILING_SIGNS = /[\s:：,;\-–—*"“”'）)\]】]/;

/** The name without the signs that stand before and after it. */
function trimSigns(name: string): string {
  let from = 0;
  let to = name.length;
  while (from < to && LEADING_SIGNS.test(name[from]!)) from++;
  while (to > from && TRAILING_SIGNS.test(name[to - 1]!)) to--;
  return name.slice(from, to);
}

/** Drops repeated names; a later entry may add the page of an earlier one. */
export function uniqueAuthors(authors: readonly Author[]): Author[] {
  const byKey = new Map<string, Author>();
  for (const author of authors) {
    const key = comparisonKey(author.name);
    const known = byKey.get(key);
    if (!known) byKey.set(key, { ...author });
    else if (known.url === undefined && author.url !== undefined) known.url = author.url;
  }
  return [...byKey.values()].slice(0, MAX_AUTHORS);
}
