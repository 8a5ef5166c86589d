import type { EntityManager } from 'typeorm';

/** Any fixed number: changes of sources come one after another, so that each sees what the one before has left. */
const SOURCES_LOCK = 7_203_452;

/** Waits until no other transaction changes sources; to be called before anything is read. */
export async function lockSources(manager: EntityManager): Promise<void> {
  await manager.query('SELECT pg_advisory_xact_lock($1)', [SOURCES_LOCK]);
}

/**
 * Decides, alone in the fetcher, which of these addresses are polled: those that a source which is not paused follows.
 * Rows of others are kept, so that what has been read from them stays known.
 */
export async function activateFeeds(manager: EntityManager, urls: readonly string[]): Promise<void> {
  await manager.query(
    `WITH wanted AS (
       SELECT DISTINCT ON (has.url) has.url, has.kind, has.source_id
       FROM source_feed AS has JOIN source ON source.id = has.source_id
       WHERE has.url = ANY($1::text[]) AND has.followed AND NOT source.paused
       ORDER BY has.url, source.created_at, source.id),
     activated AS (
       INSERT INTO feed (url, active, next_poll_at, failures, kind, source_id)
       SELECT url, true, now(), 0, kind, source_id FROM wanted
       ON CONFLICT (url) DO UPDATE SET active = true, kind = excluded.kind, source_id = excluded.source_id
       WHERE (feed.active, feed.kind, feed.source_id) IS DISTINCT FROM (true, excluded.kind, excluded.source_id))
     UPDATE feed SET active = false
     WHERE feed.url = ANY($1::text[]) AND feed.active AND NOT EXISTS (SELECT FROM wanted WHERE wanted.url = feed.url)`,
    [urls],
  );
}
