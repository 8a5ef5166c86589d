import type { ErrorClass } from '@newsmill/contracts';
import type { DeadLetter } from './dead-letter-filter.js';

/** One fault, and how often it waits among the dead letters. */
export interface FaultGroup {
  fingerprint: string;
  stage: string;
  errorClass: ErrorClass;
  /** First line of the message of the example. */
  message: string;
  count: number;
  /** ISO 8601, of all its letters. */
  firstFailedAt: string;
  lastFailedAt: string;
  /** The first of its letters. */
  exampleId: string;
}

export interface FaultGroups {
  /** Most frequent first. */
  groups: FaultGroup[];
  total: number;
  /** Letters of further faults, when there are more than can be told apart in bounded memory. */
  ungrouped: number;
}

const MAX_GROUPS = 1_000;

/** Counts letters by their fingerprint. */
export async function groupFaults(letters: AsyncIterable<DeadLetter>): Promise<FaultGroups> {
  const groups = new Map<string, FaultGroup>();
  let [total, ungrouped] = [0, 0];
  for await (const letter of letters) {
    total += 1;
    const known = groups.get(letter.why.dead_fingerprint);
    if (known) join(known, letter);
    else if (groups.size < MAX_GROUPS) groups.set(letter.why.dead_fingerprint, groupOf(letter));
    else ungrouped += 1;
  }
  return { groups: [...groups.values()].sort((a, b) => b.count - a.count), total, ungrouped };
}

function groupOf({ id, why }: DeadLetter): FaultGroup {
  return {
    fingerprint: why.dead_fingerprint,
    stage: why.dead_stage,
    errorClass: why.dead_error_class,
    message: why.dead_error_message.split('\n', 1)[0]!,
    count: 1,
    firstFailedAt: why.dead_first_failed_at,
    lastFailedAt: why.dead_last_failed_at,
    exampleId: id,
  };
}

function join(group: FaultGroup, { why }: DeadLetter): void {
  group.count += 1;
  if (why.dead_first_failed_at < group.firstFailedAt) group.firstFailedAt = why.dead_first_failed_at;
  if (why.dead_last_failed_at > group.lastFailedAt) group.lastFailedAt = why.dead_last_failed_at;
}
