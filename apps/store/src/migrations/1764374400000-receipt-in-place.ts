import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * A receipt changes state several times within seconds. With no index on what changes, and room on its page, PostgreSQL
 * does that in place (a heap-only tuple update) and touches no index.
 */
export class ReceiptInPlace1764374400000 implements MigrationInterface {
  name = 'ReceiptInPlace1764374400000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX receipt_state_idx');
    await runner.query('ALTER TABLE receipt SET (fillfactor = 60)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE receipt RESET (fillfactor)');
    await runner.query('CREATE INDEX receipt_state_idx ON receipt (state)');
  }
}
