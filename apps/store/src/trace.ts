import { articleIdOf, InvalidUrl, normalizeUrl, pageIdOf } from '@newsmill/web';
import type { DataSource } from 'typeorm';
import { z } from 'zod';
import { Receipt } from './entities/receipt.entity.js';

export interface TracedVersion {
  receiptId: string;
  articleId: string;
  /** `null` when nothing was told of it: it came late, said nothing new or is held. */
  revision: number | null;
  changeKind: string;
  fields: string[];
  storedAt: Date;
}

/** What became of one thing: everything received of it, and the versions that were stored. */
export interface Trace {
  /** Latest first, at most {@link MOST_RECEIPTS}. */
  receipts: Receipt[];
  articleIds: string[];
  versions: TracedVersion[];
}

/** Receipts that one trace shows. */
export const MOST_RECEIPTS = 100;

/**
 * Finds a thing by its address, its publisher's guid, its article id or its receipt id.
 * @param publisher of a guid; a page that was rejected under a guid is found only with it
 */
export async function traceOf(database: DataSource, what: string, publisher: string): Promise<Trace> {
  const ids = candidates(what, publisher);
  let articleIds = await articlesUnder(database, ids);
  if (articleIds.length === 0) articleIds = await articlesWithGuid(database, what);
  const receipts = await database.manager
    .createQueryBuilder(Receipt, 'receipt')
    .where('receipt.id = :what OR receipt.subject = ANY(:ids) OR receipt.article_id = ANY(:articleIds)', {
      what,
      ids,
      articleIds,
    })
    .orderBy('receipt.updatedAt', 'DESC')
    .limit(MOST_RECEIPTS)
    .getMany();
  const found = new Set([...articleIds, ...receipts.map(({ articleId }) => articleId).filter((id) => id !== null)]);
  const versions = await database.query<TracedVersion[]>(
    `SELECT v.receipt_id AS "receiptId", v.article_id AS "articleId", r.revision,
       coalesce(r.change_kind, 'kept') AS "changeKind", coalesce(r.fields, '{}') AS fields,
       coalesce(r.told_at, v.stored_at) AS "storedAt"
     FROM article_version v LEFT JOIN article_revision r ON r.version_id = v.id AND r.change_kind IS NOT NULL
     WHERE v.article_id = ANY($1::uuid[]) ORDER BY v.article_id, "storedAt", r.id`,
    [[...found]],
  );
  return { receipts, articleIds: [...found], versions };
}

/** Everything under which the thing may be known: as it is, as address, as page. */
function candidates(what: string, publisher: string): string[] {
  const ids = [what, pageIdOf({ publisher, guid: what })];
  try {
    const url = normalizeUrl(what);
    ids.push(url, new URL(what).href, pageIdOf({ url }));
  } catch (error) {
    if (!(error instanceof InvalidUrl)) throw error;
    ids.push(articleIdOf({ publisher, guid: what }));
  }
  return ids;
}

async function articlesUnder(database: DataSource, ids: readonly string[]): Promise<string[]> {
  const rows = await database.query<{ id: string }[]>(
    `SELECT article_id AS id FROM article_url WHERE url = ANY($1::text[])
     UNION SELECT article_id FROM article_version WHERE article_id = ANY($2::uuid[])`,
    [ids, ids.filter((id) => z.uuid().safeParse(id).success)],
  );
  return rows.map(({ id }) => id);
}

/** Reads every record: for a guid whose publisher is not known. */
async function articlesWithGuid(database: DataSource, guid: string): Promise<string[]> {
  const rows = await database.query<{ id: string }[]>(
    `SELECT id FROM article WHERE EXISTS (
       SELECT 1 FROM json_array_elements(coalesce(record->'altIds', '[]'::json)) AS alt
       WHERE alt->>'role' = 'guid' AND alt->>'value' = $1)`,
    [guid],
  );
  return rows.map(({ id }) => id);
}
