import type { NewRecord } from '@newsmill/stage';

/** The topic is not on the log. Topics are made on purpose, never by writing or reading. */
export class UnknownTopic extends Error {
  override name = 'UnknownTopic';
  readonly topic: string;

  constructor(topic: string) {
    super(`Topic ${topic} is not on the log. Create it with \`newsmill topics apply\`.`);
    this.topic = topic;
  }
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
