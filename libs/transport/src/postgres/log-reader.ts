import type { LogRecord, PartitionLag, Position } from '@newsmill/stage';
import type { PartitionEnd } from './append.js';
import type { Database } from './database.js';
import { unpackHeaders, unpackValue } from './record-codec.js';
import type { Topic } from './topic-directory.js';

interface StoredRow {
  record_offset: string;
  logged_at: string;
  value_bytes: number;
  zstd: boolean;
  key: Buffer | null;
  headers: Buffer;
  value: Buffer | null;
}

/** Where and how much to read of a partition. */
export interface Span {
  topic: Topic;
  partition: number;
  from: bigint;
  /** Most records. */
  size: number;
  /** Most bytes of values, unless the first record alone has more. */
  bytes: number;
}

/**
 * Reads records.
 *
 * A reader never skips a record that becomes visible late: whoever writes to a partition holds the lock of its counter
 * until its commit (see `append`), so in every snapshot the visible offsets of a partition have no gap below them but
 * for what retention or compaction removed. No other transaction of the database, however old, holds a reader up.
 */
export class LogReader {
  private readonly database: Database;

  constructor(database: Database) {
    this.database = database;
  }

  /** Neighbouring records. Their values are left on disk as long as it is open whether they fit. */
  async read({ topic, partition, from, size, bytes }: Span): Promise<LogRecord[]> {
    const { schema } = this.database;
    const rows = await this.database.query<StoredRow>(`read ${topic.address}`, {
      name: `read ${schema}`,
      text: `
        SELECT record_offset, logged_at, value_bytes, zstd, key, headers, value
        FROM (
          SELECT *, row_number() OVER w AS place, sum(value_bytes) OVER w AS bytes
          FROM (
            SELECT record_offset, logged_at, value_bytes, zstd, key, headers, value
            FROM ${schema}.records
            WHERE topic_id = $1 AND partition = $2 AND record_offset >= $3
            ORDER BY record_offset LIMIT $4
          ) AS ahead
          WINDOW w AS (ORDER BY record_offset ROWS UNBOUNDED PRECEDING)
        ) AS measured
        WHERE place = 1 OR bytes <= $5
        ORDER BY record_offset`,
      values: [topic.id, partition, from, size, bytes],
    });
    return Promise.all(
      rows.map(async ({ record_offset, logged_at, value_bytes, zstd, key, headers, value }) => ({
        topic: topic.address,
        partition,
        offset: BigInt(record_offset),
        timestamp: Number(logged_at),
        key,
        value: await unpackValue({ value, zstd, bytes: value_bytes }),
        headers: unpackHeaders(headers),
      })),
    );
  }

  /** Where the partitions of a topic end, by number. */
  async ends(topic: Topic): Promise<PartitionEnd[]> {
    const rows = await this.database.query<{ partition: number; next_offset: string }>(`ends of ${topic.address}`, {
      name: `ends ${this.database.schema}`,
      text: `SELECT partition, next_offset FROM ${this.database.schema}.partitions WHERE topic_id = $1 ORDER BY 1`,
      values: [topic.id],
    });
    return rows.map(({ partition, next_offset }) => ({ topicId: topic.id, partition, end: BigInt(next_offset) }));
  }

  /** The offset at which a position stands in a partition. */
  async startOf(topic: Topic, { partition, end }: PartitionEnd, position: Position): Promise<bigint> {
    if (position === 'earliest') return 0n;
    if (position === 'latest') return end;
    if ('time' in position) return this.firstAt(topic, partition, end, position.time);
    const wanted = position.offsets[partition] ?? 0n;
    return wanted < end ? wanted : end;
  }

  async lag(topic: Topic, group: string): Promise<PartitionLag[]> {
    const { schema } = this.database;
    const rows = await this.database.query<{ partition: number; committed: string; end: string }>(
      `lag of ${group}`,
      `SELECT p.partition, p.next_offset AS end, greatest(coalesce(g.committed, 0), coalesce(
                (SELECT record_offset FROM ${schema}.records r
                 WHERE r.topic_id = p.topic_id AND r.partition = p.partition ORDER BY record_offset LIMIT 1),
                p.next_offset)) AS committed
       FROM ${schema}.partitions p
       LEFT JOIN ${schema}.positions g
         ON g.topic_id = p.topic_id AND g.partition = p.partition AND g.group_name = $2
       WHERE p.topic_id = $1 ORDER BY p.partition`,
      [topic.id, group],
    );
    return rows.map(({ partition, ...row }) => {
      const [committed, end] = [BigInt(row.committed), BigInt(row.end)];
      return { partition, committed, end, lag: end - committed };
    });
  }

  /** Times of a partition never go down, so the first record at or after `time` is found by halving. */
  private async firstAt(topic: Topic, partition: number, end: bigint, time: number): Promise<bigint> {
    let [low, high] = [0n, end];
    while (low < high) {
      const middle = (low + high) / 2n;
      const [found] = await this.database.query<{ record_offset: string; logged_at: string }>(
        `find a time in ${topic.address}`,
        `SELECT record_offset, logged_at FROM ${this.database.schema}.records
         WHERE topic_id = $1 AND partition = $2 AND record_offset >= $3 ORDER BY record_offset LIMIT 1`,
        [topic.id, partition, middle],
      );
      if (found !== undefined && Number(found.logged_at) < time) low = BigInt(found.record_offset) + 1n;
      else high = middle;
    }
    return low;
  }
}
