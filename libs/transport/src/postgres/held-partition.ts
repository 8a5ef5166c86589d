import { backoff, type Batch, type NewRecord, sleep, type SubscribeOptions } from '@newsmill/stage';
import { LogUnavailable } from '../log-unavailable.js';
import { type HeldPartition, PartitionLost } from '../partition-lane.js';
import { append, cut, lockPartitions, type PartitionEnd } from './append.js';
import type { Database } from './database.js';
import type { KnownEnds } from './known-ends.js';
import type { LogReader } from './log-reader.js';
import type { Publisher } from './publisher.js';
import type { Session } from './session.js';
import type { Topic } from './topic-directory.js';

/** What consumers of one process share. */
export interface GroupParts {
  database: Database;
  session: Session;
  reader: LogReader;
  publisher: Publisher;
  /** Ends that are known to be committed. */
  ends: KnownEnds;
  /** Tells the other members that the group has changed. */
  announceGroup(key: bigint): void;
  /** Wakes what reads these partitions in this process. */
  heardEnds(ends: readonly PartitionEnd[]): void;
  /** Wakes what reads these partitions, here and in the other processes. */
  announceEnds(ends: readonly PartitionEnd[]): void;
}

/** A position row as its new holder finds it. */
export interface Taken {
  committed: string;
  epoch: string;
}

const FIRST_RETRY_MS = 100;
const MAX_RETRY_MS = 5_000;

/** A partition under one epoch. */
export class PostgresPartition implements HeldPartition {
  private readonly parts: GroupParts;
  private readonly topic: Topic;
  private readonly options: SubscribeOptions;
  private readonly partition: number;
  private readonly epoch: string;
  private position: bigint;

  constructor(parts: GroupParts, topic: Topic, options: SubscribeOptions, partition: number, taken: Taken) {
    this.parts = parts;
    this.topic = topic;
    this.options = options;
    this.partition = partition;
    this.position = BigInt(taken.committed);
    this.epoch = taken.epoch;
  }

  async next(): Promise<Batch | undefined> {
    const { reader, ends } = this.parts;
    const { topic, partition, position } = this;
    const end = ends.get(topic.id, partition);
    if (position >= end) return undefined;
    const { batchSize: size, batchBytes: bytes } = this.options;
    const records = await reader.read({ topic, partition, from: position, size, bytes });
    if (records.length > 0) return { topic: topic.address, partition, records };
    // Everything below a committed end is visible: what is not there was removed.
    this.position = end;
    return undefined;
  }

  /** When the connection breaks during the commit, the position row says whether it took place. */
  async settle(batch: Batch, publish: readonly NewRecord[], signal: AbortSignal): Promise<void> {
    const next = batch.records.at(-1)!.offset + 1n;
    for (let failures = 0; ;) {
      try {
        if (failures === 0 || (await this.committed()) < next) await this.commit(next, publish);
        this.position = next;
        return;
      } catch (error) {
        if (!(error instanceof LogUnavailable)) throw error;
        failures += 1;
        await sleep(backoff(failures, FIRST_RETRY_MS, MAX_RETRY_MS), signal);
      }
    }
  }

  /** Outputs and position in one transaction: counters first, then the position, as everywhere. */
  private async commit(next: bigint, publish: readonly NewRecord[]): Promise<void> {
    const { database, publisher, announceEnds } = this.parts;
    const { schema } = database;
    const update = {
      name: `commit in ${schema}`,
      text: `UPDATE ${schema}.positions SET committed = $5
             WHERE topic_id = $1 AND group_name = $2 AND partition = $3 AND epoch = $4`,
      values: [...this.identity(), this.epoch, next],
    };
    if (publish.length === 0) {
      const { rowCount } = await database.guard('commit', () => database.pool.query(update));
      if (rowCount === 0) throw this.lost();
      return;
    }
    const rows = await publisher.rowsOf(publish);
    const runs = cut(rows);
    const written = await database.transaction('publish and commit', async (client) => {
      if (runs.length > 1) await lockPartitions(client, schema, rows);
      const ends: PartitionEnd[] = [];
      for (const run of runs) ends.push(...(await append(client, schema, run)));
      if ((await client.query(update)).rowCount === 0) throw this.lost();
      return ends;
    });
    announceEnds(written);
  }

  private async committed(): Promise<bigint> {
    const { database } = this.parts;
    const [row] = await database.query<{ committed: string }>(
      'look for the position',
      `SELECT committed FROM ${database.schema}.positions
       WHERE topic_id = $1 AND group_name = $2 AND partition = $3 AND epoch = $4`,
      [...this.identity(), this.epoch],
    );
    if (row === undefined) throw this.lost();
    return BigInt(row.committed);
  }

  private identity(): unknown[] {
    return [this.topic.id, this.options.group, this.partition];
  }

  private lost(): PartitionLost {
    return new PartitionLost(
      `${this.topic.address}/${this.partition} of ${this.options.group} has another holder since epoch ${this.epoch}`,
    );
  }
}
