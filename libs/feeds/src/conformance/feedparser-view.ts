import { languageTag } from '../entry-fields.js';
import type { MappedItem } from '../mapped-feed.js';
import type { ReadFeed } from '../read-feed.js';
import { feedTime } from '../feed-time.js';
import { person } from '../person.js';

type View = Record<string, unknown>;

/** What newsmill read, under the names that the cases use. What is absent is left out, as a key that is not there. */
export function feedparserView(read: ReadFeed): { feed: View; entries: View[]; encoding: string; version: string } {
  const { mapped } = read;
  const feed = {
    ...text('title', mapped.title),
    ...text('subtitle', mapped.description),
    ...text('description', mapped.description),
    ...text('tagline', mapped.description),
    ...linked(mapped.link),
    ...authored(mapped.authors),
    language: languageTag(mapped.language),
    ttl: mapped.ttlMinutes?.toString(),
    newlocation: mapped.movedTo,
  };
  return {
    feed: present(feed),
    entries: mapped.items.map((item) => present(entryView(item))),
    encoding: read.charset,
    version: read.kind,
  };
}

function entryView(item: MappedItem): View {
  const summary = item.summary;
  return {
    ...text('title', item.title),
    ...text('summary', summary),
    ...text('description', summary ?? item.contentHtml),
    ...linked(item.url),
    id: item.guid,
    guid: item.guid,
    content:
      item.contentHtml === undefined ? undefined : [{ value: item.contentHtml, language: languageTag(item.language) }],
    ...timed('published', item.published),
    ...timed('updated', item.updated),
    ...authored(item.authors),
    category: item.categories?.find((category) => category !== undefined),
    tags: (item.categories ?? [])
      .filter((category) => category !== undefined)
      .map((category) => ({ term: category, label: category })),
    language: languageTag(item.language),
  };
}

const text = (name: string, value: string | undefined): View => ({
  [name]: value,
  [`${name}_detail`]: value === undefined ? undefined : { value },
});

const linked = (url: string | undefined): View => ({
  link: url,
  links: url === undefined ? undefined : [{ href: url }],
});

function timed(name: string, raw: string | undefined): View {
  const iso = feedTime(raw)?.iso;
  return { [name]: raw, [`${name}_parsed`]: iso === undefined ? undefined : tuple(new Date(iso)) };
}

/** Python's struct_time in UTC: the weekday counts from Monday, the day of the year from 1. */
function tuple(date: Date): number[] {
  const year = date.getUTCFullYear();
  const day = Math.floor((date.getTime() - Date.UTC(year, 0, 1)) / 86_400_000) + 1;
  const time = [date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds()];
  return [year, date.getUTCMonth() + 1, date.getUTCDate(), ...time, (date.getUTCDay() + 6) % 7, day, 0];
}

function authored(authors: readonly (string | undefined)[] | undefined): View {
  const names = (authors ?? []).filter((name) => name !== undefined);
  const [first] = names;
  return {
    author: first,
    author_detail: first === undefined ? undefined : { name: person(first) },
    authors: names.map((name) => ({ name: person(name) })),
  };
}

function present(view: View): View {
  return Object.fromEntries(Object.entries(view).filter(([, value]) => value !== undefined));
}
