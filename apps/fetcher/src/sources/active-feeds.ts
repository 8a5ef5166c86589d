import type { EntityManager } from 'typeorm';

/** Any fixed number: changes of sources come one after another, so that each sees what the one before has left. */
const SOURCES_LOCK = 7_203_452;

/** New feeds are first looked at one after another: so many seconds for each, and at most so many for all. */
const SPREAD_S = 0.1;
const SPREAD_MAX_S = 300;

/** Waits until no other transaction changes sources; to be called before anything is read. */
export async function lockSources(manager: EntityManager): Promise<void> {
  await manager.query('SELECT pg_advisory_xact_lock($1)', [SOURCES_LOCK]);
}

/**
 * Decides, alone in the fetcher, which feeds of these addresses are polled: those that a source which is not paused
 * follows. A feed that has moved is meant by its old addresses too. Rows of others are kept, so that what has been read
 * from them stays known.
 */
export async function activateFeeds(manager: EntityManager, urls: readonly string[]): Promise<void> {
  await manager.query(
    `WITH asked AS (
       SELECT DISTINCT coalesce(feed.url, named.url) AS url, feed.id
       FROM unnest($1::text[]) AS named (url)
         LEFT JOIN feed_address AS known ON known.url = named.url LEFT JOIN feed ON feed.id = known.feed_id),
     meant AS (
       SELECT url, url AS name FROM asked
       UNION SELECT asked.url, alias.url FROM asked JOIN feed_alias AS alias ON alias.feed_id = asked.id),
     wanted AS (
       SELECT DISTINCT ON (meant.url) meant.url, has.kind, has.source_id
       FROM meant JOIN source_feed AS has ON has.url = meant.name JOIN source ON source.id = has.source_id
       WHERE has.followed AND NOT source.paused
       ORDER BY meant.url, source.created_at, source.id),
     activated AS (
       INSERT INTO feed (url, active, next_poll_at, kind, source_id)
       SELECT url, true, now() + make_interval(
           secs => least($3::float8, $2::float8 * (SELECT count(*) FROM wanted)) * (hashtext(url) & 65535) / 65536.0), kind, source_id
       FROM wanted
       ON CONFLICT (url) DO UPDATE SET active = true, kind = excluded.kind, source_id = excluded.source_id
       WHERE (feed.active, feed.kind, feed.source_id) IS DISTINCT FROM (true, excluded.kind, excluded.source_id))
     UPDATE feed SET active = false
     WHERE feed.url IN (SELECT url FROM asked) AND feed.active
       AND NOT EXISTS (SELECT FROM wanted WHERE wanted.url = feed.url)`,
    [urls, SPREAD_S, SPREAD_MAX_S],
  );
}
