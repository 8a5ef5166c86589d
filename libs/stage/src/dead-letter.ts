import { createHash } from 'node:crypto';
import { type DeadLetterHeaders, deadLetterAddress, REDRIVEN_FROM_HEADER, REDRIVES_HEADER } from '@newsmill/contracts';
import type { Stage } from './define-stage.js';
import { header, toHeaders } from './envelope.js';
import type { StageFault } from './fault.js';
import type { LogRecord, NewRecord } from './transport.js';

export interface Death {
  fault: StageFault;
  attempts: number;
  firstFailedAt: number;
  lastFailedAt: number;
}

const MAX_STACK = 4000;
const MAX_MESSAGE = 2000;

/** The record for the dead-letter topic: original bytes, key and headers unchanged, and why it is here. */
export function deadLetter(
  at: { prefix: string; group: string; serviceVersion: string },
  stage: Stage,
  record: LogRecord,
  death: Death,
): NewRecord {
  const headers: Record<keyof DeadLetterHeaders, string> = {
    dead_topic: record.topic,
    dead_partition: String(record.partition),
    dead_offset: String(record.offset),
    dead_timestamp: new Date(record.timestamp).toISOString(),
    dead_group: at.group,
    dead_stage: stage.name,
    dead_service_version: at.serviceVersion,
    dead_error_class: death.fault.errorClass,
    dead_error_message: death.fault.message.slice(0, MAX_MESSAGE),
    dead_error_stack: (death.fault.stack ?? '').slice(0, MAX_STACK),
    dead_attempts: String(death.attempts),
    dead_first_failed_at: new Date(death.firstFailedAt).toISOString(),
    dead_last_failed_at: new Date(death.lastFailedAt).toISOString(),
    dead_redrives: header(record, REDRIVES_HEADER) ?? '0',
    dead_fingerprint: fingerprint(stage, death.fault),
  };
  return {
    topic: deadLetterAddress(at.prefix, stage.name),
    key: record.key,
    value: record.value,
    headers: { ...record.headers, ...toHeaders(headers) },
  };
}

/** What differs between equal faults: addresses, quoted values, ids and numbers. */
const VARIABLE_PARTS: readonly [RegExp, string][] = [
  [/https?:\/\/[^\s"'<>)]+/g, 'URL'],
  [/"[^"]*"/g, '"…"'],
  [/\b[0-9a-fA-F]{8}[0-9a-fA-F-]*/g, '#'],
  [/\b[0-9A-HJKMNP-TV-Z]{26}\b/g, '#'],
  [/\d+/g, '#'],
];

/** Equal for equal faults of a stage. */
function fingerprint(stage: Stage, fault: StageFault): string {
  const shape = VARIABLE_PARTS.reduce(
    (text, [part, sign]) => text.replace(part, sign),
    fault.message.slice(0, MAX_MESSAGE),
  );
  return createHash('sha256').update(`${stage.name}\n${fault.errorClass}\n${shape}`).digest('hex').slice(0, 12);
}

/** A dead letter as it was: for the original topic, one redrive older, and told where it comes from. */
export function redriven(id: string, letter: LogRecord): NewRecord {
  const topic = header(letter, 'dead_topic');
  if (topic === undefined) throw new TypeError(`offset ${letter.offset} of ${letter.topic} is not a dead letter`);
  const original = Object.entries(letter.headers).filter(([name]) => !name.startsWith('dead_'));
  const redrives = Number(header(letter, 'dead_redrives') ?? 0) + 1;
  return {
    topic,
    key: letter.key,
    value: letter.value,
    headers: {
      ...Object.fromEntries(original),
      ...toHeaders({ [REDRIVES_HEADER]: String(redrives), [REDRIVEN_FROM_HEADER]: id }),
    },
  };
}
