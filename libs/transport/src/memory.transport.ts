import type {
  Consumer,
  LogRecord,
  NewRecord,
  PartitionLag,
  Position,
  SubscribeOptions,
  TopicChange,
  TopicSpec,
  Transport,
} from '@newsmill/stage';
import { GroupMember, type GroupView } from './group-member.js';
import { LogUnavailable } from './log-unavailable.js';
import { type MemoryGroup, MemoryLog, type MemoryMember, type MemoryTopic } from './memory-log.js';
import { type HeldPartition, PartitionLost } from './partition-lane.js';
import { partitionsRefused, TopicsRefused } from './topic-errors.js';
import type { TransportLog } from './transport-log.js';

export interface MemoryTransportOptions {
  /** Transports that share a log act as processes on one log. */
  memory?: MemoryLog;
  log?: TransportLog;
}

/** How often an idle consumer turns its loop. */
const TURN_MS = 100;

/** A log that lives as long as its process: for tests. It keeps every record and knows no retention. */
export class MemoryTransport implements Transport {
  readonly kind = 'memory';
  private readonly memory: MemoryLog;
  private readonly log: TransportLog;
  private readonly consumers = new Set<Consumer>();
  private closed = false;

  constructor({ memory = new MemoryLog(), log = () => undefined }: MemoryTransportOptions = {}) {
    this.memory = memory;
    this.log = log;
  }

  async connect(): Promise<void> {
    this.closed = false;
  }

  async applyTopics(specs: readonly TopicSpec[]): Promise<TopicChange[]> {
    this.mustBeOpen();
    for (const spec of specs) {
      const known = this.memory.topics.get(spec.address);
      const refused = known && partitionsRefused(spec, known.partitions.length);
      if (refused !== undefined) throw new TopicsRefused(refused);
    }
    return specs.map((spec) => ({ address: spec.address, change: this.apply(spec) }));
  }

  async listTopics(): Promise<string[]> {
    this.mustBeOpen();
    return [...this.memory.topics.keys()].sort();
  }

  async publish(records: readonly NewRecord[]): Promise<void> {
    this.mustBeOpen();
    this.memory.append(records);
  }

  async subscribe(options: SubscribeOptions): Promise<Consumer> {
    this.mustBeOpen();
    const topic = this.memory.topic(options.topic);
    const view = new MemoryGroupView(this.memory, topic, options);
    const consumer = new GroupMember({ ...options, view, turnMs: TURN_MS, log: this.log });
    view.join({
      groupChanged: () => consumer.poke(),
      recordsAdded: (partition) => consumer.wake(partition),
    });
    this.consumers.add(consumer);
    return consumer;
  }

  async *read(address: string, from: Position): AsyncGenerator<LogRecord> {
    this.mustBeOpen();
    const { partitions } = this.memory.topic(address);
    const spans = partitions.map((records, partition) => ({
      records,
      start: startOf(records, partition, from),
      end: records.length,
    }));
    for (const { records, start, end } of spans) {
      for (let offset = start; offset < end; offset += 1) yield records[offset]!;
    }
  }

  async seek(address: string, name: string, to: Position): Promise<void> {
    this.mustBeOpen();
    const { partitions } = this.memory.topic(address);
    const group = this.memory.group(address, name);
    if (group.members.length > 0) {
      throw new Error(`Group ${name} has ${group.members.length} members on ${address}: stop them before moving it.`);
    }
    partitions.forEach((records, partition) => group.committed.set(partition, startOf(records, partition, to)));
  }

  async lag(address: string, name: string): Promise<PartitionLag[]> {
    this.mustBeOpen();
    const { committed } = this.memory.group(address, name);
    return this.memory.topic(address).partitions.map((records, partition) => {
      const [done, end] = [BigInt(committed.get(partition) ?? 0), BigInt(records.length)];
      return { partition, committed: done, end, lag: end - done };
    });
  }

  async ping(): Promise<void> {
    this.mustBeOpen();
  }

  async close(): Promise<void> {
    this.closed = true;
    await Promise.all([...this.consumers].map((consumer) => consumer.stop()));
    this.consumers.clear();
  }

  private apply(spec: TopicSpec): TopicChange['change'] {
    const known = this.memory.topics.get(spec.address);
    if (known === undefined) {
      this.memory.topics.set(spec.address, { spec, partitions: Array.from({ length: spec.partitions }, () => []) });
      return 'created';
    }
    const { cleanup, retentionMs, maxBytes } = known.spec;
    known.spec = spec;
    if (spec.partitions > known.partitions.length) {
      while (known.partitions.length < spec.partitions) known.partitions.push([]);
      return 'partitions-added';
    }
    const same = cleanup === spec.cleanup && retentionMs === spec.retentionMs && maxBytes === spec.maxBytes;
    return same ? 'unchanged' : 'settings-changed';
  }

  private mustBeOpen(): void {
    if (this.closed) throw new LogUnavailable('memory: the transport is closed');
  }
}

class MemoryGroupView implements GroupView {
  private readonly memory: MemoryLog;
  private readonly topic: MemoryTopic;
  private readonly options: SubscribeOptions;
  private readonly group: MemoryGroup;
  private self: MemoryMember | undefined;

  constructor(memory: MemoryLog, topic: MemoryTopic, options: SubscribeOptions) {
    this.memory = memory;
    this.topic = topic;
    this.options = options;
    this.group = memory.group(options.topic, options.group);
  }

  join(self: MemoryMember): void {
    this.self = self;
    this.group.members.push(self);
    this.announce();
  }

  async share(): Promise<readonly number[]> {
    const { members } = this.group;
    const rank = members.indexOf(this.self!);
    if (rank < 0) return [];
    return [...this.topic.partitions.keys()].filter((partition) => partition % members.length === rank);
  }

  async take(partition: number): Promise<HeldPartition | undefined> {
    const { group, memory } = this;
    const self = this.self!;
    if (group.holders.has(partition)) return undefined;
    group.holders.set(partition, self);
    const { topic, batchSize, batchBytes } = this.options;
    return {
      next: async () => memory.batch(topic, partition, group.committed.get(partition) ?? 0, batchSize, batchBytes),
      settle: async (batch, publish) => {
        if (group.holders.get(partition) !== self) throw new PartitionLost(`${topic}/${partition} is held by another`);
        memory.append(publish);
        group.committed.set(partition, Number(batch.records.at(-1)!.offset) + 1);
      },
    };
  }

  async give(partition: number): Promise<void> {
    if (this.group.holders.get(partition) === this.self) this.group.holders.delete(partition);
    this.announce();
  }

  async leave(): Promise<void> {
    this.group.members = this.group.members.filter((member) => member !== this.self);
    this.announce();
  }

  private announce(): void {
    for (const member of this.group.members) member.groupChanged();
  }
}

/** The index at which a position stands in a partition. */
function startOf(records: readonly LogRecord[], partition: number, position: Position): number {
  if (position === 'earliest') return 0;
  if (position === 'latest') return records.length;
  if ('time' in position) {
    const index = records.findIndex(({ timestamp }) => timestamp >= position.time);
    return index < 0 ? records.length : index;
  }
  return Math.min(records.length, Number(position.offsets[partition] ?? 0n));
}
