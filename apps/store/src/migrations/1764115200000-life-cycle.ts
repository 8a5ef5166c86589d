import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * An article becomes a function of its versions: a version keeps what the life cycle goes by, what was told stands on its
 * own. What has been told stays told: no version of before is held, and what was usable after a cancel stays so.
 */
export class LifeCycle1764115200000 implements MigrationInterface {
  name = 'LifeCycle1764115200000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE article_version
        ADD COLUMN confirmed text NOT NULL DEFAULT '',
        ADD COLUMN superseded boolean NOT NULL DEFAULT false,
        ADD COLUMN version text,
        ADD COLUMN version_created timestamptz,
        ADD COLUMN accepted_at timestamptz,
        ADD COLUMN pub_status text,
        ADD COLUMN note text,
        ADD COLUMN restores boolean NOT NULL DEFAULT false,
        ADD COLUMN embargoed_until timestamptz,
        ADD COLUMN expires timestamptz,
        ADD COLUMN elapsed_to timestamptz,
        ADD COLUMN content_hash text,
        ALTER COLUMN record DROP NOT NULL`);
    // The winner may have been refreshed by a version that said nothing new and stood in no history.
    await runner.query(`
      INSERT INTO article_version (article_id, receipt_id, replay, change_kind, fields, record, stored_at)
      SELECT a.id, a.receipt_id, a.replay, 'unchanged', '{}', a.record, a.changed_at FROM article a
      WHERE a.receipt_id <> '' AND NOT EXISTS (
        SELECT FROM article_version v WHERE v.article_id = a.id AND v.receipt_id = a.receipt_id)`);
    await runner.query(`
      UPDATE article_version SET
        confirmed = replay,
        version = record->>'version',
        version_created = coalesce((record->>'versionCreated')::timestamptz, stored_at),
        accepted_at = coalesce((record#>>'{x,acquisition,fetchedAt}')::timestamptz, stored_at),
        pub_status = coalesce(record->>'pubStatus', 'usable'),
        note = CASE WHEN record->>'pubStatus' <> 'usable' THEN record->>'edNote' END,
        restores = change_kind = 'restored' AND coalesce(record->>'pubStatus', 'usable') = 'usable',
        embargoed_until = (record->>'embargoedUntil')::timestamptz,
        elapsed_to = (record->>'embargoedUntil')::timestamptz,
        expires = (record->>'expires')::timestamptz`);
    // One version a receipt: what its latest replay gave.
    await runner.query(`
      UPDATE article_version v SET superseded = true FROM article_version newer
      WHERE newer.article_id = v.article_id AND newer.receipt_id = v.receipt_id AND newer.id > v.id`);
    await runner.query(`
      CREATE TABLE article_revision (
        id bigserial NOT NULL,
        article_id uuid NOT NULL,
        revision integer NOT NULL,
        change_kind text,
        fields text[] NOT NULL,
        correction text,
        pub_status text NOT NULL,
        reason text,
        version_id bigint,
        source_id bigint,
        told_at timestamptz NOT NULL,
        CONSTRAINT article_revision_pk PRIMARY KEY (id)
      )`);
    await runner.query(`
      INSERT INTO article_revision
        (article_id, revision, change_kind, fields, pub_status, reason, version_id, source_id, told_at)
      SELECT article_id, revision, change_kind, fields, pub_status,
        CASE WHEN pub_status <> 'usable' THEN coalesce(note, change_kind) END, id,
        CASE WHEN pub_status = 'usable' THEN id END, stored_at
      FROM article_version WHERE revision IS NOT NULL ORDER BY article_id, revision`);
    await runner.query('CREATE INDEX article_revision_article_idx ON article_revision (article_id, revision)');
    await runner.query(
      'CREATE UNIQUE INDEX article_revision_change_key ON article_revision (article_id, revision) WHERE change_kind IS NOT NULL',
    );
    await runner.query(`
      ALTER TABLE article
        ADD COLUMN reason text,
        ADD COLUMN source_id bigint,
        ADD COLUMN buried_at timestamptz,
        ALTER COLUMN record DROP NOT NULL`);
    await runner.query(`
      UPDATE article a SET reason = r.reason, source_id = r.source_id, receipt_id = v.receipt_id, replay = v.replay,
        pub_status = r.pub_status, record = CASE WHEN r.pub_status = 'usable' THEN a.record END
      FROM article_revision r JOIN article_version v ON v.id = r.version_id
      WHERE r.article_id = a.id AND r.revision = a.revision`);
    await runner.query(
      "CREATE INDEX article_gone_idx ON article (changed_at) WHERE pub_status = 'canceled' AND buried_at IS NULL",
    );
    await runner.query('ALTER TABLE outbox ADD COLUMN revision_id bigint');
    await runner.query(`
      UPDATE outbox o SET revision_id = r.id FROM article_revision r
      WHERE r.article_id = o.article_id AND r.revision = o.revision`);
    await runner.query(`
      ALTER TABLE article_version
        ALTER COLUMN version_created SET NOT NULL,
        ALTER COLUMN accepted_at SET NOT NULL,
        ALTER COLUMN pub_status SET NOT NULL,
        ALTER COLUMN confirmed DROP DEFAULT,
        ALTER COLUMN superseded DROP DEFAULT,
        ALTER COLUMN restores DROP DEFAULT,
        ALTER COLUMN replay DROP DEFAULT,
        DROP CONSTRAINT article_version_revision_key,
        DROP COLUMN revision, DROP COLUMN change_kind, DROP COLUMN fields`);
    await runner.query(`
      CREATE TABLE article_due (
        article_id uuid NOT NULL,
        at timestamptz NOT NULL,
        CONSTRAINT article_due_pk PRIMARY KEY (article_id)
      )`);
    await runner.query('CREATE INDEX article_due_at_idx ON article_due (at)');
    await runner.query(
      'INSERT INTO article_due SELECT article_id, min(expires) FROM article_version WHERE expires IS NOT NULL GROUP BY 1',
    );
    await runner.query('ALTER TABLE article_url ADD COLUMN is_own boolean NOT NULL DEFAULT false');
    await runner.query(`
      UPDATE article_url u SET is_own = true FROM article_version v
      WHERE v.article_id = u.article_id
        AND u.url IN (v.record#>>'{x,url,canonical}', v.record#>>'{x,url,final}')`);
    await runner.query('ALTER TABLE article_url ALTER COLUMN is_own DROP DEFAULT');
  }

  /** What has no place in the schema of before is lost: versions without a record of their own, stubs, tombstones. */
  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE article_url DROP COLUMN is_own');
    await runner.query('DROP TABLE article_due');
    await runner.query('DELETE FROM outbox WHERE revision_id IS NULL');
    await runner.query(`
      DELETE FROM outbox o USING article_revision r WHERE r.id = o.revision_id AND r.change_kind IS NULL`);
    await runner.query('ALTER TABLE outbox DROP COLUMN revision_id');
    await runner.query('DROP INDEX article_gone_idx');
    await runner.query(`
      ALTER TABLE article_version
        ADD COLUMN revision integer,
        ADD COLUMN change_kind text NOT NULL DEFAULT 'late',
        ADD COLUMN fields text[] NOT NULL DEFAULT '{}',
        ADD CONSTRAINT article_version_revision_key UNIQUE (article_id, revision)`);
    await runner.query(`
      UPDATE article_version v SET revision = r.revision, change_kind = r.change_kind, fields = r.fields
      FROM (SELECT DISTINCT ON (version_id) * FROM article_revision WHERE change_kind IS NOT NULL
            ORDER BY version_id, revision DESC) r
      WHERE r.version_id = v.id`);
    // The release of before knows no embargo: it would show them in the history.
    await runner.query(
      'DELETE FROM article_version WHERE record IS NULL OR (embargoed_until IS NOT NULL AND elapsed_to IS NULL)',
    );
    await runner.query(
      'DELETE FROM outbox o WHERE NOT EXISTS (SELECT FROM article_version v WHERE v.article_id = o.article_id AND v.revision = o.revision)',
    );
    await runner.query(`
      UPDATE article a SET record = v.record FROM article_version v
      WHERE a.record IS NULL AND v.article_id = a.id AND v.revision = a.revision`);
    await runner.query('DELETE FROM article WHERE record IS NULL');
    await runner.query(`
      ALTER TABLE article DROP COLUMN reason, DROP COLUMN source_id, DROP COLUMN buried_at,
        ALTER COLUMN record SET NOT NULL`);
    await runner.query('DROP TABLE article_revision');
    await runner.query(`
      ALTER TABLE article_version
        DROP COLUMN confirmed, DROP COLUMN superseded, DROP COLUMN version, DROP COLUMN version_created,
        DROP COLUMN accepted_at, DROP COLUMN pub_status, DROP COLUMN note, DROP COLUMN restores,
        DROP COLUMN embargoed_until, DROP COLUMN expires, DROP COLUMN elapsed_to, DROP COLUMN content_hash,
        ALTER COLUMN replay SET DEFAULT '',
        ALTER COLUMN change_kind DROP DEFAULT, ALTER COLUMN fields DROP DEFAULT,
        ALTER COLUMN record SET NOT NULL`);
  }
}
