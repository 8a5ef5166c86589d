import type { NewRecord, TopicSpec } from '@newsmill/stage';

/** The topic is not on the log. Topics are made on purpose, never by writing or reading. */
export class UnknownTopic extends Error {
  override name = 'UnknownTopic';
  readonly topic: string;

  constructor(topic: string) {
    super(`Topic ${topic} is not on the log. Create it with \`newsmill topics apply\`.`);
    this.topic = topic;
  }
}

/** Topics cannot be as they are asked for; nothing was changed. Says what to do. */
export class TopicsRefused extends Error {
  override name = 'TopicsRefused';
}

/**
 * Why a topic cannot get the partitions that are asked for; undefined when it can. A key of a compacted topic would lie in
 * another partition from then on, and its older record, which may be that of a withdrawn article, would stay for ever.
 */
export function partitionsRefused(spec: TopicSpec, partitions: number): string | undefined {
  if (spec.cleanup !== 'compact' || spec.partitions <= partitions) return undefined;
  return (
    `${spec.address} is compacted and has ${partitions} partitions, which cannot become ${spec.partitions}: ` +
    `the older records of keys that move would stay for ever. Ask for ${partitions}`
  );
}

/** The log will never take this record: trying again is of no use. */
export class RecordRefused extends Error {
  override name = 'RecordRefused';
  readonly topic: string;

  constructor(topic: string, why: string) {
    super(`Topic ${topic} does not take the record: ${why}`);
    this.topic = topic;
  }
}

/** What a topic takes: values of at most `maxBytes` bytes, and on a compacted topic no record without a key. */
export function checkRecord(
  { key, value }: Pick<NewRecord, 'key' | 'value'>,
  topic: { address: string; cleanup: 'delete' | 'compact'; maxBytes: number },
): void {
  const bytes = value?.length ?? 0;
  if (bytes > topic.maxBytes) {
    throw new RecordRefused(
      topic.address,
      `its value has ${bytes} bytes, maxBytes is ${topic.maxBytes}. Make the value smaller or raise maxBytes of the topic.`,
    );
  }
  if (key === null && topic.cleanup === 'compact') {
    throw new RecordRefused(topic.address, 'a compacted topic keeps the latest record of each key, and it has no key.');
  }
}
