import { z } from 'zod';

/** The closed list of reasons for which an event ends among the dead letters. */
export const errorClass = z.enum([
  'undecodable',
  'invalid-event',
  'handler',
  'remote',
  'timeout',
  'invalid-output',
  'too-large',
]);
export type ErrorClass = z.output<typeof errorClass>;

/** What each class means and what usually helps. The documentation's table is made from it. */
export const errorClasses: Readonly<Record<ErrorClass, { means: string; remedy: string }>> = {
  undecodable: {
    means: 'The value is not JSON in UTF-8. Not tried again.',
    remedy: 'Something foreign wrote to the topic, or bytes were damaged. Find the writer; drop.',
  },
  'invalid-event': {
    means: "The value is JSON but does not fit the topic's schema. Not tried again.",
    remedy: 'A producer of another version writes to the topic. Bring the versions together, then redrive.',
  },
  handler: {
    means: "The stage's own code failed on the event, at every try.",
    remedy: 'A defect, most likely ours: `show` has message and stack. Redrive after the fix.',
  },
  remote: {
    means: 'A remote site answered with a fault (5xx, 429, a broken connection) at every try.',
    remedy: 'Redrive when the site is well again; drop what has become old.',
  },
  timeout: {
    means: 'The handler, or a remote site, took longer than it may at every try.',
    remedy: 'Redrive when the site is quick again. If a page alone is slow, it is a defect: keep it for the fix.',
  },
  'invalid-output': {
    means: 'What the stage made does not fit the schema of its output topic. Not tried again.',
    remedy: 'A defect, ours. Redrive after the fix.',
  },
  'too-large': {
    means: 'The event passes the size limit of its topic. Not tried again.',
    remedy: 'Raise the limit of the topic and redrive, or drop.',
  },
};

/**
 * Headers that a dead letter carries beside the original ones. Key, value and original headers are unchanged, so that a
 * re-drive sends exactly what failed; but what a foreign writer made too large for any topic of ours is left out.
 */
export const deadLetterHeaders = z.object({
  dead_topic: z.string().describe('address of the topic it was read from'),
  dead_partition: z.coerce.number().int(),
  dead_offset: z.string(),
  dead_timestamp: z.iso.datetime().describe("the original record's timestamp"),
  dead_group: z.string(),
  dead_stage: z.string(),
  dead_service_version: z.string(),
  dead_error_class: errorClass,
  dead_error_message: z.string(),
  dead_error_stack: z.string().describe('cut after 4,000 characters'),
  dead_attempts: z.coerce.number().int().positive(),
  dead_first_failed_at: z.iso.datetime(),
  dead_last_failed_at: z.iso.datetime(),
  dead_redrives: z.coerce.number().int().nonnegative(),
  dead_value_bytes: z.coerce
    .number()
    .int()
    .positive()
    .optional()
    .describe('length of the value where it is left out, as it does not fit: it stands at dead_offset of dead_topic'),
  dead_fingerprint: z.string().describe('equal for equal faults: stage, error class and message with numbers folded'),
});
export type DeadLetterHeaders = z.output<typeof deadLetterHeaders>;

/** Set on a re-driven event: how many times it has been taken out of the dead letters. */
export const REDRIVES_HEADER = 'newsmill_redrives';

/** Set on a re-driven event, not on what comes of it: the id of the dead letter that it was. */
export const REDRIVEN_FROM_HEADER = 'newsmill_redriven_from';

/** When the thing that an event came of was received at a door (RFC 3339): what its freshness is counted from. */
export const RECEIVED_HEADER = 'newsmill_received_at';

/** Names the receipt of the thing received, so that an event that cannot be read can still be accounted for. */
export const RECEIPT_HEADER = 'newsmill_receipt';

/** Where the dead letters of a stage live. */
export function deadLetterAddress(prefix: string, stageName: string): string {
  return `${prefix}.${stageName}.dead.v1`;
}

/** The stage whose dead letters live at an address; `undefined` for any other address. */
export function stageOfDeadLetters(prefix: string, address: string): string | undefined {
  const [start, end] = [`${prefix}.`, '.dead.v1'];
  if (!address.startsWith(start) || !address.endsWith(end)) return undefined;
  const name = address.slice(start.length, -end.length);
  return /^[a-z][a-z0-9-]*$/.test(name) ? name : undefined;
}

/**
 * Where it is noted which dead letters have been re-driven or dropped: a log cannot forget one record. Apart from the
 * letters, so that it can be known before they are read, without reading them twice.
 */
export function settledLettersAddress(prefix: string): string {
  return `${prefix}.dead.settled.v1`;
}

/** Dead letters are kept this many days. */
export const DEAD_LETTER_DAYS = 30;
