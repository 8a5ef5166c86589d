import { type Database, lockKey, type Queryable } from './database.js';

/**
 * The tables of the log, in the order of their versions. A version that was released is never changed: what follows is
 * added at the end.
 *
 * - `partitions` counts: `next_offset` is the offset that the next record gets. Whoever adds records holds the row lock
 *   until the end of its transaction, so offsets are dense and become visible in their own order.
 * - `records.value` stands out of line and is not compressed by PostgreSQL: the publisher has done that.
 * - `positions` has one row for each group and partition. `epoch` grows with every new holder of the partition.
 */
const versions: readonly ((schema: string) => string)[] = [
  (schema) => `
    CREATE TABLE ${schema}.topics (
      id           int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      address      text NOT NULL UNIQUE,
      cleanup      text NOT NULL CHECK (cleanup IN ('delete', 'compact')),
      retention_ms bigint NOT NULL,
      max_bytes    int NOT NULL
    );
    CREATE TABLE ${schema}.partitions (
      topic_id       int NOT NULL REFERENCES ${schema}.topics,
      partition      int NOT NULL,
      next_offset    bigint NOT NULL DEFAULT 0,
      last_logged_at bigint NOT NULL DEFAULT 0,
      compacted_to   bigint NOT NULL DEFAULT 0,
      PRIMARY KEY (topic_id, partition)
    ) WITH (fillfactor = 20);
    CREATE TABLE ${schema}.records (
      record_offset bigint NOT NULL,
      logged_at     bigint NOT NULL,
      topic_id      int NOT NULL,
      partition     int NOT NULL,
      value_bytes   int NOT NULL,
      zstd          boolean NOT NULL,
      compact       boolean NOT NULL,
      key           bytea,
      headers       bytea NOT NULL,
      value         bytea,
      PRIMARY KEY (topic_id, partition, record_offset)
    ) WITH (autovacuum_vacuum_scale_factor = 0.05);
    ALTER TABLE ${schema}.records ALTER COLUMN value SET STORAGE EXTERNAL;
    CREATE INDEX records_by_key ON ${schema}.records (topic_id, partition, sha256(key), record_offset) WHERE compact;
    CREATE INDEX records_tombstones ON ${schema}.records (topic_id, partition, record_offset)
      WHERE compact AND value IS NULL;
    CREATE TABLE ${schema}.positions (
      topic_id   int NOT NULL REFERENCES ${schema}.topics,
      group_name text NOT NULL,
      partition  int NOT NULL,
      committed  bigint NOT NULL,
      epoch      bigint NOT NULL,
      PRIMARY KEY (topic_id, group_name, partition)
    ) WITH (fillfactor = 20);`,
];

/** Creates the schema or brings it up to date. Processes that start at the same time do it one after the other. */
export async function migrate(database: Database): Promise<void> {
  await database.transaction('prepare the schema', async (client) => {
    await client.query('SELECT pg_advisory_xact_lock($1)', [lockKey('schema', database.schema)]);
    const found = await versionOf(client, database.schema);
    if (found > versions.length) {
      throw new Error(
        `schema ${database.schema} of ${database.where} has version ${found}, this newsmill knows ${versions.length}: ` +
          'it was made by a newer newsmill. Run that one, or name another schema.',
      );
    }
    for (const version of versions.slice(found)) await client.query(version(database.schema));
    if (found < versions.length) {
      await client.query(`UPDATE ${database.schema}.schema_version SET version = $1`, [versions.length]);
    }
  });
}

async function versionOf(client: Queryable, schema: string): Promise<number> {
  const table = `${schema}.schema_version`;
  const { rows } = await client.query<{ schema: boolean; versioned: boolean }>(
    'SELECT to_regnamespace($1) IS NOT NULL AS schema, to_regclass($2) IS NOT NULL AS versioned',
    [schema, table],
  );
  if (!rows[0]!.schema) await client.query(`CREATE SCHEMA ${schema}`);
  if (!rows[0]!.versioned) {
    await client.query(`CREATE TABLE ${table} (version int NOT NULL)`);
    await client.query(`INSERT INTO ${table} VALUES (0)`);
  }
  return (await client.query<{ version: number }>(`SELECT version FROM ${table}`)).rows[0]!.version;
}
