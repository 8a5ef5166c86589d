import type { ErrorClass } from '@newsmill/contracts';
import { type DeadLetter, headerTexts } from './dead-letter-filter.js';

/** A dead letter in a list. */
export interface DeadLetterSummary {
  id: string;
  stage: string;
  errorClass: ErrorClass;
  /** First line. */
  message: string;
  fingerprint: string;
  attempts: number;
  redrives: number;
  firstFailedAt: string;
  lastFailedAt: string;
  /** Address of the topic that a redrive sends it to. */
  destination: string;
}

/** A dead letter with all that it carries. */
export interface DeadLetterDetail extends DeadLetterSummary {
  stack: string;
  headers: Record<string, string>;
  key: string | null;
  /** The original event as text; `null` when it is empty or no UTF-8. */
  value: string | null;
  /** The original event where it is no UTF-8. */
  valueBase64?: string;
}

export function summaryOf({ id, why }: DeadLetter): DeadLetterSummary {
  return {
    id,
    stage: why.dead_stage,
    errorClass: why.dead_error_class,
    message: why.dead_error_message.split('\n', 1)[0]!,
    fingerprint: why.dead_fingerprint,
    attempts: why.dead_attempts,
    redrives: why.dead_redrives,
    firstFailedAt: why.dead_first_failed_at,
    lastFailedAt: why.dead_last_failed_at,
    destination: why.dead_topic,
  };
}

export function detailOf(letter: DeadLetter): DeadLetterDetail {
  const { key, value } = letter.record;
  const text = value && textOf(value);
  return {
    ...summaryOf(letter),
    stack: letter.why.dead_error_stack,
    headers: headerTexts(letter.record),
    key: key?.toString() ?? null,
    value: text ?? null,
    ...(value && text === undefined && { valueBase64: value.toString('base64') }),
  };
}

function textOf(bytes: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
