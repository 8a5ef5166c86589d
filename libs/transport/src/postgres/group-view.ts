import type { SubscribeOptions } from '@newsmill/stage';
import type { GroupView } from '../group-member.js';
import { LogUnavailable } from '../log-unavailable.js';
import type { HeldPartition } from '../partition-lane.js';
import { type Database, lockKey } from './database.js';
import { type GroupParts, PostgresPartition, type Taken } from './held-partition.js';
import type { Topic } from './topic-directory.js';

/** Everybody who is a member of the group holds this lock shared; who moves the group holds it alone. */
export function memberKey(database: Database, topic: Topic, group: string): bigint {
  return lockKey('members', database.schema, topic.id, group);
}

/**
 * Membership and partitions by advisory locks of the session. A partition is read by whoever holds its lock; the epoch in
 * its position row settles the rest: a member that was cut off and does not know it cannot commit any more.
 */
export class PostgresGroupView implements GroupView {
  readonly key: bigint;
  private joinedIn = 0;
  private readonly parts: GroupParts;
  private readonly topic: Topic;
  private readonly options: SubscribeOptions;

  constructor(parts: GroupParts, topic: Topic, options: SubscribeOptions) {
    this.parts = parts;
    this.topic = topic;
    this.options = options;
    this.key = memberKey(parts.database, topic, options.group);
  }

  async share(): Promise<readonly number[]> {
    const { session, reader, announceGroup, heardEnds } = this.parts;
    await session.open();
    if (this.joinedIn !== session.generation) {
      const { generation } = session;
      if (!(await session.tryLockShared(this.key))) return [];
      this.joinedIn = generation;
      announceGroup(this.key);
    }
    const members = await session.sharers(this.key);
    const rank = members.indexOf(session.pid);
    const ends = await reader.ends(this.topic);
    heardEnds(ends);
    if (rank < 0) throw new LogUnavailable(`group ${this.options.group}: membership is lost`);
    return ends.map(({ partition }) => partition).filter((partition) => partition % members.length === rank);
  }

  async take(partition: number): Promise<HeldPartition | undefined> {
    const { session } = this.parts;
    const { generation } = session;
    const key = this.partitionKey(partition);
    if (!(await session.tryLock(key))) return undefined;
    try {
      const taken = await this.beginEpoch(partition);
      if (session.generation !== generation) throw new LogUnavailable(`take ${this.topic.address}/${partition}`);
      return new PostgresPartition(this.parts, this.topic, this.options, partition, taken);
    } catch (error) {
      await session.unlock(key, generation).catch(() => undefined);
      throw error;
    }
  }

  async give(partition: number): Promise<void> {
    const { session, announceGroup } = this.parts;
    await session.unlock(this.partitionKey(partition), this.joinedIn);
    announceGroup(this.key);
  }

  async leave(): Promise<void> {
    const { session, announceGroup } = this.parts;
    await session.unlockShared(this.key, this.joinedIn).catch(() => undefined);
    announceGroup(this.key);
  }

  /** From now on no earlier holder of the partition can commit. */
  private async beginEpoch(partition: number): Promise<Taken> {
    const { database } = this.parts;
    const [row] = await database.query<Taken>(
      `take ${this.topic.address}/${partition}`,
      `INSERT INTO ${database.schema}.positions AS p (topic_id, group_name, partition, committed, epoch)
       VALUES ($1, $2, $3, 0, 1)
       ON CONFLICT (topic_id, group_name, partition) DO UPDATE SET epoch = p.epoch + 1
       RETURNING committed, epoch`,
      [this.topic.id, this.options.group, partition],
    );
    return row!;
  }

  private partitionKey(partition: number): bigint {
    return lockKey('partition', this.parts.database.schema, this.topic.id, this.options.group, partition);
  }
}
