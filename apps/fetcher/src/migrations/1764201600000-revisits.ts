import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Revisits1764201600000 implements MigrationInterface {
  name = 'Revisits1764201600000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE page (
        id uuid NOT NULL,
        url text NOT NULL,
        address text NOT NULL,
        host text NOT NULL,
        final_url text NOT NULL,
        link json NOT NULL,
        first_fetched_at timestamptz NOT NULL,
        visited_at timestamptz NOT NULL,
        status integer NOT NULL,
        etag text,
        last_modified text,
        digest text,
        told_under text,
        visit integer NOT NULL,
        next_visit_at timestamptz,
        gone_count integer NOT NULL,
        first_gone_at timestamptz,
        last_gone_at timestamptz,
        withdrawn_at timestamptz,
        CONSTRAINT page_pk PRIMARY KEY (id)
      )`);
    await runner.query('CREATE INDEX page_due_idx ON page (next_visit_at)');
    await runner.query('CREATE INDEX page_host_idx ON page (host, visited_at)');
    await runner.query('CREATE INDEX page_done_idx ON page (visited_at) WHERE next_visit_at IS NULL');
    await runner.query(`
      CREATE TABLE gone_guard (
        host text NOT NULL,
        since timestamptz NOT NULL,
        asked integer NOT NULL,
        missing integer NOT NULL,
        released_at timestamptz,
        CONSTRAINT gone_guard_pk PRIMARY KEY (host)
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE gone_guard, page');
  }
}
