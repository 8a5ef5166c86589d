import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateFetcher1763856000000 implements MigrationInterface {
  name = 'CreateFetcher1763856000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE feed (
        url text NOT NULL,
        active boolean NOT NULL,
        next_poll_at timestamptz NOT NULL,
        etag text,
        last_modified text,
        failures integer NOT NULL,
        CONSTRAINT feed_pk PRIMARY KEY (url)
      )`);
    await runner.query('CREATE INDEX feed_due_idx ON feed (next_poll_at)');
    await runner.query(`
      CREATE TABLE seen_entry (
        id uuid NOT NULL,
        url text NOT NULL,
        updated text NOT NULL,
        seen_at timestamptz NOT NULL,
        CONSTRAINT seen_entry_pk PRIMARY KEY (id)
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE seen_entry, feed');
  }
}
