import type { ArticleRecord } from '@newsmill/contracts';
import type { DataSource } from 'typeorm';
import { fold, type Run } from './life-cycle/fold.js';
import { type ChangeKind, describeChange, type PublicView } from './life-cycle/public-change.js';
import { shownRecord } from './life-cycle/shown-record.js';
import { readKeys } from './version-store.js';

/** A version as its readers see it, beside the one before it. */
export interface HistoryEntry {
  /** What the revision is with it and all older versions. */
  revision: number;
  changeKind: ChangeKind;
  fields: string[];
  pubStatus: PublicView['pubStatus'];
  /** When it came in. */
  storedAt: string;
  /** Absent when it may not be read. */
  record?: ArticleRecord;
}

/** Only moments that are noted as passed count: the history is never ahead of what subscribers are told. */
const NO_CLOCK = -Infinity;

/**
 * The history of an article: each version that says something of its own, oldest first. A function of the versions, as the
 * article itself: what is held does not stand in it, and of what was killed or expired there is no text.
 */
export async function readHistory(database: DataSource, articleId: string): Promise<HistoryEntry[]> {
  return database.transaction('REPEATABLE READ', async (manager) => {
    const { runs } = fold((await readKeys(manager, [articleId])).get(articleId) ?? [], NO_CLOCK);
    const rows = await manager.query<{ id: string; storedAt: Date; record: ArticleRecord | null }[]>(
      `SELECT id, stored_at AS "storedAt", CASE WHEN id = ANY($2::bigint[]) THEN record END AS record
       FROM article_version WHERE id = ANY($1::bigint[])`,
      [
        runs.flatMap(({ members, source }) => [members[0]!.id, ...(source ? [source.id] : [])]),
        runs.flatMap(({ source }) => (source ? [source.id] : [])),
      ],
    );
    const found = new Map(rows.map((row) => [row.id, row]));
    let before: PublicView | undefined;
    let revision = 0;
    return runs.map((run) => {
      const [first] = run.members;
      const view = viewOf(run, found.get(run.source?.id ?? '')?.record ?? null);
      revision += run.weight;
      const { changeKind, fields } = describeChange(before, view) ?? { changeKind: 'update', fields: [] };
      before = view;
      const { pubStatus, record } = view;
      const storedAt = found.get(first!.id)!.storedAt.toISOString();
      return { revision, changeKind, fields, pubStatus, storedAt, ...(record && { record }) };
    });
  });
}

function viewOf({ members: [first] }: Run, record: ArticleRecord | null): PublicView {
  const { pubStatus, note } = first!;
  return { pubStatus, reason: note, record: record && shownRecord(record, first!) };
}
