import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Where a receipt came in, what it is about, which stage spoke last; ranks that leave room for redrives. */
export class AccountReceipts1763942400000 implements MigrationInterface {
  name = 'AccountReceipts1763942400000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE receipt
        ADD COLUMN door text,
        ADD COLUMN subject text,
        ADD COLUMN stage text,
        ADD COLUMN received_at timestamptz`);
    await runner.query('UPDATE receipt SET rank = rank + 29995 WHERE rank IN (5, 6)');
    await runner.query('CREATE INDEX receipt_subject_idx ON receipt USING hash (subject)');
    await runner.query('CREATE INDEX receipt_article_idx ON receipt (article_id)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX receipt_subject_idx, receipt_article_idx');
    await runner.query('UPDATE receipt SET rank = rank % 10 WHERE rank < 30000');
    await runner.query('UPDATE receipt SET rank = rank - 29995 WHERE rank >= 30000');
    await runner.query(
      'ALTER TABLE receipt DROP COLUMN door, DROP COLUMN subject, DROP COLUMN stage, DROP COLUMN received_at',
    );
  }
}
