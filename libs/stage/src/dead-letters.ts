import { type DeadLetterHeaders, deadLetterAddress, deadLetterHeaders } from '@newsmill/contracts';
import { redriven } from './dead-letter.js';
import { header, toHeaders } from './envelope.js';
import type { LogRecord, NewRecord, Transport } from './transport.js';

/** An event that died and has been neither re-driven nor dropped. */
export interface DeadLetter {
  /** `<stage>/<partition>/<offset>` */
  id: string;
  why: DeadLetterHeaders;
  record: LogRecord;
}

/** Which dead letters are meant; absent properties match all. */
export interface DeadLetterFilter {
  ids?: readonly string[];
  errorClass?: string;
  fingerprint?: string;
  /** Milliseconds since the epoch of the last failure. */
  since?: number;
}

/** A log cannot forget one record: a marker beside the letter says that it has been dealt with. */
const SETTLES = 'dead_settles';
const SETTLED_BY = 'dead_settled_by';

/** The dead letters of a stage that wait, oldest first in each partition. */
export async function* waitingDeadLetters(
  transport: Transport,
  prefix: string,
  stage: string,
  filter: DeadLetterFilter = {},
): AsyncGenerator<DeadLetter> {
  const address = deadLetterAddress(prefix, stage);
  const settled = new Set<string>();
  for await (const record of transport.read(address, 'earliest')) {
    const letter = header(record, SETTLES);
    if (letter !== undefined) settled.add(letter);
  }
  for await (const record of transport.read(address, 'earliest')) {
    const why = deadLetterHeaders.safeParse(headerTexts(record));
    if (!why.success) continue;
    const letter = { id: `${stage}/${record.partition}/${record.offset}`, why: why.data, record };
    if (!settled.has(letter.id) && matches(letter, filter)) yield letter;
  }
}

/**
 * Sends dead letters to the topic they came from, one redrive older.
 * @returns the letters that were left where they are because they have been re-driven `maxRedrives` times already.
 */
export async function redriveDeadLetters(
  transport: Transport,
  letters: readonly DeadLetter[],
  maxRedrives: number,
): Promise<DeadLetter[]> {
  const tired = letters.filter(({ why }) => why.dead_redrives >= maxRedrives);
  const sent = letters.filter(({ why }) => why.dead_redrives < maxRedrives);
  // The event first: a crash in between repeats it, the other order could lose it.
  await transport.publish(sent.map(({ record }) => redriven(record)));
  await transport.publish(sent.map((letter) => marker(letter, 'redrive')));
  return tired;
}

/** Gives dead letters up for good. Their bytes stay until the topic's retention ends. */
export async function dropDeadLetters(transport: Transport, letters: readonly DeadLetter[]): Promise<void> {
  await transport.publish(letters.map((letter) => marker(letter, 'drop')));
}

function marker({ id, record }: DeadLetter, by: 'redrive' | 'drop'): NewRecord {
  return {
    topic: record.topic,
    key: record.key,
    value: null,
    headers: toHeaders({ [SETTLES]: id, [SETTLED_BY]: by }),
  };
}

function matches({ id, why }: DeadLetter, { ids, errorClass, fingerprint, since }: DeadLetterFilter): boolean {
  return (
    (ids === undefined || ids.includes(id)) &&
    (errorClass === undefined || why.dead_error_class === errorClass) &&
    (fingerprint === undefined || why.dead_fingerprint === fingerprint) &&
    (since === undefined || Date.parse(why.dead_last_failed_at) >= since)
  );
}

function headerTexts({ headers }: LogRecord): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, value.toString()]));
}
