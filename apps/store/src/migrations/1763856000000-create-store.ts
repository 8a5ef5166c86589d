import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateStore1763856000000 implements MigrationInterface {
  name = 'CreateStore1763856000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE article (
        id uuid NOT NULL,
        revision integer NOT NULL,
        pub_status text NOT NULL,
        record json NOT NULL,
        stored_at timestamptz NOT NULL,
        changed_at timestamptz NOT NULL,
        CONSTRAINT article_pk PRIMARY KEY (id)
      )`);
    await runner.query('CREATE INDEX article_changed_idx ON article (changed_at, id)');
    await runner.query(`
      CREATE TABLE article_url (
        url text NOT NULL,
        article_id uuid NOT NULL,
        CONSTRAINT article_url_pk PRIMARY KEY (url)
      )`);
    await runner.query('CREATE INDEX article_url_article_idx ON article_url (article_id)');
    await runner.query(`
      CREATE TABLE article_version (
        receipt_id text NOT NULL,
        article_id uuid NOT NULL,
        revision integer,
        change_kind text NOT NULL,
        fields text[] NOT NULL,
        record json NOT NULL,
        stored_at timestamptz NOT NULL,
        CONSTRAINT article_version_pk PRIMARY KEY (receipt_id, article_id)
      )`);
    await runner.query('CREATE INDEX article_version_article_idx ON article_version (article_id, stored_at)');
    await runner.query(`
      CREATE TABLE outbox (
        seq bigserial NOT NULL,
        receipt_id text NOT NULL,
        article_id uuid NOT NULL,
        CONSTRAINT outbox_pk PRIMARY KEY (seq)
      )`);
    await runner.query(`
      CREATE TABLE receipt (
        id text NOT NULL,
        state text NOT NULL,
        rank smallint NOT NULL,
        article_id uuid,
        reason text,
        updated_at timestamptz NOT NULL,
        CONSTRAINT receipt_pk PRIMARY KEY (id)
      )`);
    await runner.query('CREATE INDEX receipt_state_idx ON receipt (state)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE receipt, outbox, article_version, article_url, article');
  }
}
