import type { articleOutcomes, EventOf } from '@newsmill/contracts';
import { deterministicId } from '@newsmill/stage';
import type { DataSource, EntityManager } from 'typeorm';
import { compareTexts } from './compare-texts.js';
import type { ReceiptStep } from './entities/receipt-step.entity.js';
import { MAX_REASON, storable } from './storable-text.js';

const DAY_MS = 24 * 60 * 60 * 1000;

/** Rows that one statement of a sweep removes. */
const SWEPT_AT_ONCE = 5_000;

/** Before this moment steps are neither kept nor taken. */
export function stepsSince(days: number, now: number): Date {
  return new Date(now - days * DAY_MS);
}

/**
 * What a settled batch says of its receipts, step by step.
 * @param since older steps are left out, so that reading the log again does not bring back what was swept
 */
export function toSteps(batch: EventOf<typeof articleOutcomes>, since: Date): ReceiptStep[] {
  const at = new Date(batch.at);
  if (at < since) return [];
  return batch.settled.flatMap(({ receiptId, outcome, reason, offset, redrives = 0, replay = '' }) => {
    if (receiptId === undefined) return [];
    const { stage, topic, partition } = batch;
    const hasPlace = topic !== undefined && partition !== undefined && offset !== undefined;
    const place = hasPlace ? { topic, partition, offset } : { topic: null, partition: null, offset: null };
    // A batch that is settled again after a crash is told at another time, and perhaps with other words.
    const what = [stage, outcome, String(redrives), replay, ...(hasPlace ? [topic, String(partition), offset] : [])];
    return [
      {
        receiptId,
        id: deterministicId(...what),
        at,
        stage,
        outcome,
        reason: storable(reason)?.slice(0, MAX_REASON) ?? null,
        ...place,
        redrives,
        replay,
      },
    ];
  });
}

/** A step that is known already stays as it was told first. */
export async function writeSteps(manager: EntityManager, steps: readonly ReceiptStep[]): Promise<void> {
  if (steps.length === 0) return;
  // In one order for all, so that two transactions never wait for each other in a circle.
  const rows = [...steps].sort((a, b) => compareTexts(a.receiptId, b.receiptId) || compareTexts(a.id, b.id));
  await manager.query(
    `INSERT INTO receipt_step
       (receipt_id, id, at, stage, outcome, reason, log_topic, log_partition, log_offset, redrives, replay)
     SELECT * FROM unnest($1::text[], $2::uuid[], $3::timestamptz[], $4::text[], $5::text[], $6::text[], $7::text[],
       $8::int[], $9::bigint[], $10::int[], $11::text[])
     ON CONFLICT (receipt_id, id) DO NOTHING`,
    [
      rows.map(({ receiptId }) => receiptId),
      rows.map(({ id }) => id),
      rows.map(({ at }) => at),
      rows.map(({ stage }) => stage),
      rows.map(({ outcome }) => outcome),
      rows.map(({ reason }) => reason),
      rows.map(({ topic }) => topic),
      rows.map(({ partition }) => partition),
      rows.map(({ offset }) => offset),
      rows.map(({ redrives }) => redrives),
      rows.map(({ replay }) => replay),
    ],
  );
}

/**
 * Removes the steps before a moment, some thousands in each statement, so that nobody waits for it long.
 * @param signal ends it between two statements
 * @returns how many were removed
 */
export async function sweepSteps(database: DataSource, before: Date, signal?: AbortSignal): Promise<number> {
  let removed = 0;
  for (let last = SWEPT_AT_ONCE; last === SWEPT_AT_ONCE && !signal?.aborted; removed += last) {
    const [, count] = await database.query<[unknown[], number]>(
      `DELETE FROM receipt_step WHERE ctid = ANY(ARRAY(
         SELECT ctid FROM receipt_step WHERE at < $1 LIMIT ${SWEPT_AT_ONCE} FOR UPDATE SKIP LOCKED))`,
      [before],
    );
    last = count;
  }
  return removed;
}
