import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import type { TransportLog } from '../transport-log.js';
import { type Database, lockKey } from './database.js';

const SWEEP_EVERY_MS = 60_000;
const PAUSE_BETWEEN_STEPS_MS = 20;
const RECORDS_A_STEP = 500;

interface Partition {
  topic_id: number;
  partition: number;
  cleanup: 'delete' | 'compact';
  retention_ms: string;
}

/**
 * Removes what a topic need not keep, as Kafka does: by age on topics with `cleanup: 'delete'`; all but the latest record
 * of each key, and old tombstones, on compacted ones. Only time counts, not whether a group has read it. One process of
 * all does it at a time, in small transactions.
 */
export class Janitor {
  private readonly database: Database;
  private readonly log: TransportLog;
  private readonly stopping = new AbortController();
  private working: Promise<void> | undefined;

  constructor(database: Database, log: TransportLog) {
    this.database = database;
    this.log = log;
  }

  start(): void {
    this.working ??= this.work();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.working;
  }

  /** One pass over all topics. Resolves to the number of removed records; `undefined` when another process is at it. */
  async sweep(): Promise<number | undefined> {
    return this.database.guard('clean up', async () => {
      const client = await this.database.pool.connect();
      const key = lockKey('janitor', this.database.schema);
      // A connection that may still hold the lock does not go back into the pool.
      let spoilt = true;
      try {
        const { rows } = await client.query<{ mine: boolean }>('SELECT pg_try_advisory_lock($1) AS mine', [key]);
        const removed = rows[0]!.mine ? await this.sweepAll(client) : undefined;
        if (rows[0]!.mine) await client.query('SELECT pg_advisory_unlock($1)', [key]);
        spoilt = false;
        return removed;
      } finally {
        client.release(spoilt);
      }
    });
  }

  private async work(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      // Spread, so that processes that started together do not all come at once.
      await delay(SWEEP_EVERY_MS * (0.5 + Math.random()), undefined, { signal, ref: false }).catch(() => undefined);
      if (signal.aborted) return;
      try {
        const removed = await this.sweep();
        if (removed) this.log('debug', `Removed ${removed} records past their retention`);
      } catch (error) {
        this.log('warn', `Cannot remove old records, will try again: ${(error as Error).message}`);
      }
    }
  }

  private async sweepAll(client: pg.PoolClient): Promise<number> {
    const { schema } = this.database;
    const { rows: partitions } = await client.query<Partition>(
      `SELECT topic_id, partition, cleanup, retention_ms
       FROM ${schema}.partitions JOIN ${schema}.topics t ON t.id = topic_id ORDER BY 1, 2`,
    );
    let removed = 0;
    for (const partition of partitions) {
      const place = [partition.topic_id, partition.partition, RECORDS_A_STEP];
      if (partition.cleanup === 'compact') {
        while (!this.stopping.signal.aborted) {
          const step = await this.compact(client, place);
          removed += step.removed;
          if (!step.more) break;
          await delay(PAUSE_BETWEEN_STEPS_MS);
        }
      }
      while (!this.stopping.signal.aborted) {
        const text = partition.cleanup === 'compact' ? oldTombstones(schema) : oldRecords(schema);
        const cutoff = Date.now() - Number(partition.retention_ms);
        const { rowCount } = await client.query(text, [...place, cutoff]);
        removed += rowCount ?? 0;
        if ((rowCount ?? 0) < RECORDS_A_STEP) break;
        await delay(PAUSE_BETWEEN_STEPS_MS);
      }
    }
    return removed;
  }

  /** Takes the next records that were not looked at yet and removes the older ones with the same keys. */
  private async compact(client: pg.PoolClient, place: unknown[]): Promise<{ removed: number; more: boolean }> {
    const { schema } = this.database;
    const { rows } = await client.query<{ removed: number; seen: number; upto: string | null }>(
      `WITH ahead AS MATERIALIZED (
         SELECT r.record_offset, r.key FROM ${schema}.records r
         JOIN ${schema}.partitions p USING (topic_id, partition)
         WHERE r.topic_id = $1 AND r.partition = $2 AND r.record_offset >= p.compacted_to
         ORDER BY r.record_offset LIMIT $3
       ), latest AS (
         SELECT key, max(record_offset) AS record_offset FROM ahead WHERE key IS NOT NULL GROUP BY key
       ), removed AS (
         DELETE FROM ${schema}.records r USING latest l
         WHERE r.compact AND r.topic_id = $1 AND r.partition = $2
           AND sha256(r.key) = sha256(l.key) AND r.record_offset < l.record_offset
         RETURNING 1
       )
       SELECT (SELECT count(*)::int FROM removed) AS removed, count(*)::int AS seen, max(record_offset) AS upto FROM ahead`,
      place,
    );
    const { removed, seen, upto } = rows[0]!;
    if (upto !== null) {
      await client.query(`UPDATE ${schema}.partitions SET compacted_to = $3 WHERE topic_id = $1 AND partition = $2`, [
        place[0],
        place[1],
        BigInt(upto) + 1n,
      ]);
    }
    return { removed, more: seen === RECORDS_A_STEP };
  }
}

/** From the beginning of the partition, where times are lowest, as far as they are too old. */
function oldRecords(schema: string): string {
  return `
    DELETE FROM ${schema}.records
    WHERE topic_id = $1 AND partition = $2 AND record_offset IN (
      SELECT record_offset FROM (
        SELECT record_offset, logged_at FROM ${schema}.records
        WHERE topic_id = $1 AND partition = $2 ORDER BY record_offset LIMIT $3
      ) AS first
      WHERE logged_at < $4
    )`;
}

/** Tombstones whose older records are gone: below `compacted_to` every key stands once. */
function oldTombstones(schema: string): string {
  return `
    DELETE FROM ${schema}.records
    WHERE topic_id = $1 AND partition = $2 AND record_offset IN (
      SELECT r.record_offset FROM ${schema}.records r JOIN ${schema}.partitions p USING (topic_id, partition)
      WHERE r.topic_id = $1 AND r.partition = $2 AND r.compact AND r.value IS NULL
        AND r.record_offset < p.compacted_to AND r.logged_at < $4
      ORDER BY r.record_offset LIMIT $3
    )`;
}
