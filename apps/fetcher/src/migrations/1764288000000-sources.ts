import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Sources, what they name or were found to have, and which of them a polled feed serves. */
export class Sources1764288000000 implements MigrationInterface {
  name = 'Sources1764288000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE source (
        id text NOT NULL,
        origin text NOT NULL,
        name text NOT NULL,
        home text,
        paused boolean NOT NULL,
        discovers boolean NOT NULL,
        revision integer NOT NULL,
        discovery_state text,
        discovery_error text,
        discovery_steps jsonb NOT NULL,
        discovery_failures integer NOT NULL,
        discovered_at timestamptz,
        discovery_due_at timestamptz,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        CONSTRAINT source_pk PRIMARY KEY (id)
      )`);
    await runner.query('CREATE INDEX source_discovery_due_idx ON source (discovery_due_at)');
    await runner.query('CREATE INDEX source_home_idx ON source (home)');
    await runner.query(`
      CREATE TABLE source_feed (
        source_id text NOT NULL,
        url text NOT NULL,
        kind text NOT NULL,
        declared boolean NOT NULL,
        followed boolean NOT NULL,
        format text,
        title text,
        same_as text,
        CONSTRAINT source_feed_pk PRIMARY KEY (source_id, url),
        CONSTRAINT source_feed_source_fk FOREIGN KEY (source_id) REFERENCES source (id) ON DELETE CASCADE
      )`);
    await runner.query('CREATE INDEX source_feed_url_idx ON source_feed (url)');
    await runner.query(`
      ALTER TABLE feed
        ADD COLUMN kind text NOT NULL DEFAULT 'feed',
        ADD COLUMN source_id text,
        ADD CONSTRAINT feed_source_fk FOREIGN KEY (source_id) REFERENCES source (id) ON DELETE SET NULL`);
    await runner.query('CREATE INDEX feed_source_idx ON feed (source_id)');
    // Feeds are active by way of a source from here on: the settings are declared anew at every start.
    await runner.query('UPDATE feed SET active = false');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE feed DROP COLUMN source_id, DROP COLUMN kind');
    await runner.query('DROP TABLE source_feed, source');
  }
}
