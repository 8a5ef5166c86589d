import { articleIdOf, InvalidUrl, normalizeUrl, pageIdOf } from '@newsmill/web';
import type { DataSource, SelectQueryBuilder } from 'typeorm';
import { z } from 'zod';
import { guidKey } from './article-guids.js';
import { ReceiptStep } from './entities/receipt-step.entity.js';
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

/** What became of one thing: everything received of it, what each stage said, and the versions that were stored. */
export interface Trace {
  /** Latest first, at most {@link MOST_RECEIPTS}. */
  receipts: Receipt[];
  /** Of these receipts, oldest first, at most the latest {@link MOST_STEPS}; kept as long as the store's settings say. */
  steps: ReceiptStep[];
  articleIds: string[];
  /** By article, oldest first, at most the latest {@link MOST_VERSIONS}. */
  versions: TracedVersion[];
}

/** Receipts that one trace shows. */
export const MOST_RECEIPTS = 100;

/** Steps that one trace shows: a receipt has about five, and more only when it was replayed or re-driven. */
export const MOST_STEPS = 2_000;

/** Versions that one trace shows. */
const MOST_VERSIONS = 1_000;

/**
 * Finds a thing by its address, its publisher's guid, its article id or its receipt id. Every look goes by an index.
 * @param publisher of a guid; a page that was rejected under a guid is found only with it
 */
export async function traceOf(database: DataSource, what: string, publisher: string): Promise<Trace> {
  const ids = candidates(what, publisher);
  let articleIds = await articlesUnder(database, ids);
  if (articleIds.length === 0) articleIds = await articlesWithGuid(database, what);
  const receipts = await receiptsOf(database, what, ids, [...articleIds, ...ids.filter(isUuid)]).getMany();
  const found = new Set([...articleIds, ...receipts.map(({ articleId }) => articleId).filter((id) => id !== null)]);
  const versions = await database.query<TracedVersion[]>(VERSIONS_QUERY, [[...found], MOST_VERSIONS]);
  const steps = await stepsOf(
    database,
    receipts.map(({ id }) => id),
  ).getMany();
  return { receipts, steps: steps.reverse(), articleIds: [...found], versions };
}

/** Receipts that came in under one of the ids or belong to one of the articles. */
export function receiptsOf(
  database: DataSource,
  what: string,
  ids: readonly string[],
  articleIds: readonly string[],
): SelectQueryBuilder<Receipt> {
  return database.manager
    .createQueryBuilder(Receipt, 'receipt')
    .where('receipt.id = :what OR receipt.subject = ANY(:ids) OR receipt.article_id = ANY(:articleIds)', {
      what,
      ids,
      articleIds,
    })
    .orderBy('receipt.updatedAt', 'DESC')
    .limit(MOST_RECEIPTS);
}

/** Steps of receipts, latest first. */
export function stepsOf(database: DataSource, receiptIds: readonly string[]): SelectQueryBuilder<ReceiptStep> {
  return database.manager
    .createQueryBuilder(ReceiptStep, 'step')
    .where('step.receipt_id = ANY(:receiptIds)', { receiptIds })
    .orderBy('step.at', 'DESC')
    .addOrderBy('step.id', 'DESC')
    .limit(MOST_STEPS);
}

/** Of articles ($1), at most so many ($2). */
export const VERSIONS_QUERY = `
  SELECT "receiptId", "articleId", revision, "changeKind", fields, "storedAt" FROM (
    SELECT v.receipt_id AS "receiptId", v.article_id AS "articleId", r.revision, r.id AS place,
      coalesce(r.change_kind, 'kept') AS "changeKind", coalesce(r.fields, '{}') AS fields,
      coalesce(r.told_at, v.stored_at) AS "storedAt"
    FROM article_version v LEFT JOIN article_revision r
      ON r.article_id = v.article_id AND r.version_id = v.id AND r.change_kind IS NOT NULL
    WHERE v.article_id = ANY($1::uuid[]) ORDER BY v.stored_at DESC LIMIT $2) AS latest
  ORDER BY "articleId", "storedAt", place`;

/** Articles that came in under one of the addresses ($1) or have one of the ids ($2). */
export const ARTICLES_QUERY = `
  SELECT article_id AS id FROM article_url WHERE url = ANY($1::text[])
  UNION SELECT article_id FROM article_version WHERE article_id = ANY($2::uuid[])`;

/** Articles that carry a publisher's guid ($1), whoever the publisher is. */
export const GUID_QUERY = `SELECT article_id AS id FROM article_guid WHERE guid = $1 LIMIT ${MOST_RECEIPTS}`;

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

function isUuid(id: string): boolean {
  return z.uuid().safeParse(id).success;
}

async function articlesUnder(database: DataSource, ids: readonly string[]): Promise<string[]> {
  const rows = await database.query<{ id: string }[]>(ARTICLES_QUERY, [ids, ids.filter(isUuid)]);
  return rows.map(({ id }) => id);
}

/** For a guid whose publisher is not known. */
async function articlesWithGuid(database: DataSource, guid: string): Promise<string[]> {
  const rows = await database.query<{ id: string }[]>(GUID_QUERY, [guidKey(guid)]);
  return rows.map(({ id }) => id);
}
