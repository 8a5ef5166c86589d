import { type DeadLetterHeaders, type ErrorClass, RECEIPT_HEADER } from '@newsmill/contracts';
import { header } from './envelope.js';
import type { LogRecord } from './transport.js';

/** An event that died and has been neither re-driven nor dropped. */
export interface DeadLetter {
  /** `<stage>/<partition>/<offset>` */
  id: string;
  why: DeadLetterHeaders;
  record: LogRecord;
  /** Of the thing received that it came of, where that is known. */
  receiptId?: string | undefined;
}

/** Which dead letters are meant; absent properties match all. */
export interface DeadLetterFilter {
  ids?: readonly string[] | undefined;
  stage?: string | undefined;
  errorClass?: ErrorClass | undefined;
  fingerprint?: string | undefined;
  /** Those that failed last at or after this time, in milliseconds since the epoch. */
  since?: number | undefined;
  /** Those that failed last before this time. */
  until?: number | undefined;
  /** Of some things received. */
  receiptIds?: readonly string[] | undefined;
}

export interface Place {
  stage: string;
  partition: number;
  offset: bigint;
}

/** Where the letter of an id stands; `undefined` when it is no id. */
export function placeOf(id: string): Place | undefined {
  const [, stage, partition, offset] = /^([a-z][a-z0-9-]*)\/(\d{1,6})\/(\d{1,18})$/.exec(id) ?? [];
  if (stage === undefined) return undefined;
  return { stage, partition: Number(partition), offset: BigInt(offset!) };
}

/** Whether a letter is meant, its id aside. */
export function matches(
  why: DeadLetterHeaders,
  record: LogRecord,
  { errorClass, fingerprint, since = -Infinity, until = Infinity, receiptIds }: DeadLetterFilter,
): boolean {
  const failedAt = Date.parse(why.dead_last_failed_at);
  return (
    (errorClass === undefined || why.dead_error_class === errorClass) &&
    (fingerprint === undefined || why.dead_fingerprint === fingerprint) &&
    (receiptIds === undefined || receiptIds.includes(header(record, RECEIPT_HEADER) ?? '')) &&
    failedAt >= since &&
    failedAt < until
  );
}

/** Header values as text. */
export function headerTexts({ headers }: LogRecord): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, value.toString()]));
}
