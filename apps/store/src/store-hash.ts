import { createHash } from 'node:crypto';
import type { ArticleRecord } from '@newsmill/contracts';
import type { DataSource } from 'typeorm';
import { shownRecord } from './life-cycle/shown-record.js';

/** What a store holds, in two hashes. Equal stores have equal hashes, however they came about. */
export interface StoreHash {
  articles: number;
  revisions: number;
  /** SHA-256 over the latest revision of every article. */
  content: string;
  /** SHA-256 over every revision of every article, with what moved and when. */
  history: string;
}

const PAGE = 500;
const FIRST = '00000000-0000-0000-0000-000000000000';

interface Revision {
  articleId: string;
  revision: number;
  pubStatus: string;
  reason: string | null;
  changeKind: string;
  fields: string[];
  toldAt: Date;
  version: string | null;
  versionCreated: Date;
  acceptedAt: Date;
  record: ArticleRecord | null;
}

interface Current {
  id: string;
  revision: number;
  pubStatus: string;
  reason: string | null;
  record: ArticleRecord | null;
}

/**
 * Hashes what subscribers were told: for each article in the order of its id, revision, status and record, the record with
 * its properties in the order of their names; of one that may not be read, the reason. What was held, came late or said
 * nothing new does not count, and nothing of an article whose tombstone is on the log. Sees one moment of a store in use.
 */
export async function hashStore(database: DataSource): Promise<StoreHash> {
  return database.transaction('REPEATABLE READ', async (manager) => {
    const [content, history] = [createHash('sha256'), createHash('sha256')];
    let [articles, revisions] = [0, 0];
    for (let last = FIRST; ;) {
      const rows = await manager.query<Current[]>(
        `SELECT id, revision, pub_status AS "pubStatus", reason, record FROM article
         WHERE buried_at IS NULL AND id > $1::uuid ORDER BY id LIMIT $2`,
        [last, PAGE],
      );
      if (rows.length === 0) break;
      for (const { id, revision, pubStatus, reason, record } of rows) {
        articles += 1;
        content.update(`${JSON.stringify([id, revision, pubStatus, record === null ? reason : recordHash(record)])}\n`);
        last = id;
      }
    }
    for (let [articleId, revision] = [FIRST, 0]; ;) {
      const rows = await manager.query<Revision[]>(
        `SELECT r.article_id AS "articleId", r.revision, r.pub_status AS "pubStatus", r.reason,
           r.change_kind AS "changeKind", r.fields, r.told_at AS "toldAt", v.version,
           v.version_created AS "versionCreated", v.accepted_at AS "acceptedAt", s.record
         FROM article_revision r JOIN article a ON a.id = r.article_id
           LEFT JOIN article_version v ON v.id = r.version_id LEFT JOIN article_version s ON s.id = r.source_id
         WHERE r.change_kind IS NOT NULL AND a.buried_at IS NULL AND (r.article_id, r.revision) > ($1::uuid, $2::int)
         ORDER BY r.article_id, r.revision LIMIT $3`,
        [articleId, revision, PAGE],
      );
      if (rows.length === 0) break;
      for (const row of rows) {
        const { pubStatus, reason, record, changeKind, fields, toldAt } = row;
        const shown = record === null ? reason : recordHash(shownRecord(record, row));
        ({ articleId, revision } = row);
        revisions += 1;
        const said = [articleId, revision, pubStatus, shown, changeKind, fields, toldAt.toISOString()];
        history.update(`${JSON.stringify(said)}\n`);
      }
    }
    return { articles, revisions, content: content.digest('hex'), history: history.digest('hex') };
  });
}

function recordHash(record: ArticleRecord): string {
  return createHash('sha256').update(canonical(record)).digest('base64');
}

/** JSON with the properties of every object in the order of their names. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, member]) => `${JSON.stringify(name)}:${canonical(member)}`);
  return `{${members.join(',')}}`;
}
