import { typesOf } from '../metadata/json-ld.js';
import type { PageMetadata } from '../metadata/page-metadata.js';
import { textWeight } from '../body/worth.js';
import { Declared, LIST_TYPES } from './declared.js';
import type { TextMeasures } from './text-measures.js';

/** Pages with fewer linked headlines are no lists. */
const LEAST_ENTRIES = 5;

/** By how many points the signs of a list must outweigh those of an article. No sign counts so much alone. */
const MARGIN = 3;

/** Words of addresses that lead to lists. */
const LIST_PATH =
  /\/(?:tags?|topics?|category|categories|kategorie|author|authors|autor|autores|auteur|skribent|profile|search|suche|archives?|page\/\d+|videos?|podcasts?|galler(?:y|ies)|forum|temas?|thema|themen|argomenti|rubrik)(?:[/?]|$)/i;
const SEARCH_QUERY = /[?&](?:s|q|query|search)=/i;

/** Why the page is a list of ways to articles, or undefined when it may be one itself. */
export function listEvidence(
  page: PageMetadata,
  text: TextMeasures,
  declared: Declared,
  title: string,
  address: string,
): string | undefined {
  if (text.entries < LEAST_ENTRIES || declared === Declared.firmly) return undefined;
  const signs: string[] = [];
  let points = 0;
  const sign = (holds: boolean, weight: number, name: string): void => {
    if (!holds) return;
    points += weight;
    if (weight > 0) signs.push(name);
  };
  const { pathname = '/', search = '' } = URL.parse(address) ?? {};
  const slug = readable(pathname).split('/').filter(Boolean).at(-1) ?? '';
  const slugWords = slug.split(/[-_.]/).filter((word) => word.length > 1).length;
  const home = /^\/(?:index\.\w{2,5})?$/.test(pathname);
  const listType = page.jsonLd.nodes.flatMap(typesOf).find((type) => LIST_TYPES.has(type));
  const named = page.meta.get('og:type')?.[0]?.toLowerCase();
  const teasers = text.interleaved >= 4 && text.interleaved >= 0.5 * text.paragraphs;

  sign(listType !== undefined, 2, `JSON-LD declares ${listType}`);
  sign(named === 'website' || named === 'profile', 1, `og:type is ${named}`);
  sign(home, 2, 'the address is a home page');
  sign(!home && (LIST_PATH.test(pathname) || SEARCH_QUERY.test(search)), 2, 'the address is that of a list');
  sign(!home && slugWords <= 1 && !/\d/.test(slug), 1, 'the address ends in one word');
  sign(isLabel(title), 1, 'the title is a label');
  sign(page.next, 1, 'a next page');
  sign(text.entries >= 8, 1, `${text.entries} linked lines`);
  sign(text.entryWeight > 3 * text.weight, 1, 'linked lines hold more text than the paragraphs');
  sign(text.scattered, 2, 'every paragraph stands in a box of its own');
  sign(teasers, 2, 'linked lines head the paragraphs');
  sign(text.dates >= 4, 1, 'dates beside them');
  sign(text.core < 60, 1, 'no running text');

  sign(declared === Declared.loosely, -1, '');
  sign(!text.scattered && !teasers && text.core >= 200, -1, '');
  sign(!text.scattered && !teasers && text.core >= 400, -1, '');
  sign(text.core >= 700 && !teasers, -3, '');
  sign(/\/(?:19|20)\d\d\/?[01]\d\/?(?:[0-3]\d)?(?:\/|$)/.test(pathname) || /\d{5}/.test(slug), -1, '');
  sign(slugWords >= 4, -1, '');
  sign(title.split(' ').length >= 6 || (textWeight(title) >= 24 && !title.includes(' ')), -1, '');
  return points >= MARGIN ? signs.join(', ') : undefined;
}

/** Few and short words, or few signs of a script that does not part words. */
function isLabel(title: string): boolean {
  const dense = textWeight(title) > 1.5 * title.length;
  return dense ? title.length <= 6 : title.length <= 24 && title.split(' ').length <= 3;
}

/** A path as it reads; as it stands where its escapes are broken. */
function readable(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
