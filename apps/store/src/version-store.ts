import type { ArticleRecord } from '@newsmill/contracts';
import type { EntityManager } from 'typeorm';
import { keyOf, type VersionKey } from './life-cycle/version-key.js';

/** What becomes of versions that are there already. */
export interface VersionUpdates {
  /** Row ids of what a later replay has replaced. */
  superseded: string[];
  /** The latest replay that made the same again, by row id. */
  confirmed: Map<string, string>;
  /** The moment that has passed, by row id. */
  elapsed: Map<string, Date>;
  /** A version that is replaced leaves its record to one that says the same: from and to, by row id. */
  inherited: [from: string, to: string][];
  /** Articles whose texts are to go, with the versions that keep theirs. */
  emptied: Map<string, string[]>;
}

interface KeyRow extends Omit<VersionKey, 'contentHash'> {
  articleId: string;
  contentHash: string | null;
}

const KEY_COLUMNS = `id, article_id AS "articleId", receipt_id AS "receiptId", replay, confirmed, version,
  version_created AS "versionCreated", accepted_at AS "acceptedAt", pub_status AS "pubStatus", note, restores,
  embargoed_until AS "embargoedUntil", expires, elapsed_to AS "elapsedTo", content_hash AS "contentHash",
  record IS NOT NULL AS "hasRecord"`;

/** The versions that count of articles, by article: keys alone, no texts. */
export async function readKeys(
  manager: EntityManager,
  articleIds: readonly string[],
): Promise<Map<string, VersionKey[]>> {
  const rows = await manager.query<KeyRow[]>(
    `SELECT ${KEY_COLUMNS} FROM article_version WHERE article_id = ANY($1::uuid[]) AND NOT superseded`,
    [articleIds],
  );
  const unknown = rows.filter(({ contentHash }) => contentHash === null);
  if (unknown.length > 0) await hashContent(manager, unknown);
  const keys = rows.map(({ articleId, contentHash, ...key }) => ({
    articleId,
    key: { ...key, contentHash: contentHash ?? '' },
  }));
  const grouped = Map.groupBy(keys, ({ articleId }) => articleId);
  return new Map([...grouped].map(([articleId, own]) => [articleId, own.map(({ key }) => key)]));
}

/** Of versions that an older release has stored: it did not know their hashes. */
async function hashContent(manager: EntityManager, rows: readonly KeyRow[]): Promise<void> {
  const found = await manager.query<{ id: string; record: ArticleRecord | null }[]>(
    'SELECT id, record FROM article_version WHERE id = ANY($1::bigint[])',
    [rows.map(({ id }) => id)],
  );
  const records = new Map(found.map(({ id, record }) => [id, record]));
  for (const row of rows) {
    const record = records.get(row.id) ?? null;
    row.contentHash = record === null ? '' : keyOf(row.id, row.receiptId, row.replay, record).contentHash;
  }
  await manager.query(
    `UPDATE article_version v SET content_hash = h.hash FROM unnest($1::bigint[], $2::text[]) AS h (id, hash)
     WHERE v.id = h.id`,
    [rows.map(({ id }) => id), rows.map(({ contentHash }) => contentHash)],
  );
}

/** Records of one transaction: those that have come in, others when they are asked for. */
export class VersionRecords {
  private readonly known = new Map<string, ArticleRecord>();
  private readonly heirs = new Map<string, string>();

  constructor(private readonly manager: EntityManager) {}

  put(id: string, record: ArticleRecord): void {
    this.known.set(id, record);
  }

  /** From now on the record of one version is that of another. */
  inherit(from: string, to: string): void {
    this.heirs.set(to, from);
  }

  async get(id: string): Promise<ArticleRecord> {
    const holder = this.heirs.get(id);
    if (holder !== undefined) return this.get(holder);
    const known = this.known.get(id);
    if (known !== undefined) return known;
    const [row] = await this.manager.query<{ record: ArticleRecord }[]>(
      'SELECT record FROM article_version WHERE id = $1 AND record IS NOT NULL',
      [id],
    );
    if (row === undefined) throw new Error(`version ${id} has no record`);
    this.known.set(id, row.record);
    return row.record;
  }
}

/** Each kind of update in one statement; new versions have been written. */
export async function updateVersions(manager: EntityManager, updates: VersionUpdates): Promise<void> {
  const { superseded, confirmed, elapsed, inherited, emptied } = updates;
  if (inherited.length > 0) {
    await manager.query(
      `UPDATE article_version v SET record = f.record
       FROM unnest($1::bigint[], $2::bigint[]) AS i (from_id, to_id) JOIN article_version f ON f.id = i.from_id
       WHERE v.id = i.to_id`,
      [inherited.map(([from]) => from), inherited.map(([, to]) => to)],
    );
  }
  if (superseded.length > 0) {
    await manager.query('UPDATE article_version SET superseded = true WHERE id = ANY($1::bigint[])', [superseded]);
  }
  if (confirmed.size > 0) {
    await manager.query(
      `UPDATE article_version v SET confirmed = c.replay FROM unnest($1::bigint[], $2::text[]) AS c (id, replay)
       WHERE v.id = c.id`,
      [[...confirmed.keys()], [...confirmed.values()]],
    );
  }
  if (elapsed.size > 0) {
    await manager.query(
      `UPDATE article_version v SET elapsed_to = e.moment FROM unnest($1::bigint[], $2::timestamptz[]) AS e (id, moment)
       WHERE v.id = e.id`,
      [[...elapsed.keys()], [...elapsed.values()]],
    );
  }
  if (emptied.size > 0) {
    const [articles, kept] = [[...emptied.keys()], [...emptied.values()].flat()];
    await manager.query(
      `UPDATE article_version SET record = NULL
       WHERE article_id = ANY($1::uuid[]) AND record IS NOT NULL AND id <> ALL($2::bigint[])`,
      [articles, kept],
    );
    await manager.query(
      'UPDATE article_revision SET correction = NULL WHERE article_id = ANY($1::uuid[]) AND correction IS NOT NULL',
      [articles],
    );
  }
}
