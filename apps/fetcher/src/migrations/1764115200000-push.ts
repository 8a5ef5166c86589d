import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Answers of pushes with an Idempotency-Key, and the signatures that have been taken. */
export class Push1764115200000 implements MigrationInterface {
  name = 'Push1764115200000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE push_answer (
        publisher text NOT NULL,
        key text NOT NULL,
        fingerprint text NOT NULL,
        receipt_id text NOT NULL,
        taken_at timestamptz NOT NULL,
        locked_until timestamptz NOT NULL,
        status smallint,
        body text,
        expires_at timestamptz NOT NULL,
        CONSTRAINT push_answer_pk PRIMARY KEY (publisher, key)
      )`);
    await runner.query('CREATE INDEX push_answer_expiry_idx ON push_answer (expires_at)');
    await runner.query(`
      CREATE TABLE push_signature (
        key_id text NOT NULL,
        signature bytea NOT NULL,
        expires_at timestamptz NOT NULL,
        CONSTRAINT push_signature_pk PRIMARY KEY (key_id, signature)
      )`);
    await runner.query('CREATE INDEX push_signature_expiry_idx ON push_signature (expires_at)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE push_signature, push_answer');
  }
}
