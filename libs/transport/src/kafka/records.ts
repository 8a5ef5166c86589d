import type { Headers, LogRecord } from '@newsmill/stage';

/** A message as kafkajs decodes it. */
export interface FetchedMessage {
  key: Buffer | null;
  value: Buffer | null;
  headers?: Record<string, Buffer | string | (Buffer | string)[] | null | undefined>;
  offset: string;
  /** Milliseconds since the epoch. */
  timestamp: string;
}

export function toLogRecord(topic: string, partition: number, message: FetchedMessage): LogRecord {
  return {
    topic,
    partition,
    key: message.key,
    value: message.value,
    headers: toHeaders(message.headers),
    offset: BigInt(message.offset),
    timestamp: Number(message.timestamp),
  };
}

/** Of a name that was written twice the last value counts. */
function toHeaders(found: FetchedMessage['headers'] = {}): Headers {
  const headers: Record<string, Buffer> = {};
  for (const [name, value] of Object.entries(found)) {
    const last = Array.isArray(value) ? value.at(-1) : value;
    headers[name] = Buffer.isBuffer(last) ? last : Buffer.from(last ?? '');
  }
  return headers;
}

/** What a plain fetch gives besides: the batch that the message came in. */
export interface RawMessage extends FetchedMessage {
  /** A marker of a transaction, or a record of one that aborted. */
  isControlRecord?: boolean;
  batchContext?: { firstOffset: string; lastOffsetDelta: number; producerId: string; inTransaction: boolean };
}

export interface AbortedTransaction {
  producerId: string;
  firstOffset: string;
}

/**
 * Makes the records of aborted transactions control records, which nobody is shown: they keep their offsets. A
 * transaction that aborted counts from its first offset to its marker (Kafka protocol, Fetch: aborted_transactions).
 */
export function hideAborted(messages: readonly RawMessage[], aborted: readonly AbortedTransaction[]): void {
  if (aborted.length === 0) return;
  const ahead = [...aborted].sort((a, b) => Number(BigInt(a.firstOffset) - BigInt(b.firstOffset)));
  const open = new Set<string>();
  for (const message of messages) {
    const { offset, isControlRecord, batchContext } = message;
    while (ahead[0] !== undefined && BigInt(ahead[0].firstOffset) <= BigInt(offset))
      open.add(ahead.shift()!.producerId);
    if (isControlRecord) open.delete(batchContext?.producerId ?? '');
    else if (batchContext?.inTransaction && open.has(batchContext.producerId)) message.isControlRecord = true;
  }
}

/** Offset behind the batch of the last message, gaps at its tail included. */
export function offsetBehind(messages: readonly RawMessage[]): bigint | undefined {
  const last = messages.at(-1);
  if (last === undefined) return undefined;
  const { firstOffset, lastOffsetDelta } = last.batchContext ?? { firstOffset: last.offset, lastOffsetDelta: 0 };
  return BigInt(firstOffset) + BigInt(lastOffsetDelta) + 1n;
}
