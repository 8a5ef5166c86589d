import { createHash } from 'node:crypto';
import { type ArticleRecord, plainBody } from '@newsmill/contracts';
import { imageKey } from '@newsmill/web';

/**
 * What a subscriber is told of when it moves, by the name under which it is told: what a reader reads, what may be done
 * with it, and how a newsroom files it. Anything else may churn without an event; docs/material-change.md says why for
 * each property of the record.
 */
const MATERIAL: Readonly<Record<string, (record: ArticleRecord) => unknown>> = {
  headline: ({ headlines }) => values(headlines),
  description: ({ descriptions }) => values(descriptions),
  body: (record) => paragraphs(record),
  by: ({ by, people }) => by ?? authorsOf(people),
  images: ({ associations }) => pictures(associations ?? []),
  pubStatus: ({ pubStatus }) => pubStatus,
  edNote: ({ edNote }) => edNote,
  corrections: ({ x }) => (x.corrections ?? []).map(({ text }) => text),
  usageTerms: ({ usageTerms }) => usageTerms,
  copyrightHolder: ({ copyrightHolder }) => copyrightHolder,
  copyrightNotice: ({ copyrightNotice }) => copyrightNotice,
  rightsInfo: ({ rightsInfo }) => [rightsInfo?.langId, rightsInfo?.linkedRights, rightsInfo?.encodedRights],
  expires: ({ expires }) => (expires === undefined ? undefined : Date.parse(expires)),
  urgency: ({ urgency }) => urgency,
  slugline: ({ slugline }) => slugline,
  located: ({ located }) => located,
  genres: ({ genres }) => concepts(genres),
  subjects: ({ subjects }) => concepts(subjects?.filter(isAssigned)),
  infoSources: ({ infoSources }) => concepts(infoSources?.filter(({ role }) => role !== 'publisher')),
};

/** What is told of an article that nobody may read. */
const TOLD_OF_UNREADABLE: readonly string[] = ['pubStatus', 'edNote'];

/** Names of the material fields in which two versions differ. What nobody may read before and after does not count. */
export function changedFields(before: ArticleRecord, after: ArticleRecord): string[] {
  const isUnreadable = before.pubStatus !== 'usable' && after.pubStatus !== 'usable';
  return Object.entries(MATERIAL)
    .filter(([name]) => !isUnreadable || TOLD_OF_UNREADABLE.includes(name))
    .filter(([, read]) => normal(read(before)) !== normal(read(after)))
    .map(([name]) => name);
}

/** SHA-256 over the material fields: of two usable versions equal if, and only if, no field has changed. */
export function contentHash(record: ArticleRecord): string {
  const hash = createHash('sha256');
  for (const read of Object.values(MATERIAL)) hash.update(normal(read(record))).update('\0');
  return hash.digest('hex');
}

/** A field as it reads: absent, empty and an empty list are the same to a reader. */
function normal(value: unknown): string {
  if (value === undefined || value === '' || (Array.isArray(value) && value.length === 0)) return '';
  return JSON.stringify(value, (_, part: unknown) => (typeof part === 'string' ? asRead(part) : part));
}

/** Soft hyphens, zero-width spaces and joiners of words, and marks of direction. Signs that join letters are seen. */
const UNSEEN = /\u00ad|\u061c|\u180e|\u200b|[\u200e\u200f]|[\u202a-\u202e]|[\u2060-\u2064]|[\u2066-\u2069]|\ufeff/g;

/**
 * Text as a reader sees it: white space is layout, one letter may be spelled as several code points (UAX #15), and
 * quotation marks, dashes and ellipses are set by a house's style and not by its authors.
 */
function asRead(text: string): string {
  return text
    .normalize('NFC')
    .replace(UNSEEN, '')
    .replace(/[“”„‟«»″〝〞]/g, '"')
    .replace(/[‘’‚‛‹›′]/g, "'")
    .replace(/[‐‑‒–—―−]|--+/g, '-')
    .replace(/…/g, '...')
    .replace(/\s+/g, ' ')
    .trim();
}

function values(texts: readonly { value: string }[] | undefined): string[] {
  return (texts ?? []).map(({ value }) => value);
}

/** The text without what the record tells in a field of its own: a note is edited once. Without plain text, all bodies. */
function paragraphs(record: ArticleRecord): unknown {
  const plain = plainBody(record);
  if (plain === '') return values(record.bodies);
  const notes = new Set([record.edNote ?? '', ...(record.x.corrections ?? []).map(({ text }) => text)].flatMap(lines));
  return lines(plain)
    .filter((line) => !notes.has(line))
    .join('\n');
}

function lines(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

function authorsOf(people: ArticleRecord['people']): string {
  const authors = (people ?? []).filter(({ rel }) => rel === 'author');
  return authors.map(({ name }) => name ?? '').join(', ');
}

type Association = NonNullable<ArticleRecord['associations']>[number];

/**
 * Pictures by what they show and say, each once: host, size and format are the delivery's, and so is whether two
 * versions of one picture are listed.
 */
function pictures(associations: readonly Association[]): unknown[] {
  const byKey = Map.groupBy(associations, keyOf);
  return [...byKey].map(([key, copies]) => [
    key,
    copies.find(({ by }) => by)?.by ?? '',
    copies.find(({ copyrightNotice }) => copyrightNotice)?.copyrightNotice ?? '',
    [...new Set(copies.flatMap(({ headlines, descriptions }) => [...values(headlines), ...values(descriptions)]))],
  ]);
}

function keyOf({ type, uri }: Association): string {
  return type === undefined || type === 'picture' || type === 'graphic' ? imageKey(uri) : uri;
}

/** True for a subject that a newsroom assigned; a page's keywords and section and a machine's guesses come and go. */
function isAssigned({ rel, uri, literal, confidence }: NonNullable<ArticleRecord['subjects']>[number]): boolean {
  return rel !== 'keyword' && rel !== 'section' && (uri ?? literal) !== undefined && confidence === undefined;
}

/** Concepts in an order of their own: lists of them have none. */
function concepts(
  all: readonly { name?: string | undefined; uri?: string | undefined; literal?: string | undefined }[] | undefined,
): string[] {
  return (all ?? []).map(({ name, uri, literal }) => uri ?? literal ?? name ?? '').sort();
}
