import { createHash } from 'node:crypto';
import { type ArticleRecord, type changeKind, mainHeadline, plainBody } from '@newsmill/contracts';
import type { z } from 'zod';

export type ChangeKind = z.output<typeof changeKind>;

/** What the store knows of an article's winning version. */
export interface Current {
  revision: number;
  record: ArticleRecord;
}

/** What an incoming version does to an article. */
export type Decision =
  | { kind: 'change'; changeKind: ChangeKind; fields: string[] }
  /** Newer, but nothing a reader reads has moved: the record is refreshed, nobody is told. */
  | { kind: 'unchanged' }
  /** Older than the winner: kept in the history, changes nothing. */
  | { kind: 'late' };

/**
 * The version rule. It depends on the two records alone, so any order and any duplication of an article's versions ends
 * in the same state.
 */
export function decide(current: Current | undefined, incoming: ArticleRecord): Decision {
  if (current === undefined) return decideWinner(current, incoming);
  return compareVersions(incoming, current.record) < 0 ? { kind: 'late' } : decideWinner(current, incoming);
}

/** What it means that a version takes the place of the current one. */
export function decideWinner(current: Current | undefined, incoming: ArticleRecord): Decision {
  if (current === undefined) return { kind: 'change', changeKind: 'new', fields: [] };
  const fields = changedFields(current.record, incoming);
  if (fields.length === 0) return { kind: 'unchanged' };
  return { kind: 'change', changeKind: kindOf(current.record, incoming, fields), fields };
}

/**
 * Orders two versions of one article: the publisher's version, else versionCreated, else the fetch time; the content's
 * hash breaks ties. A version that the publisher numbered stands above one that it did not. Total: 0 only for equal
 * content.
 */
export function compareVersions(a: ArticleRecord, b: ArticleRecord): number {
  return (
    Number(a.version !== undefined) - Number(b.version !== undefined) ||
    PUBLISHER_VERSIONS.compare(a.version ?? '', b.version ?? '') ||
    compareText(a.version ?? '', b.version ?? '') ||
    Date.parse(a.versionCreated) - Date.parse(b.versionCreated) ||
    Date.parse(a.x.acquisition.fetchedAt) - Date.parse(b.x.acquisition.fetchedAt) ||
    compareText(contentHash(a), contentHash(b))
  );
}

/** Digits compare as numbers wherever they stand: 9 < 10, 1.9 < 1.10. */
const PUBLISHER_VERSIONS = new Intl.Collator('en', { numeric: true });

/** What a reader reads, by field name. Anything else may churn without an event. */
const MATERIAL: Readonly<Record<string, (record: ArticleRecord) => unknown>> = {
  headline: mainHeadline,
  description: (record) => record.descriptions?.[0]?.value ?? '',
  body: plainBody,
  by: (record) => record.by ?? '',
  images: (record) =>
    (record.associations ?? []).map(({ uri, by, descriptions }) => [
      addressWithoutSize(uri),
      by ?? '',
      descriptions?.find(({ role }) => role === 'caption')?.value ?? '',
    ]),
  pubStatus: (record) => record.pubStatus,
  edNote: (record) => record.edNote ?? '',
  corrections: (record) => (record.x.corrections ?? []).map(({ text }) => text),
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

/** SHA-256 over the material fields. */
export function contentHash(record: ArticleRecord): string {
  const hash = createHash('sha256');
  for (const read of Object.values(MATERIAL)) hash.update(normal(read(record))).update('\0');
  return hash.digest('hex');
}

function kindOf(before: ArticleRecord, after: ArticleRecord, fields: readonly string[]): ChangeKind {
  if (fields.includes('pubStatus')) {
    if (after.pubStatus === 'canceled') return 'withdrawn';
    if (after.pubStatus === 'withheld') return 'withheld';
    return 'restored';
  }
  const corrections = (record: ArticleRecord): number => record.x.corrections?.length ?? 0;
  return fields.includes('corrections') && corrections(after) >= corrections(before) ? 'correction' : 'update';
}

/** White space is layout, not content. */
function normal(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'string' ? part.replace(/\s+/g, ' ').trim() : part,
  );
}

/** Image servers put the size in the query. */
function addressWithoutSize(uri: string): string {
  return uri.split(/[?#]/, 1)[0]!;
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
