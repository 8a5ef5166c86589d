import type { DataSource } from 'typeorm';

type Counts = Map<string, number>;

/** Sources by whether their feeds are known. */
export function countSources(database: DataSource): Promise<Counts> {
  return count(
    database,
    `SELECT CASE
       WHEN paused THEN 'paused'
       WHEN EXISTS (SELECT FROM source_feed WHERE source_id = source.id AND followed) THEN 'following'
       WHEN discovery_state IS NULL THEN 'searching'
       ELSE discovery_state END AS class, count(*) AS count
     FROM source GROUP BY 1`,
  );
}

/** Sources by the health of the feeds that they follow; a gone feed fails. */
export function countHealth(database: DataSource, now = new Date()): Promise<Counts> {
  return count(
    database,
    `SELECT class, count(*) AS count FROM (
       SELECT CASE
         WHEN s.paused THEN 'paused'
         WHEN count(f.url) = 0 THEN 'without-feeds'
         WHEN bool_and(f.failures > 0 OR f.gone_at IS NOT NULL) THEN 'failing'
         WHEN bool_or(f.failures > 0 OR f.gone_at IS NOT NULL) THEN 'partly-failing'
         WHEN bool_and(coalesce(f.silent_from <= $1, false)) THEN 'silent'
         ELSE 'healthy' END AS class
       FROM source s
         LEFT JOIN source_feed sf ON sf.source_id = s.id AND sf.followed
         LEFT JOIN feed_address a ON a.url = sf.url
         LEFT JOIN feed f ON f.id = a.feed_id AND f.active
       GROUP BY s.id
     ) AS judged GROUP BY class`,
    [now],
  );
}

async function count(database: DataSource, query: string, values: unknown[] = []): Promise<Counts> {
  const rows = await database.query<{ class: string; count: string }[]>(query, values);
  return new Map(rows.map((row) => [row.class, Number(row.count)]));
}
