import type { FeedEntry } from './feed.js';
import { feedTime } from './feed-time.js';
import { person } from './person.js';

/** An entry's fields as the formats give them: anything may be missing, empty or padded. */
export interface RawFields {
  guid?: string | undefined;
  title?: string | undefined;
  summary?: string | undefined;
  contentHtml?: string | undefined;
  published?: string | undefined;
  updated?: string | undefined;
  authors?: readonly (string | undefined)[] | undefined;
  categories?: readonly (string | undefined)[] | undefined;
  language?: string | undefined;
}

/** The entry without what is empty: an absent field means that the feed did not say. */
export function entryOf(url: string, raw: RawFields): FeedEntry {
  const entry: FeedEntry = { url };
  const assign = <K extends keyof FeedEntry>(name: K, value: FeedEntry[K] | undefined): void => {
    if (value !== undefined) entry[name] = value;
  };
  assign('guid', present(raw.guid));
  assign('title', line(raw.title));
  assign('summary', present(raw.summary));
  assign('contentHtml', present(raw.contentHtml));
  assign('published', feedTime(raw.published));
  assign('updated', feedTime(raw.updated));
  assign('authors', distinct(raw.authors?.map((author) => (author === undefined ? undefined : person(author)))));
  assign('categories', distinct(raw.categories));
  assign('language', languageTag(raw.language));
  return entry;
}

export function present(text: string | undefined): string | undefined {
  const trimmed = text?.trim() ?? '';
  return trimmed === '' ? undefined : trimmed;
}

/** A language as BCP 47 spells it, where the feed uses the underscore of locales. */
export function languageTag(text: string | undefined): string | undefined {
  return present(text)?.replaceAll('_', '-');
}

/** Text of one line. */
export function line(text: string | undefined): string | undefined {
  return present(text?.replace(/\s+/g, ' '));
}

export function distinct(texts: readonly (string | undefined)[] | undefined): string[] | undefined {
  const found = new Set((texts ?? []).map(line).filter((text) => text !== undefined));
  return found.size === 0 ? undefined : [...found];
}
