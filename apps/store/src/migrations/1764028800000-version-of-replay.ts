import type { MigrationInterface, QueryRunner } from 'typeorm';

/** One receipt may give several versions: the live one, and one for each replay that found something else in it. */
export class VersionOfReplay1764028800000 implements MigrationInterface {
  name = 'VersionOfReplay1764028800000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE article ADD COLUMN receipt_id text NOT NULL DEFAULT '', ADD COLUMN replay text NOT NULL DEFAULT ''`);
    await runner.query(`
      UPDATE article a SET receipt_id = v.receipt_id
      FROM article_version v WHERE v.article_id = a.id AND v.revision = a.revision`);
    await runner.query('ALTER TABLE outbox ADD COLUMN revision integer');
    await runner.query(`
      UPDATE outbox o SET revision = v.revision
      FROM article_version v WHERE v.receipt_id = o.receipt_id AND v.article_id = o.article_id`);
    await runner.query('ALTER TABLE outbox ALTER COLUMN revision SET NOT NULL, DROP COLUMN receipt_id');
    await runner.query(`
      ALTER TABLE article_version DROP CONSTRAINT article_version_pk,
        ADD COLUMN id bigserial CONSTRAINT article_version_pk PRIMARY KEY,
        ADD COLUMN replay text NOT NULL DEFAULT '',
        ADD CONSTRAINT article_version_revision_key UNIQUE (article_id, revision)`);
    await runner.query('ALTER TABLE article ALTER COLUMN receipt_id DROP DEFAULT, ALTER COLUMN replay DROP DEFAULT');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      'DELETE FROM article_version a USING article_version b WHERE a.receipt_id = b.receipt_id AND a.article_id = b.article_id AND a.id < b.id',
    );
    await runner.query('ALTER TABLE outbox ADD COLUMN receipt_id text');
    await runner.query(`
      UPDATE outbox o SET receipt_id = v.receipt_id
      FROM article_version v WHERE v.article_id = o.article_id AND v.revision = o.revision`);
    await runner.query('DELETE FROM outbox WHERE receipt_id IS NULL');
    await runner.query('ALTER TABLE outbox ALTER COLUMN receipt_id SET NOT NULL, DROP COLUMN revision');
    await runner.query(`
      ALTER TABLE article_version DROP CONSTRAINT article_version_pk, DROP CONSTRAINT article_version_revision_key,
        DROP COLUMN id, DROP COLUMN replay,
        ADD CONSTRAINT article_version_pk PRIMARY KEY (receipt_id, article_id)`);
    await runner.query('ALTER TABLE article DROP COLUMN receipt_id, DROP COLUMN replay');
  }
}
