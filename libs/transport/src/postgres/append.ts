import type { NewRecord } from '@newsmill/stage';
import { partitionOf } from '../partitioner.js';
import { checkRecord } from '../topic-errors.js';
import type { Queryable } from './database.js';
import { byteaArray, packHeaders, packValue, type StoredValue } from './record-codec.js';
import type { Topic } from './topic-directory.js';

/** A record ready to be stored. */
export interface Row extends StoredValue {
  topicId: number;
  partition: number;
  key: Buffer | null;
  headers: Buffer;
}

/** Where a partition ends: the offset that its next record gets. */
export interface PartitionEnd {
  topicId: number;
  partition: number;
  end: bigint;
}

/** Most bytes of one statement, unless one record has more. */
export const MAX_STATEMENT_BYTES = 8_000_000;

/** Rejects when the topic does not exist or does not take the record. */
export async function toRow(record: NewRecord, find: (address: string) => Promise<Topic>): Promise<Row> {
  const topic = await find(record.topic);
  checkRecord(record, topic);
  return {
    topicId: topic.id,
    partition: partitionOf(record.key, topic.partitions),
    key: record.key,
    headers: packHeaders(record.headers),
    ...(await packValue(record.value)),
  };
}

/** Cuts rows into runs that one statement can take, in their order. */
export function cut(rows: readonly Row[]): Row[][] {
  const runs: Row[][] = [];
  let bytes = Infinity;
  for (const row of rows) {
    const size = (row.key?.length ?? 0) + row.headers.length + (row.value?.length ?? 0);
    if (bytes + size > MAX_STATEMENT_BYTES) {
      runs.push([]);
      bytes = 0;
    }
    runs.at(-1)!.push(row);
    bytes += size;
  }
  return runs;
}

/**
 * Adds rows to their partitions in one statement. Within a partition they get the next offsets in their order.
 *
 * The counter rows of all partitions are locked first, in one sorted order, and stay locked until the transaction ends.
 * That is what readers build on: of two records of a partition the one with the smaller offset was committed first, so a
 * snapshot that shows an offset shows all below it; a rollback gives its offsets back; and writers that wait for each
 * other always do so in the same order, so they never deadlock.
 */
export async function append(client: Queryable, schema: string, rows: readonly Row[]): Promise<PartitionEnd[]> {
  const places = placesOf(rows);
  const { rows: ends } = await client.query<{ topic_id: number; partition: number; next_offset: string }>({
    name: `append to ${schema}`,
    text: statement(schema),
    values: [
      places.partitions.map(({ topicId }) => topicId),
      places.partitions.map(({ partition }) => partition),
      places.partitions.map(({ count }) => count),
      rows.map(({ topicId }) => topicId),
      rows.map(({ partition }) => partition),
      places.ofRows,
      rows.map(({ bytes }) => bytes),
      rows.map(({ zstd }) => zstd),
      byteaArray(rows.map(({ key }) => key)),
      byteaArray(rows.map(({ headers }) => headers)),
      byteaArray(rows.map(({ value }) => value)),
    ],
  });
  return ends.map(({ topic_id, partition, next_offset }) => ({
    topicId: topic_id,
    partition,
    end: BigInt(next_offset),
  }));
}

/** Locks the counters of all partitions of `rows`: before the first of several {@link append}s of one transaction. */
export async function lockPartitions(client: Queryable, schema: string, rows: readonly Row[]): Promise<void> {
  const { partitions } = placesOf(rows);
  await client.query(
    `SELECT FROM ${schema}.partitions p JOIN unnest($1::int[], $2::int[]) AS s (topic_id, partition)
       USING (topic_id, partition)
     ORDER BY topic_id, partition FOR NO KEY UPDATE OF p`,
    [partitions.map(({ topicId }) => topicId), partitions.map(({ partition }) => partition)],
  );
}

/** How many rows go to each partition, and which one of them each row is. */
function placesOf(rows: readonly Row[]) {
  const counts = new Map<string, { topicId: number; partition: number; count: number }>();
  const ofRows = rows.map(({ topicId, partition }) => {
    const name = `${topicId}/${partition}`;
    let counted = counts.get(name);
    if (counted === undefined) counts.set(name, (counted = { topicId, partition, count: 0 }));
    counted.count += 1;
    return counted.count - 1;
  });
  return { partitions: [...counts.values()], ofRows };
}

function statement(schema: string): string {
  return `
    WITH locked AS MATERIALIZED (
      SELECT p.topic_id, p.partition, s.count, t.cleanup = 'compact' AS compact
      FROM ${schema}.partitions p
      JOIN unnest($1::int[], $2::int[], $3::int[]) AS s (topic_id, partition, count) USING (topic_id, partition)
      JOIN ${schema}.topics t ON t.id = p.topic_id
      ORDER BY p.topic_id, p.partition
      FOR NO KEY UPDATE OF p
    ), counted AS (
      UPDATE ${schema}.partitions p
      SET next_offset = p.next_offset + l.count,
          last_logged_at = greatest(p.last_logged_at, (extract(epoch FROM clock_timestamp()) * 1000)::bigint)
      FROM locked l
      WHERE p.topic_id = l.topic_id AND p.partition = l.partition
      RETURNING p.topic_id, p.partition, p.next_offset, p.next_offset - l.count AS first, p.last_logged_at, l.compact
    ), stored AS (
      INSERT INTO ${schema}.records
        (topic_id, partition, record_offset, logged_at, compact, value_bytes, zstd, key, headers, value)
      SELECT c.topic_id, c.partition, c.first + r.place, c.last_logged_at, c.compact,
             r.value_bytes, r.zstd, r.key, r.headers, r.value
      FROM unnest($4::int[], $5::int[], $6::int[], $7::int[], $8::boolean[], $9::bytea[], $10::bytea[], $11::bytea[])
        AS r (topic_id, partition, place, value_bytes, zstd, key, headers, value)
      JOIN counted c USING (topic_id, partition)
    )
    SELECT topic_id, partition, next_offset FROM counted`;
}
