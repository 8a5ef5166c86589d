import type { DataSource, EntityManager } from 'typeorm';
import type { ReceiptStep } from './entities/receipt-step.entity.js';
import { Receipt } from './entities/receipt.entity.js';
import { FINAL_STATES, HELD, OPEN_STATES, rankOf, type ReceiptState } from './receipt-state.js';
import { writeSteps } from './receipt-steps.js';
import { MAX_REASON, storable } from './storable-text.js';
import { shareStore } from './store-lock.js';

export interface ReceiptReport {
  id: string;
  state: ReceiptState;
  /** The stage or door that tells it. */
  stage: string;
  articleId?: string | undefined;
  reason?: string | undefined;
  /** Given by the door alone. */
  door?: string | undefined;
  /** Address or page id under which it came in. */
  subject?: string | undefined;
  /** How often it has been taken out of the dead letters. */
  redrives?: number | undefined;
  at: Date;
}

/** How many receipts are in which state, and whether everything received is answered for. */
export interface Flow {
  received: number;
  /** Still on their way. */
  open: number;
  /** Under embargo: stored, and not told to anybody yet. */
  held: number;
  states: Partial<Record<ReceiptState, number>>;
  /** By the door at which they came in. */
  doors: Record<string, number>;
  /** `received = stored + unchanged + rejected + withdrawn + dead + held`. */
  closes: boolean;
}

/** Of receipts that later stages have told of, and the door not yet. */
const UNKNOWN_DOOR = 'unknown';

/** What became of each thing received. */
export class ReceiptStore {
  constructor(private readonly database: DataSource) {}

  /**
   * Notes what became of receipts; a report of a lower or equal rank than the known one is old news, but for where the
   * thing came in.
   */
  async report(manager: EntityManager, reports: readonly ReceiptReport[]): Promise<void> {
    const latest = new Map<string, MergedReport>();
    for (const report of reports) latest.set(report.id, merge(latest.get(report.id), report));
    if (latest.size === 0) return;
    const rows = [...latest.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
    await manager.query(
      `INSERT INTO receipt AS known
         (id, state, rank, stage, article_id, reason, updated_at, door, subject, received_at)
       SELECT * FROM unnest($1::text[], $2::text[], $3::smallint[], $4::text[], $5::uuid[], $6::text[],
         $7::timestamptz[], $8::text[], $9::text[], $10::timestamptz[])
       ON CONFLICT (id) DO UPDATE SET
         state = CASE WHEN known.rank < excluded.rank THEN excluded.state ELSE known.state END,
         stage = CASE WHEN known.rank < excluded.rank THEN excluded.stage ELSE known.stage END,
         reason = CASE WHEN known.rank < excluded.rank THEN excluded.reason ELSE known.reason END,
         updated_at = CASE WHEN known.rank < excluded.rank THEN excluded.updated_at ELSE known.updated_at END,
         rank = greatest(known.rank, excluded.rank),
         article_id = coalesce(excluded.article_id, known.article_id),
         door = coalesce(known.door, excluded.door),
         subject = coalesce(known.subject, excluded.subject),
         received_at = coalesce(known.received_at, excluded.received_at)
       WHERE known.rank < excluded.rank
         OR (known.door IS NULL AND excluded.door IS NOT NULL)
         OR (known.subject IS NULL AND excluded.subject IS NOT NULL)`,
      [
        rows.map(({ id }) => id),
        rows.map(({ state }) => state),
        rows.map(({ rank }) => rank),
        rows.map(({ stage }) => stage),
        rows.map(({ articleId }) => articleId ?? null),
        rows.map(({ reason }) => storable(reason)?.slice(0, MAX_REASON) ?? null),
        rows.map(({ at }) => at),
        rows.map(({ door }) => door ?? null),
        rows.map(({ subject }) => storable(subject) ?? null),
        rows.map(({ receivedAt }) => receivedAt ?? null),
      ],
    );
  }

  /** Notes what became of receipts, and the steps on their way, in one transaction. */
  async reportAll(reports: readonly ReceiptReport[], steps: readonly ReceiptStep[] = []): Promise<void> {
    await this.database.transaction(async (manager) => {
      await shareStore(manager);
      await this.report(manager, reports);
      await writeSteps(manager, steps);
    });
  }

  find(id: string): Promise<Receipt | null> {
    return this.database.manager.findOneBy(Receipt, { id });
  }

  async flow(): Promise<Flow> {
    const rows: { state: ReceiptState; door: string | null; count: string }[] = await this.database.query(
      'SELECT state, door, count(*) AS count FROM receipt GROUP BY state, door',
    );
    const states: Flow['states'] = {};
    const doors: Flow['doors'] = {};
    let received = 0;
    for (const { state, door, count } of rows) {
      states[state] = (states[state] ?? 0) + Number(count);
      doors[door ?? UNKNOWN_DOOR] = (doors[door ?? UNKNOWN_DOOR] ?? 0) + Number(count);
      received += Number(count);
    }
    const settled = FINAL_STATES.reduce((sum, state) => sum + (states[state] ?? 0), 0);
    const held = states[HELD] ?? 0;
    const open = received - settled - held;
    return { received, open, held, states, doors, closes: open === 0 };
  }

  /** Open receipts of which nothing has been heard for so many milliseconds: how many, and some of their ids. */
  async silent(ms: number): Promise<{ count: number; ids: string[] }> {
    const rows = await this.database.query<{ id: string; count: string }[]>(
      `SELECT id, count(*) OVER () AS count FROM receipt
       WHERE state = ANY($1::text[]) AND updated_at < now() - make_interval(secs => $2) LIMIT 5`,
      [OPEN_STATES, ms / 1000],
    );
    return { count: Number(rows[0]?.count ?? 0), ids: rows.map(({ id }) => id) };
  }

  /** When the first thing was received that is still accounted for. */
  async firstReceivedAt(): Promise<Date | undefined> {
    const [row] = await this.database.query<[{ first: Date | null }]>('SELECT min(received_at) AS first FROM receipt');
    return row?.first ?? undefined;
  }
}

/** All that a batch says of one receipt. */
type MergedReport = ReceiptReport & { rank: number; receivedAt: Date | undefined };

function merge(before: MergedReport | undefined, report: ReceiptReport): MergedReport {
  const rank = rankOf(report.state, report.redrives);
  const said = before && before.rank >= rank ? before : { ...report, rank };
  return {
    ...said,
    articleId: said.articleId ?? before?.articleId ?? report.articleId,
    door: before?.door ?? report.door,
    subject: before?.subject ?? report.subject,
    receivedAt: before?.receivedAt ?? (report.door === undefined ? undefined : report.at),
  };
}
