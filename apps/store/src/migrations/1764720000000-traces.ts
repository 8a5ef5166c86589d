import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The span that a change came of, for those who are told of it. */
export class Traces1764720000000 implements MigrationInterface {
  name = 'Traces1764720000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE outbox ADD COLUMN traceparent text, ADD COLUMN tracestate text');
    await runner.query('ALTER TABLE change_log ADD COLUMN traceparent text, ADD COLUMN tracestate text');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE change_log DROP COLUMN traceparent, DROP COLUMN tracestate');
    await runner.query('ALTER TABLE outbox DROP COLUMN traceparent, DROP COLUMN tracestate');
  }
}
