import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Feeds with a rhythm of their own, moves, claims and WebSub; seen entries that end with their feed. */
export class Polling1764374400000 implements MigrationInterface {
  name = 'Polling1764374400000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE feed
        ADD id uuid NOT NULL DEFAULT gen_random_uuid(),
        ADD first_url text,
        ADD host text GENERATED ALWAYS AS (substring(url from '^[a-z]+://([^/?#]+)')) STORED,
        ADD since timestamptz NOT NULL DEFAULT now(),
        ADD claim uuid,
        ADD polled_at timestamptz,
        ADD read_at timestamptz,
        ADD body_hash bytea,
        ADD wished_seconds integer,
        ADD skip_hours smallint[] NOT NULL DEFAULT '{}',
        ADD skip_days smallint[] NOT NULL DEFAULT '{}',
        ADD activity timestamptz[] NOT NULL DEFAULT '{}',
        ADD silent_from timestamptz,
        ADD failure text,
        ADD gone_at timestamptz,
        ADD moved_to text,
        ADD moves_seen smallint NOT NULL DEFAULT 0,
        ADD move_seen_at timestamptz,
        ALTER failures SET DEFAULT 0,
        ADD CONSTRAINT feed_id_key UNIQUE (id)`);
    await runner.query('DROP INDEX feed_due_idx');
    await runner.query('CREATE INDEX feed_due_idx ON feed (next_poll_at) WHERE active');
    await runner.query(`
      CREATE TABLE feed_alias (
        url text NOT NULL,
        feed_id uuid NOT NULL,
        CONSTRAINT feed_alias_pk PRIMARY KEY (url),
        CONSTRAINT feed_alias_feed_fk FOREIGN KEY (feed_id) REFERENCES feed (id) ON DELETE CASCADE
      )`);
    await runner.query('CREATE INDEX feed_alias_feed_idx ON feed_alias (feed_id)');
    // Every address by which a feed is known: where it stands, and where it stood.
    await runner.query(
      'CREATE VIEW feed_address AS SELECT url, id AS feed_id FROM feed UNION ALL SELECT url, feed_id FROM feed_alias',
    );
    await runner.query(`
      ALTER TABLE seen_entry
        ADD feed_id uuid,
        ADD CONSTRAINT seen_entry_feed_fk FOREIGN KEY (feed_id) REFERENCES feed (id) ON DELETE CASCADE`);
    await runner.query('CREATE INDEX seen_entry_feed_idx ON seen_entry (feed_id, seen_at)');
    await runner.query(`
      CREATE TABLE websub_subscription (
        feed_id uuid NOT NULL,
        hub text NOT NULL,
        topic text NOT NULL,
        token text NOT NULL,
        secret text,
        state text NOT NULL,
        pending text,
        attempts integer NOT NULL DEFAULT 0,
        next_at timestamptz NOT NULL,
        lease_until timestamptz,
        trusted boolean NOT NULL DEFAULT false,
        misses smallint NOT NULL DEFAULT 0,
        pushed_at timestamptz,
        reason text,
        CONSTRAINT websub_subscription_pk PRIMARY KEY (feed_id),
        CONSTRAINT websub_subscription_token_key UNIQUE (token),
        CONSTRAINT websub_subscription_feed_fk FOREIGN KEY (feed_id) REFERENCES feed (id) ON DELETE CASCADE
      )`);
    await runner.query('CREATE INDEX websub_subscription_next_idx ON websub_subscription (next_at)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP VIEW feed_address');
    await runner.query('DROP TABLE websub_subscription, feed_alias');
    await runner.query('DROP INDEX seen_entry_feed_idx');
    await runner.query('ALTER TABLE seen_entry DROP COLUMN feed_id');
    await runner.query('DROP INDEX feed_due_idx');
    await runner.query('CREATE INDEX feed_due_idx ON feed (next_poll_at)');
    await runner.query(`
      ALTER TABLE feed
        DROP COLUMN id, DROP COLUMN first_url, DROP COLUMN host, DROP COLUMN since, DROP COLUMN claim,
        DROP COLUMN polled_at, DROP COLUMN read_at, DROP COLUMN body_hash, DROP COLUMN wished_seconds,
        DROP COLUMN skip_hours, DROP COLUMN skip_days, DROP COLUMN activity, DROP COLUMN silent_from,
        DROP COLUMN failure, DROP COLUMN gone_at, DROP COLUMN moved_to, DROP COLUMN moves_seen,
        DROP COLUMN move_seen_at, ALTER failures DROP DEFAULT`);
  }
}
