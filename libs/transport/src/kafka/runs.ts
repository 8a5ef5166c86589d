import type { NewRecord } from '@newsmill/stage';
import { LogUnavailable } from '../log-unavailable.js';
import { partitionOf } from '../partitioner.js';
import { RecordRefused, UnknownTopic } from '../topic-errors.js';
import { brokerCode } from './faults.js';
import type { PartitionBatch } from './sender.js';
import type { TopicFacts } from './topic-catalog.js';

/** kafkajs copies what it has for a partition with each further message of a send. */
const RUN_RECORDS = 1_000;

/** Neighbouring records of one partition that become one batch on the log, and whom they belong to. */
export interface Run<Owner> extends PartitionBatch {
  readonly owners: Set<Owner>;
}

/** Puts a record behind those that go to its partition (by place `topic/partition`). */
export function addToRuns<Owner>(
  partitions: Map<string, Run<Owner>[]>,
  record: NewRecord,
  facts: TopicFacts,
  owner: Owner,
): void {
  const { topic, key, value, headers } = record;
  const partition = partitionOf(key, facts.partitions);
  const place = `${topic}/${partition}`;
  let runs = partitions.get(place);
  if (runs === undefined) partitions.set(place, (runs = []));
  const bytes = sizeOf(record);
  let run = runs.at(-1);
  // All of a run becomes one batch on the log, and a batch may not be larger than the topic allows.
  if (run === undefined || run.bytes + bytes > facts.maxBytes || run.messages.length >= RUN_RECORDS) {
    runs.push((run = { topic, partition, messages: [], bytes: 0, owners: new Set() }));
  }
  run.messages.push({ key, value, headers: { ...headers } });
  run.bytes += bytes;
  run.owners.add(owner);
}

/** Bytes of a record on the log before compression, nearly. */
export function sizeOf({ key, value, headers }: NewRecord): number {
  let bytes = 32 + (key?.length ?? 0) + (value?.length ?? 0);
  for (const name in headers) bytes += name.length + headers[name]!.length + 4;
  return bytes;
}

/** The broker's refusal to store a run, in terms of the topic; what the topic was known to be is forgotten. */
export function publishFault(topic: string, error: unknown, forget: (topic: string) => void): Error {
  const code = brokerCode(error);
  if (code === 'UNKNOWN_TOPIC_OR_PARTITION') {
    forget(topic);
    return new UnknownTopic(topic);
  }
  if (error instanceof LogUnavailable) return error;
  if (code === 'MESSAGE_TOO_LARGE' || code === 'RECORD_LIST_TOO_LARGE') {
    forget(topic);
    return new RecordRefused(topic, 'it is over max.message.bytes. Raise maxBytes of the topic.');
  }
  return new Error(`Publishing to ${topic} failed: ${(error as Error).message}`, { cause: error });
}
