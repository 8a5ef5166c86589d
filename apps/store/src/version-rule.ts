import type { ArticleRecord, changeKind } from '@newsmill/contracts';
import type { z } from 'zod';
import { changedFields, contentHash } from './material-change.js';

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

function kindOf(before: ArticleRecord, after: ArticleRecord, fields: readonly string[]): ChangeKind {
  if (fields.includes('pubStatus')) {
    if (after.pubStatus === 'canceled') return 'withdrawn';
    if (after.pubStatus === 'withheld') return 'withheld';
    return 'restored';
  }
  const corrections = (record: ArticleRecord): number => record.x.corrections?.length ?? 0;
  return fields.includes('corrections') && corrections(after) >= corrections(before) ? 'correction' : 'update';
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
