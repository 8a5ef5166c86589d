import { createHash } from 'node:crypto';
import { type DeadLetterHeaders, deadLetterAddress, REDRIVEN_FROM_HEADER, REDRIVES_HEADER } from '@newsmill/contracts';
import type { Stage } from './define-stage.js';
import { header, toHeaders } from './envelope.js';
import type { StageFault } from './fault.js';
import { asEarlierTrace } from './trace-context.js';
import type { LogRecord, NewRecord } from './transport.js';

export interface Death {
  fault: StageFault;
  attempts: number;
  firstFailedAt: number;
  lastFailedAt: number;
}

const MAX_STACK = 4000;
const MAX_MESSAGE = 2000;
/** Bytes of an original's headers: a topic has 64 KiB for key, headers and framing, and a letter's own need some. */
const MAX_HEADERS = 24 * 1024;
const MAX_KEY = 8 * 1024;

/**
 * The record for the dead-letter topic: original bytes, key and headers unchanged, and why it is here. What is too large
 * for the topic is left out: a letter that the log refuses would hold its partition up for ever.
 */
export function deadLetter(
  at: { prefix: string; group: string; serviceVersion: string },
  stage: Stage,
  record: LogRecord,
  death: Death,
): NewRecord {
  const fits = (record.value?.length ?? 0) <= stage.reads.maxBytes;
  const headers: Record<Exclude<keyof DeadLetterHeaders, 'dead_value_bytes'>, string> = {
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
    key: (record.key?.length ?? 0) <= MAX_KEY ? record.key : null,
    value: fits ? record.value : null,
    headers: {
      ...smallHeaders(record),
      ...toHeaders({ ...headers, ...(!fits && { dead_value_bytes: String(record.value!.length) }) }),
    },
  };
}

/** The smallest headers of a record, as many as have room. */
function smallHeaders({ headers }: LogRecord): LogRecord['headers'] {
  const sizeOf = ([name, value]: [string, Buffer]): number => Buffer.byteLength(name) + value.length;
  let room = MAX_HEADERS;
  return Object.fromEntries(
    Object.entries(headers)
      .sort((a, b) => sizeOf(a) - sizeOf(b))
      .filter((entry) => (room -= sizeOf(entry)) >= 0),
  );
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

/** A dead letter as it was: for the original topic, one redrive older, told where it comes from, its trace ended. */
export function redriven(id: string, letter: LogRecord): NewRecord {
  const topic = header(letter, 'dead_topic');
  if (topic === undefined) throw new TypeError(`offset ${letter.offset} of ${letter.topic} is not a dead letter`);
  const original = Object.entries(asEarlierTrace(letter.headers)).filter(([name]) => !name.startsWith('dead_'));
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
