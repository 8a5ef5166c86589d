import type { ArticleRecord } from '@newsmill/contracts';
import type { TraceContext } from '@newsmill/stage';
import type { EntityManager } from 'typeorm';
import { writeGuids } from './article-guids.js';
import type { Article } from './entities/article.entity.js';
import type { ArticleRevision } from './entities/article-revision.entity.js';
import type { VersionKey } from './life-cycle/version-key.js';

/** A version as it goes into the history. */
export type VersionRow = VersionKey & { articleId: string; record: ArticleRecord | null; storedAt: Date };

export interface RevisionRow extends Omit<ArticleRevision, 'id'> {
  /** The span that it came of. */
  trace?: TraceContext | undefined;
}

/** To whom an address belongs. */
export interface AddressOwner {
  articleId: string;
  /** It stood there; not only was it linked under that address. */
  isOwn: boolean;
}

/** Rows of articles to be written in one transaction. */
export interface ArticleRows {
  articles: Map<string, Article>;
  versions: VersionRow[];
  /** What was told, in its order. */
  revisions: RevisionRow[];
  /** By normalised address. */
  urls: Map<string, AddressOwner>;
}

/** Ids for so many versions, before they are written: what is told of a version names it. */
export async function nextVersionIds(manager: EntityManager, count: number): Promise<string[]> {
  if (count === 0) return [];
  const rows = await manager.query<{ id: string }[]>(
    `SELECT nextval(pg_get_serial_sequence('article_version', 'id')) AS id FROM generate_series(1, $1::int)`,
    [count],
  );
  return rows.map(({ id }) => id);
}

/**
 * Each kind of row in one statement, whatever the size of the batch; each record is encoded once.
 * @param isNews subscribers are to be told of the revisions
 */
export async function writeArticleRows(manager: EntityManager, rows: ArticleRows, isNews: boolean): Promise<void> {
  const encoded = new Map<ArticleRecord, string>();
  const encode = (record: ArticleRecord | null): string | null => {
    if (record === null) return null;
    const json = encoded.get(record) ?? JSON.stringify(record);
    encoded.set(record, json);
    return json;
  };
  await writeVersions(manager, rows.versions, encode);
  await writeArticles(manager, [...rows.articles.values()], encode);
  await writeRevisions(manager, rows.revisions, isNews);
  await writeUrls(manager, rows.urls);
  await writeGuids(manager, rows.versions);
}

type Encode = (record: ArticleRecord | null) => string | null;

async function writeVersions(manager: EntityManager, rows: readonly VersionRow[], encode: Encode): Promise<void> {
  if (rows.length === 0) return;
  await manager.query(
    `INSERT INTO article_version (id, article_id, receipt_id, replay, confirmed, superseded, version, version_created,
       accepted_at, pub_status, note, restores, embargoed_until, expires, elapsed_to, content_hash, record, stored_at)
     SELECT id, article_id, receipt_id, replay, confirmed, false, version, version_created, accepted_at, pub_status, note,
       restores, embargoed_until, expires, elapsed_to, content_hash, record, stored_at
     FROM unnest($1::bigint[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::timestamptz[],
       $8::timestamptz[], $9::text[], $10::text[], $11::boolean[], $12::timestamptz[], $13::timestamptz[],
       $14::timestamptz[], $15::text[], $16::json[], $17::timestamptz[])
       AS v (id, article_id, receipt_id, replay, confirmed, version, version_created, accepted_at, pub_status, note,
         restores, embargoed_until, expires, elapsed_to, content_hash, record, stored_at)`,
    [
      rows.map(({ id }) => id),
      rows.map(({ articleId }) => articleId),
      rows.map(({ receiptId }) => receiptId),
      rows.map(({ replay }) => replay),
      rows.map(({ confirmed }) => confirmed),
      rows.map(({ version }) => version),
      rows.map(({ versionCreated }) => versionCreated),
      rows.map(({ acceptedAt }) => acceptedAt),
      rows.map(({ pubStatus }) => pubStatus),
      rows.map(({ note }) => note),
      rows.map(({ restores }) => restores),
      rows.map(({ embargoedUntil }) => embargoedUntil),
      rows.map(({ expires }) => expires),
      rows.map(({ elapsedTo }) => elapsedTo),
      rows.map(({ contentHash }) => contentHash),
      rows.map(({ record }) => encode(record)),
      rows.map(({ storedAt }) => storedAt),
    ],
  );
}

