import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What has been told to subscribers, in its order; and the subscriptions to which it is delivered. */
export class Subscribers1764201600000 implements MigrationInterface {
  name = 'Subscribers1764201600000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE change_log_head (
        log_id text NOT NULL,
        last_seq bigint NOT NULL,
        kept_after bigint NOT NULL,
        CONSTRAINT change_log_head_pk PRIMARY KEY (log_id)
      )`);
    await runner.query(
      `INSERT INTO change_log_head (log_id, last_seq, kept_after) VALUES (substr(md5(gen_random_uuid()::text), 1, 12), 0, 0)`,
    );
    await runner.query(`
      CREATE TABLE change_log (
        seq bigint NOT NULL,
        event_id text NOT NULL,
        source text NOT NULL,
        article_id uuid NOT NULL,
        revision integer NOT NULL,
        change_kind text NOT NULL,
        pub_status text,
        event jsonb NOT NULL,
        record json,
        bytes integer NOT NULL,
        facets text[] NOT NULL,
        changed_at timestamptz NOT NULL,
        logged_at timestamptz NOT NULL,
        CONSTRAINT change_log_pk PRIMARY KEY (seq)
      )`);
    await runner.query('CREATE INDEX change_log_article_idx ON change_log (article_id, seq)');
    await runner.query(`
      CREATE TABLE published_state (
        article_id uuid NOT NULL,
        revision integer NOT NULL,
        event jsonb NOT NULL,
        record json,
        bytes integer NOT NULL,
        facets text[] NOT NULL,
        CONSTRAINT published_state_pk PRIMARY KEY (article_id)
      )`);
    await this.seedPublishedState(runner);
    await runner.query(`
      CREATE TABLE webhook (
        id text NOT NULL,
        url text NOT NULL,
        description text,
        filter jsonb NOT NULL,
        secrets jsonb NOT NULL,
        state text NOT NULL,
        reason text,
        position bigint NOT NULL,
        created_at timestamptz NOT NULL,
        succeeded_at timestamptz,
        failing_since timestamptz,
        failures integer NOT NULL,
        hold_until timestamptz,
        leased_by text,
        leased_until timestamptz,
        CONSTRAINT webhook_pk PRIMARY KEY (id)
      )`);
    await runner.query(`
      CREATE TABLE webhook_delivery (
        webhook_id text NOT NULL,
        seq bigint NOT NULL,
        event_id text NOT NULL,
        article_id uuid NOT NULL,
        change_kind text NOT NULL,
        state text NOT NULL,
        attempts integer NOT NULL,
        next_at timestamptz NOT NULL,
        first_tried_at timestamptz,
        tried_at timestamptz,
        status integer,
        error text,
        CONSTRAINT webhook_delivery_pk PRIMARY KEY (webhook_id, seq)
      )`);
    await runner.query('CREATE INDEX webhook_delivery_article_idx ON webhook_delivery (webhook_id, article_id, seq)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE webhook_delivery, webhook, published_state, change_log, change_log_head');
  }

  /**
   * What the state topic says already: of each article the latest revision that no longer waits in the outbox. Which
   * facets an article had before is not known, so that it passes every filter. Records are read here and not in SQL,
   * which refuses some texts that JSON may hold (U+0000, half of a surrogate pair).
   */
  private async seedPublishedState(runner: QueryRunner): Promise<void> {
    for (let after = '00000000-0000-0000-0000-000000000000'; ;) {
      const told = (await runner.query(
        `SELECT a.id, r.revision, r.change_kind, v.receipt_id, v.replay, v.record
         FROM article a CROSS JOIN LATERAL (
           SELECT * FROM article_revision r
           WHERE r.article_id = a.id AND NOT EXISTS (
             SELECT FROM outbox o WHERE o.article_id = r.article_id AND o.revision <= r.revision)
           ORDER BY r.revision DESC LIMIT 1) AS r
         JOIN article_version v ON v.id = r.version_id
         WHERE a.id > $1 ORDER BY a.id LIMIT 200`,
        [after],
      )) as Told[];
      if (told.length === 0) return;
      const rows = told.map(rowOf);
      await runner.query(
        `INSERT INTO published_state (article_id, revision, event, record, bytes, facets)
         SELECT *, ARRAY['*'] FROM unnest($1::uuid[], $2::int[], $3::jsonb[], $4::json[], $5::int[])`,
        [0, 1, 2, 3, 4].map((column) => rows.map((row) => row[column])),
      );
      after = told.at(-1)!.id;
    }
  }
}

interface Told {
  id: string;
  revision: number;
  change_kind: string;
  receipt_id: string;
  replay: string;
  record: {
    pubStatus?: string;
    edNote?: string;
    version?: string;
    versionCreated?: string;
    x?: { acquisition?: { fetchedAt?: string } };
  };
}

function rowOf({ id, revision, change_kind, receipt_id, replay, record }: Told): unknown[] {
  const { pubStatus, edNote, version, versionCreated, x } = record;
  const isUsable = pubStatus === 'usable';
  const event = {
    articleId: id,
    revision,
    pubStatus,
    ...(!isUsable && { reason: edNote ?? change_kind }),
    basis: {
      receiptId: receipt_id,
      ...(replay !== '' && { replay }),
      version,
      versionCreated,
      fetchedAt: x?.acquisition?.fetchedAt,
    },
  };
  const text = JSON.stringify(event, (_, value: unknown) =>
    typeof value === 'string' ? value.toWellFormed().replaceAll('\0', '') : value,
  );
  const shown = isUsable ? JSON.stringify(record) : null;
  return [id, revision, text, shown, Buffer.byteLength(text) + Buffer.byteLength(shown ?? '')];
}
