import type { Batch, LogRecord, NewRecord, TopicSpec } from '@newsmill/stage';
import { partitionOf } from './partitioner.js';
import { checkRecord, UnknownTopic } from './topic-errors.js';

export interface MemoryTopic {
  spec: TopicSpec;
  /** Records by partition; the index in a partition is the offset. */
  partitions: LogRecord[][];
}

/** A member as its group knows it. */
export interface MemoryMember {
  groupChanged(): void;
  recordsAdded(partition: number): void;
}

/** Positions and members of one group on one topic. */
export interface MemoryGroup {
  committed: Map<number, number>;
  members: MemoryMember[];
  holders: Map<number, MemoryMember>;
}

/** Topics, records and groups in memory. Several {@link MemoryTransport}s on one log act as several processes. */
export class MemoryLog {
  readonly topics = new Map<string, MemoryTopic>();
  private readonly groups = new Map<string, Map<string, MemoryGroup>>();

  topic(address: string): MemoryTopic {
    const topic = this.topics.get(address);
    if (topic === undefined) throw new UnknownTopic(address);
    return topic;
  }

  group(address: string, name: string): MemoryGroup {
    let ofTopic = this.groups.get(address);
    if (ofTopic === undefined) this.groups.set(address, (ofTopic = new Map<string, MemoryGroup>()));
    let group = ofTopic.get(name);
    if (group === undefined) ofTopic.set(name, (group = { committed: new Map(), members: [], holders: new Map() }));
    return group;
  }

  /** All or nothing: what cannot be taken is refused before anything is written. */
  append(records: readonly NewRecord[]): void {
    for (const record of records) checkRecord(record, this.topic(record.topic).spec);
    for (const { topic: address, key, value, headers } of records) {
      const { partitions } = this.topic(address);
      const partition = partitionOf(key, partitions.length);
      const own = partitions[partition]!;
      own.push({
        topic: address,
        partition,
        offset: BigInt(own.length),
        timestamp: Math.max(Date.now(), own.at(-1)?.timestamp ?? 0),
        key: key && Buffer.from(key),
        value: value && Buffer.from(value),
        headers: Object.fromEntries(Object.entries(headers).map(([name, bytes]) => [name, Buffer.from(bytes)])),
      });
      for (const { holders } of this.groups.get(address)?.values() ?? [])
        holders.get(partition)?.recordsAdded(partition);
    }
  }

  /** Neighbouring records from an offset on, within both bounds, but at least one if there is one. */
  batch(address: string, partition: number, from: number, size: number, bytes: number): Batch | undefined {
    const records: LogRecord[] = [];
    let sum = 0;
    for (const record of this.topic(address).partitions[partition]!.slice(from, from + size)) {
      sum += record.value?.length ?? 0;
      if (records.length > 0 && sum > bytes) break;
      records.push(record);
    }
    return records.length === 0 ? undefined : { topic: address, partition, records };
  }
}
