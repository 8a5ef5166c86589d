import type { MigrationInterface, QueryRunner } from 'typeorm';

export class AwaitedAnswers1764633600000 implements MigrationInterface {
  name = 'AwaitedAnswers1764633600000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE deferred_link ADD awaited boolean NOT NULL DEFAULT false');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE deferred_link DROP COLUMN awaited');
  }
}
