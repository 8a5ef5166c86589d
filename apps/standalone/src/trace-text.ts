import type { Trace } from '@newsmill/store';

type Step = Trace['steps'][number];

/**
 * A trace in lines: each receipt with its steps, oldest first, then the versions that were stored.
 * @param letters ids of the dead letters that wait, by receipt
 */
export function traceText({ receipts, steps, versions }: Trace, letters: Readonly<Record<string, string[]>>): string {
  const ofReceipt = Map.groupBy(steps, ({ receiptId }) => receiptId);
  const lines = receipts.flatMap(({ id, state, stage, door, reason, subject, articleId, receivedAt, updatedAt }) => [
    `receipt ${id}  ${state}${reason === null ? '' : ` (${reason})`}`,
    `  ${[
      door && `by ${door}`,
      receivedAt && `received ${receivedAt.toISOString()}`,
      stage && `last heard of in ${stage}`,
      updatedAt.toISOString(),
      subject,
    ]
      .filter(Boolean)
      .join(', ')}`,
    ...(articleId === null ? [] : [`  article ${articleId}`]),
    ...table((ofReceipt.get(id) ?? []).map(cells)).map((line) => `  ${line}`),
    ...(letters[id] ?? []).map((letter) => `  dead letter ${letter}`),
  ]);
  const stored = versions.map(({ articleId, revision, changeKind, fields, receiptId, storedAt }) => {
    const moved = fields.length === 0 ? '' : ` (${fields.join(', ')})`;
    return `article ${articleId}  revision ${revision ?? '-'}  ${changeKind}${moved}  ${storedAt.toISOString()}  receipt ${receiptId}`;
  });
  return [...lines, ...stored].join('\n');
}

/** Time, stage, outcome, place on the log, and why. */
function cells({ at, stage, outcome, reason, topic, partition, offset, redrives, replay }: Step): string[] {
  const place = topic === null ? '' : `${topic}/${partition}/${offset}`;
  const why = [reason, redrives > 0 && `redrive ${redrives}`, replay !== '' && `replay ${replay}`].filter(Boolean);
  return [at.toISOString(), stage, outcome, place, why.join(', ')];
}

/** Rows with their columns below one another. */
function table(rows: readonly string[][]): string[] {
  const widths = rows.reduce<number[]>(
    (widest, row) => row.map((cell, at) => Math.max(widest[at] ?? 0, cell.length)),
    [],
  );
  return rows.map((row) =>
    row
      .map((cell, at) => cell.padEnd(widths[at]!))
      .join('  ')
      .trimEnd(),
  );
}
