import type { Author } from '../article.js';
import { collapse, comparisonKey, stripTags } from '../text.js';
import { decodeText } from './entities.js';

/** Words before a name that are no part of it, in the languages of news. */
const LEADING =
  /^(?:(?:written|reported|posted|published|edited|reviewed|words|story|text|photos?|video|reporting|analysis|opinion|interview|exclusive)\s+by|by|von|vom|par|por|di|da|door|av|af|oleh|autor(?:a|en|in)?|author|text|tekst|from|redigeret\s+af|publi[ée]\s+par|propos\s+recueillis\s+par|una\s+nota\s+de|escrito\s+por|a\s+cura\s+di|de notre correspondante?|penulis|yazan|автор|текст)(?:\s*[:：]\s*|\s+)/i;

/** What follows a name and ends it. The texts are collapsed: no two spaces stand in a row. */
const TRAILING =
  /\s(?:published|posted|updated|last updated|first published|is an?|was an?|has been|covers|writes|for the|for|at the|is the|reports?|reporting|via|with files|contributed|in [A-Z]|aus|für|pour|en [A-Z])\b|\s@|\s[–—|•·-]\s|\s?[([|•·]|\.\s+[A-Z][a-z]{2,}\s/;

const SEPARATOR =
  /\s?(?:[,;|•·\n/]|\s&\s|\s\+\s|、|，|\b(?:and|And|AND)\b|\bund\b|\bet\b|\by\b|\bog\b|\boch\b|\bdan\b|\bwith\b|(?<=\p{Ll}\s)e(?=\s\p{Lu})|(?<=\p{Ll}\s)en(?=\s\p{Lu}))\s?/u;

const ROLE =
  /\b(?:editor|reporter|correspondent|writer|columnist|journalist|staff|contributor|producer|director|professor|critic|chief|analyst|producer|photographer|desk|bureau|redakteurin|redakteur|redaktionsleiter|chefredakteur|korrespondent|korrespondentin|volont[aä]r|reporterin|ph\.?d|m\.?d|senior|fellow|researcher|lecturer|special to|freelance|archive page|profile|view all|biography|contact|follow|share|more|read|subscribe|minutes?|hours?|ago|updated|published|am|pm|gmt|est|edt|monday|tuesday|wednesday|thursday|friday|saturday|sunday|january|february|march|april|june|july|august|september|october|november|december|jr|author|authors|null|undefined|unknown|sponsored|admin|administrator|no author|guest author|n\/a)\b/i;

/** Agencies and desks that sign in one word or with words that would read as roles. */
const AGENCY =
  /^(?:afp|ap|reuters|pti|ani|ians|dpa|apa|sda|ats|ansa|efe|lusa|belga|anp|pa|aap|xinhua|tass|bloomberg|cnn|bbc news|associated press|the associated press|press association|pa media|staff|staff writer|newsroom|news desk|web desk|redaktion|la redazione|redazione|rédaction|redacción|redação|editorial board|the editorial board)$/i;

/** Web and mail addresses and handles. */
const ADDRESS = /(?<!\S)(?:https?:\S*|www\.\S*|\S{0,64}@\S*)/gi;

/** Signs of a byline that are read. */
const MAX_BYLINE = 400;

/** More authors than this are a masthead, not a byline. */
const MAX_AUTHORS = 20;

/** The people and agencies that a byline names, in order, without prepositions, roles, places and dates. */
export function parseByline(byline: string): string[] {
  const text = collapse(stripTags(decodeText(byline)).slice(0, MAX_BYLINE).replace(ADDRESS, ' '));
  const names: string[] = [];
  for (const part of text.split(SEPARATOR)) {
    const name = cleanName(part);
    if (name && !names.some((known) => comparisonKey(known) === comparisonKey(name))) names.push(name);
    if (names.length === MAX_AUTHORS) break;
  }
  return names;
}

/** One name as a metadata field states it. A field that lists several comes apart. */
export function cleanName(value: string): string | undefined {
  let name = collapse(value.slice(0, MAX_BYLINE));
  for (let previous = ''; previous !== name;) {
    previous = name;
    name = name.replace(LEADING, '').trim();
  }
  const cut = TRAILING.exec(name);
  if (cut && cut.index > 0) name = name.slice(0, cut.index);
  name = trimSigns(name).replace(/(?<=\p{Ll}{2})\.$/u, '');
  if (AGENCY.test(name)) return name;
  if (name.length < 2 || name.length > 60 || !/\p{L}{2}/u.test(name)) return undefined;
  if (/\d|https?:|www\.|@|\.com\b/.test(name) && !/^[\p{L}\d-]+\.\p{L}{2,4}$/u.test(name)) return undefined;
  if (name.split(' ').length > 6 || ROLE.test(name)) return undefined;
  return name;
}

const LEADING_SIGNS = /[\s:.\-–—*"“”']/;
const TRAILING_SIGNS = /[\s:,;\-–—*"“”']/;

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
