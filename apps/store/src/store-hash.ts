import { createHash } from 'node:crypto';
import type { ArticleRecord } from '@newsmill/contracts';
import type { DataSource } from 'typeorm';

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

interface Row {
  articleId: string;
  revision: number;
  isCurrent: boolean;
  changeKind: string;
  fields: string[];
  storedAt: Date;
  record: ArticleRecord;
}

/**
 * Hashes what subscribers were told: for each article in the order of its id, revision, status and record, the record with
 * its properties in the order of their names; of one that may not be read, the reason. Late versions, and what changed
 * without being told, do not count. Sees one moment of a store in use.
 */
export async function hashStore(database: DataSource): Promise<StoreHash> {
  return database.transaction('REPEATABLE READ', async (manager) => {
    const [content, history] = [createHash('sha256'), createHash('sha256')];
    let [articles, revisions] = [0, 0];
    let [articleId, revision] = [FIRST, 0];
    for (;;) {
      const rows = await manager.query<Row[]>(
        `SELECT v.article_id AS "articleId", v.revision, v.revision = a.revision AS "isCurrent",
           v.change_kind AS "changeKind", v.fields, v.stored_at AS "storedAt", v.record
         FROM article_version v JOIN article a ON a.id = v.article_id
         WHERE v.revision IS NOT NULL AND (v.article_id, v.revision) > ($1::uuid, $2::int)
         ORDER BY v.article_id, v.revision LIMIT $3`,
        [articleId, revision, PAGE],
      );
      for (const row of rows) {
        const { pubStatus, edNote } = row.record;
        const shown = pubStatus === 'usable' ? recordHash(row.record) : (edNote ?? row.changeKind);
        const said = [row.articleId, row.revision, pubStatus, shown];
        const moved = [row.changeKind, row.fields, row.storedAt.toISOString()];
        revisions += 1;
        history.update(`${JSON.stringify([...said, ...moved])}\n`);
        if (!row.isCurrent) continue;
        articles += 1;
        content.update(`${JSON.stringify(said)}\n`);
      }
      const last = rows.at(-1);
      if (last === undefined) {
        return { articles, revisions, content: content.digest('hex'), history: history.digest('hex') };
      }
      ({ articleId, revision } = last);
    }
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
