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

/**
 * Headers that a dead letter carries beside the original ones. Key, value and original headers are unchanged, so that a
 * re-drive sends exactly what failed.
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
  dead_fingerprint: z.string().describe('equal for equal faults: stage, error class and message with numbers folded'),
});
export type DeadLetterHeaders = z.output<typeof deadLetterHeaders>;

/** Set on a re-driven event: how many times it has been taken out of the dead letters. */
export const REDRIVES_HEADER = 'newsmill_redrives';

/** Where the dead letters of a stage live. */
export function deadLetterAddress(prefix: string, stageName: string): string {
  return `${prefix}.${stageName}.dead.v1`;
}

/** Dead letters are kept this many days. */
export const DEAD_LETTER_DAYS = 30;
