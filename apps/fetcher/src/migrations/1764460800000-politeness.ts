import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Politeness1764460800000 implements MigrationInterface {
  name = 'Politeness1764460800000';

  async up(runner: QueryRunner): Promise<void> {
    // One row is updated twice a request: none of its columns has an index, so that it stays on its page.
    await runner.query(`
      CREATE TABLE host (
        host text NOT NULL,
        interval_ms double precision NOT NULL,
        next_at timestamptz NOT NULL,
        leases timestamptz[] NOT NULL,
        failures integer NOT NULL,
        blocked_until timestamptz,
        blocked_why text,
        queued_until timestamptz,
        CONSTRAINT host_pk PRIMARY KEY (host)
      ) WITH (fillfactor = 50)`);
    await runner.query(`
      CREATE TABLE robots (
        origin text NOT NULL,
        status text NOT NULL,
        body bytea,
        expires_at timestamptz NOT NULL,
        failures integer NOT NULL,
        unreachable_since timestamptz,
        reason text,
        CONSTRAINT robots_pk PRIMARY KEY (origin)
      )`);
    await runner.query('CREATE INDEX robots_expired_idx ON robots (expires_at)');
    await runner.query(`
      CREATE TABLE deferred_link (
        id uuid NOT NULL,
        host text NOT NULL,
        due_at timestamptz NOT NULL,
        link json NOT NULL,
        headers json NOT NULL,
        CONSTRAINT deferred_link_pk PRIMARY KEY (id)
      )`);
    await runner.query('CREATE INDEX deferred_link_due_idx ON deferred_link (due_at)');
    await runner.query('CREATE INDEX deferred_link_host_idx ON deferred_link (host)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE deferred_link, robots, host');
  }
}
