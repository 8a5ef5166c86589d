import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What each stage said of a receipt, and the way from a publisher's guid to its articles. */
export class ReceiptSteps1764288000000 implements MigrationInterface {
  name = 'ReceiptSteps1764288000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE receipt_step (
        receipt_id text NOT NULL,
        id uuid NOT NULL,
        at timestamptz NOT NULL,
        stage text NOT NULL,
        outcome text NOT NULL,
        reason text,
        log_topic text,
        log_partition integer,
        log_offset bigint,
        redrives integer NOT NULL,
        replay text NOT NULL,
        CONSTRAINT receipt_step_pk PRIMARY KEY (receipt_id, id)
      )`);
    await runner.query('CREATE INDEX receipt_step_at_idx ON receipt_step (at)');
    await runner.query(`
      CREATE TABLE article_guid (
        guid text NOT NULL,
        article_id uuid NOT NULL,
        CONSTRAINT article_guid_pk PRIMARY KEY (guid, article_id)
      )`);
    // JSON may hold NUL and lone surrogates, which fail every look into it: such a record is left out.
    await runner.query(String.raw`
      INSERT INTO article_guid (guid, article_id)
      SELECT DISTINCT left(alt->>'value', 500), id
      FROM article, json_array_elements(
        CASE WHEN record::text ~ '\\u(0000|[dD][89a-fA-F])' THEN '[]'::json
             ELSE coalesce(record->'altIds', '[]'::json) END) AS alt
      WHERE alt->>'role' = 'guid' AND alt->>'value' <> ''`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE article_guid, receipt_step');
  }
}
