import type { ArticleRecord } from '@newsmill/contracts';
import type { VersionKey } from './version-key.js';

/**
 * The record under which a version is shown. Of versions that say the same only the oldest one's record is kept: a later
 * one is shown with that record, under its own version and dates.
 */
export function shownRecord(
  record: ArticleRecord,
  { version, versionCreated, acceptedAt }: Pick<VersionKey, 'version' | 'versionCreated' | 'acceptedAt'>,
): ArticleRecord {
  const { acquisition } = record.x;
  const isOwn =
    (record.version ?? null) === version &&
    Date.parse(record.versionCreated) === versionCreated.getTime() &&
    Date.parse(acquisition.fetchedAt) === acceptedAt.getTime();
  if (isOwn) return record;
  const { version: _, ...rest } = record;
  return {
    ...rest,
    ...(version !== null && { version }),
    versionCreated: versionCreated.toISOString(),
    x: { ...record.x, acquisition: { ...acquisition, fetchedAt: acceptedAt.toISOString() } },
  };
}
