import { type ArticleRecord, changeKind } from '@newsmill/contracts';
import { z } from 'zod';

const MOST_VALUES = 50;

/** One value or several, any of which will do. */
function anyOf<T extends z.ZodType>(value: T): z.ZodType<z.output<T>[]> {
  return z.union([z.array(value).min(1).max(MOST_VALUES), value.transform((one) => [one])]);
}

const word = z.string().trim().min(1).max(200);

/** What a subscriber wants to hear of. Of each field any value will do; every field that is given has to fit. */
export const filterFields = {
  publisher: anyOf(word).optional(),
  source: anyOf(word).optional(),
  language: anyOf(word).optional(),
  section: anyOf(word).optional(),
  keyword: anyOf(word).optional(),
  changeKind: anyOf(changeKind).optional(),
};

export const changeFilter = z.strictObject(filterFields);

export type ChangeFilter = z.output<typeof changeFilter>;

type Facet = Exclude<keyof ChangeFilter, 'changeKind'>;

const FACETS = ['publisher', 'source', 'language', 'section', 'keyword'] as const satisfies Facet[];

/** Fits every filter: an article whose past is not known, or too varied. */
export const ANY_FACET = '*';

/** Facets of one article over all its versions; past it, it fits every filter. */
const MOST_FACETS = 300;

/** What filters look at in a record. */
export function facetsOf(record: ArticleRecord): string[] {
  const { infoSources = [], subjects = [], language, x } = record;
  const { mode, source } = x.acquisition;
  const named = (rel: string) => subjects.filter((subject) => subject.rel === rel).map(({ name }) => name);
  const values: Record<Facet, (string | undefined)[]> = {
    publisher: [
      ...infoSources.filter(({ role }) => role === 'publisher').map(({ name }) => name),
      mode === 'push' ? source : undefined,
    ],
    source: [source],
    language: prefixesOf(language ?? ''),
    section: named('section'),
    keyword: named('keyword'),
  };
  return FACETS.flatMap((facet) => values[facet].flatMap((value) => (value ? [facetText(facet, value)] : [])));
}

/**
 * What filters look at in an article: what this version has, and what any version before it had. So an article that
 * has once fitted a filter goes on fitting it, and a subscriber hears of its moving elsewhere and of its withdrawal.
 */
export function joinFacets(before: readonly string[], now: readonly string[]): string[] {
  if (before.includes(ANY_FACET)) return [ANY_FACET];
  const joined = [...new Set([...before, ...now])];
  return joined.length > MOST_FACETS ? [ANY_FACET] : joined;
}

/**
 * The filter as SQL over the columns of `change_log`; its values are appended to `parameters`. That an article may not
 * be read any more is told whatever kinds a subscriber asks for: whoever may have the text has to hear that it is gone.
 */
export function filterCondition(filter: ChangeFilter, parameters: unknown[]): string {
  const conditions = FACETS.flatMap((facet) => {
    const wanted = filter[facet];
    if (wanted === undefined) return [];
    parameters.push([...wanted.map((value) => facetText(facet, value)), ANY_FACET]);
    return [`facets && $${parameters.length}::text[]`];
  });
  if (filter.changeKind !== undefined) {
    parameters.push(filter.changeKind);
    conditions.push(`(change_kind = ANY($${parameters.length}::text[]) OR pub_status <> 'usable')`);
  }
  return conditions.length === 0 ? 'true' : conditions.join(' AND ');
}

function facetText(facet: Facet, value: string): string {
  return `${facet}:${value.replaceAll('\0', '').toWellFormed().trim().toLowerCase().slice(0, 200).toWellFormed()}`;
}

/** `de-CH-1996` is wanted by `de`, `de-CH` and itself: basic filtering, RFC 4647 section 3.3.1. */
function prefixesOf(tag: string): string[] {
  const parts = tag.split('-').slice(0, 8);
  return parts.map((_, index) => parts.slice(0, index + 1).join('-')).filter((prefix) => prefix !== '');
}