/** An article is overwritten unless it has a higher revision. */
async function writeArticles(manager: EntityManager, rows: readonly Article[], encode: Encode): Promise<void> {
  if (rows.length === 0) return;
  await manager.query(
    `INSERT INTO article
       (id, revision, pub_status, reason, record, receipt_id, replay, source_id, stored_at, changed_at, buried_at)
     SELECT * FROM unnest($1::uuid[], $2::int[], $3::text[], $4::text[], $5::json[], $6::text[], $7::text[], $8::bigint[],
       $9::timestamptz[], $10::timestamptz[], $11::timestamptz[])
     ON CONFLICT (id) DO UPDATE SET revision = excluded.revision, pub_status = excluded.pub_status,
       reason = excluded.reason, record = excluded.record, receipt_id = excluded.receipt_id, replay = excluded.replay,
       source_id = excluded.source_id, changed_at = excluded.changed_at, buried_at = excluded.buried_at
     WHERE article.revision <= excluded.revision`,
    [
      rows.map(({ id }) => id),
      rows.map(({ revision }) => revision),
      rows.map(({ pubStatus }) => pubStatus),
      rows.map(({ reason }) => reason),
      rows.map(({ record }) => encode(record)),
      rows.map(({ receiptId }) => receiptId),
      rows.map(({ replay }) => replay),
      rows.map(({ sourceId }) => sourceId),
      rows.map(({ storedAt }) => storedAt),
      rows.map(({ changedAt }) => changedAt),
      rows.map(({ buriedAt }) => buriedAt),
    ],
  );
}

/** A change that is there already stays as it is. */
async function writeRevisions(manager: EntityManager, rows: readonly RevisionRow[], isNews: boolean): Promise<void> {
  if (rows.length === 0) return;
  await manager.query(
    `WITH given AS MATERIALIZED (
       SELECT nextval(pg_get_serial_sequence('article_revision', 'id')) AS id, r.* FROM (
         SELECT * FROM unnest($1::uuid[], $2::int[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[],
           $8::bigint[], $9::bigint[], $10::timestamptz[], $11::text[], $12::text[])
           WITH ORDINALITY AS r (article_id, revision, change_kind, fields, correction, pub_status, reason, version_id,
             source_id, told_at, traceparent, tracestate, place)
         ORDER BY place
       ) AS r
     ), told AS (
       INSERT INTO article_revision (id, article_id, revision, change_kind, fields, correction, pub_status, reason,
         version_id, source_id, told_at)
       SELECT id, article_id, revision, change_kind, fields::text[], correction, pub_status, reason, version_id, source_id,
         told_at
       FROM given ORDER BY id
       ON CONFLICT (article_id, revision) WHERE change_kind IS NOT NULL DO NOTHING
       RETURNING id
     )
     INSERT INTO outbox (article_id, revision, revision_id, traceparent, tracestate)
     SELECT article_id, revision, id, traceparent, tracestate FROM told JOIN given USING (id) WHERE $13 ORDER BY id`,
    [
      rows.map(({ articleId }) => articleId),
      rows.map(({ revision }) => revision),
      rows.map(({ changeKind }) => changeKind),
      rows.map(({ fields }) => `{${fields.join(',')}}`),
      rows.map(({ correction }) => correction),
      rows.map(({ pubStatus }) => pubStatus),
      rows.map(({ reason }) => reason),
      rows.map(({ versionId }) => versionId),
      rows.map(({ sourceId }) => sourceId),
      rows.map(({ toldAt }) => toldAt),
      rows.map(({ trace }) => trace?.traceparent),
      rows.map(({ trace }) => trace?.tracestate),
      isNews,
    ],
  );
}

/** An address stays with the article that stood there first; one that only led to an article gives way. */
async function writeUrls(manager: EntityManager, urls: ReadonlyMap<string, AddressOwner>): Promise<void> {
  if (urls.size === 0) return;
  const rows = [...urls].sort(([a], [b]) => (a < b ? -1 : 1));
  await manager.query(
    `INSERT INTO article_url (url, article_id, is_own) SELECT * FROM unnest($1::text[], $2::uuid[], $3::boolean[])
     ON CONFLICT (url) DO UPDATE SET article_id = excluded.article_id, is_own = true
     WHERE excluded.is_own AND NOT article_url.is_own`,
    [rows.map(([url]) => url), rows.map(([, { articleId }]) => articleId), rows.map(([, { isOwn }]) => isOwn)],
  );
}
