import { createHash } from 'node:crypto';
import {
  type EventOf,
  RECEIPT_HEADER,
  RECEIVED_HEADER,
  REDRIVES_HEADER,
  type Topic,
  topicAddress,
} from '@newsmill/contracts';
import { StageFault } from './fault.js';
import { REPLAY_HEADER } from './replay-marker.js';
import { type TraceContext, traceHeaders } from './trace-context.js';
import type { Headers, LogRecord, NewRecord } from './transport.js';

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** CloudEvents 1.0 attributes that differ from event to event. */
export interface Envelope {
  id: string;
  /** URI reference of the producer, such as `/newsmill/parse`. */
  source: string;
  /** Milliseconds since the epoch. */
  time: number;
  /** The span that it comes of. */
  trace?: TraceContext | undefined;
  /** When what it came of was received at a door (RFC 3339). */
  receivedAt?: string | undefined;
  /** How often what it came of has been taken out of the dead letters. */
  redrives?: number | undefined;
  /** The replays that it came through: see replay-marker.ts. */
  replay?: string | undefined;
}

/**
 * An event as a record: CloudEvents 1.0, Kafka protocol binding, binary mode (value is the JSON data, attributes are
 * `ce_` headers).
 * @throws StageFault `invalid-output` when the event does not fit the topic's schema, `too-large` when it passes the
 * topic's limit.
 */
export function encodeEvent<T extends Topic>(
  prefix: string,
  topic: T,
  event: EventOf<T>,
  envelope: Envelope,
): NewRecord {
  const checked = topic.schema.safeParse(event);
  if (!checked.success) {
    throw new StageFault('invalid-output', `${topic.name}: ${describeIssues(checked.error)}`, { retry: false });
  }
  const value = Buffer.from(JSON.stringify(checked.data));
  if (value.length > topic.maxBytes) {
    throw new StageFault('too-large', `${topic.name}: ${value.length} bytes, at most ${topic.maxBytes} are allowed`, {
      retry: false,
    });
  }
  const key = topic.key(event);
  const { receiptId } = topic.subject(event);
  const headers = {
    ...attributes(topic, key, envelope),
    'content-type': 'application/json',
    ...(receiptId !== undefined && { [RECEIPT_HEADER]: receiptId }),
    ...(envelope.receivedAt !== undefined && { [RECEIVED_HEADER]: envelope.receivedAt }),
    ...(envelope.redrives !== undefined && { [REDRIVES_HEADER]: String(envelope.redrives) }),
    ...(envelope.trace !== undefined && traceHeaders(envelope.trace)),
    ...(envelope.replay !== undefined && { [REPLAY_HEADER]: envelope.replay }),
  };
  return { topic: topicAddress(prefix, topic), key: Buffer.from(key), value, headers: toHeaders(headers) };
}

/**
 * A tombstone: a record without a value, after which a compacted topic forgets everything of its key (Apache Kafka,
 * "Log Compaction"). It carries the attributes of an event, so that a consumer can tell when and by whom.
 */
export function encodeTombstone(
  prefix: string,
  topic: Pick<Topic, 'name'>,
  key: string,
  envelope: Pick<Envelope, 'id' | 'source' | 'time' | 'trace'>,
): NewRecord {
  const { trace } = envelope;
  const headers = toHeaders({ ...attributes(topic, key, envelope), ...(trace !== undefined && traceHeaders(trace)) });
  return { topic: topicAddress(prefix, topic), key: Buffer.from(key), value: null, headers };
}

function attributes(
  topic: Pick<Topic, 'name'>,
  key: string,
  { id, source, time }: Pick<Envelope, 'id' | 'source' | 'time'>,
): Record<string, string> {
  return {
    ce_specversion: '1.0',
    ce_id: id,
    ce_source: source,
    ce_type: topic.name,
    ce_subject: key,
    ce_time: new Date(time).toISOString(),
  };
}

/**
 * Reads a record tolerantly: unknown fields pass.
 * @throws StageFault `undecodable` when it is not JSON, `invalid-event` when it does not fit the schema.
 */
export function decodeEvent<T extends Topic>(topic: T, record: LogRecord): EventOf<T> {
  let data: unknown;
  try {
    data = JSON.parse(utf8.decode(record.value ?? new Uint8Array()));
  } catch (error) {
    throw new StageFault('undecodable', `value is not JSON: ${(error as Error).message}`, { retry: false });
  }
  const read = topic.reader.safeParse(data);
  if (!read.success) {
    throw new StageFault('invalid-event', `${topic.name}: ${describeIssues(read.error)}`, { retry: false });
  }
  return read.data as EventOf<T>;
}

export function header(record: Pick<LogRecord, 'headers'>, name: string): string | undefined {
  return record.headers[name]?.toString();
}

export function toHeaders(values: Record<string, string>): Headers {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, Buffer.from(value)]));
}

/** The same parts always give the same id, so a retry repeats it and a consumer can drop duplicates. RFC 9562 UUIDv8. */
export function deterministicId(...parts: readonly string[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(`${part.length}:${part}`);
  const bytes = hash.digest().subarray(0, 16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x80;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/** Zod issues in one line that names each field. */
function describeIssues(error: { issues: readonly { path: readonly PropertyKey[]; message: string }[] }): string {
  return error.issues
    .slice(0, 5)
    .map(({ path, message }) => `${path.length > 0 ? path.join('.') : '(root)'}: ${message}`)
    .join('; ');
}
