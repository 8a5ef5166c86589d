import type { ArticleRecord } from '@newsmill/contracts';
import { normalizeUrl } from '@newsmill/web';
import type { EntityManager } from 'typeorm';
import { writeGuids } from './article-guids.js';
import type { Article } from './entities/article.entity.js';
import type { ArticleVersion } from './entities/article-version.entity.js';

/** Rows of articles to be written in one transaction. */
export interface ArticleRows {
  articles: Map<string, Article>;
  versions: Omit<ArticleVersion, 'id'>[];
  /** Article ids by normalised address. */
  urls: Map<string, string>;
}

/**
 * Each kind of row in one statement, whatever the size of the batch; each record is encoded once. An article is
 * overwritten unless it has a higher revision; a revision that is there already stays.
 */
export async function writeArticleRows(
  manager: EntityManager,
  { articles, versions, urls }: ArticleRows,
): Promise<void> {
  const encoded = new Map<ArticleRecord, string>();
  const encode = (record: ArticleRecord): string => {
    const json = encoded.get(record) ?? JSON.stringify(record);
    encoded.set(record, json);
    return json;
  };
  if (articles.size > 0) {
    const rows = [...articles.values()];
    await manager.query(
      `INSERT INTO article (id, revision, pub_status, record, receipt_id, replay, stored_at, changed_at)
       SELECT * FROM unnest($1::uuid[], $2::int[], $3::text[], $4::json[], $5::text[], $6::text[], $7::timestamptz[],
         $8::timestamptz[])
       ON CONFLICT (id) DO UPDATE SET revision = excluded.revision, pub_status = excluded.pub_status,
         record = excluded.record, receipt_id = excluded.receipt_id, replay = excluded.replay,
         changed_at = excluded.changed_at
       WHERE article.revision <= excluded.revision`,
      [
        rows.map(({ id }) => id),
        rows.map(({ revision }) => revision),
        rows.map(({ pubStatus }) => pubStatus),
        rows.map(({ record }) => encode(record)),
        rows.map(({ receiptId }) => receiptId),
        rows.map(({ replay }) => replay),
        rows.map(({ storedAt }) => storedAt),
        rows.map(({ changedAt }) => changedAt),
      ],
    );
  }
  await writeGuids(manager, articles.values());
  if (versions.length > 0) {
    await manager.query(
      `INSERT INTO article_version (receipt_id, article_id, replay, revision, change_kind, fields, record, stored_at)
       SELECT receipt_id, article_id, replay, revision, change_kind, fields::text[], record, stored_at
       FROM unnest($1::text[], $2::uuid[], $3::text[], $4::int[], $5::text[], $6::text[], $7::json[], $8::timestamptz[])
         WITH ORDINALITY AS v (receipt_id, article_id, replay, revision, change_kind, fields, record, stored_at, place)
       ORDER BY place
       ON CONFLICT (article_id, revision) DO NOTHING`,
      [
        versions.map(({ receiptId }) => receiptId),
        versions.map(({ articleId }) => articleId),
        versions.map(({ replay }) => replay),
        versions.map(({ revision }) => revision),
        versions.map(({ changeKind }) => changeKind),
        versions.map(({ fields }) => `{${fields.join(',')}}`),
        versions.map(({ record }) => encode(record)),
        versions.map(({ storedAt }) => storedAt),
      ],
    );
  }
  if (urls.size > 0) {
    const rows = [...urls].sort(([a], [b]) => (a < b ? -1 : 1));
    await manager.query(
      `INSERT INTO article_url (url, article_id) SELECT * FROM unnest($1::text[], $2::uuid[])
       ON CONFLICT (url) DO UPDATE SET article_id = excluded.article_id
       WHERE article_url.article_id <> excluded.article_id`,
      [rows.map(([url]) => url), rows.map(([, articleId]) => articleId)],
    );
  }
}

/** Every address under which a version has come in, normalised. */
export function addressesOf({ x: { url } }: ArticleRecord): Set<string> {
  return new Set([url.original, url.final, url.canonical].map(normalizeUrl));
}
