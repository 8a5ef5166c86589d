import type { MigrationInterface, QueryRunner } from 'typeorm';

export class PageVariants1764547200000 implements MigrationInterface {
  name = 'PageVariants1764547200000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE page_variant (
        id uuid NOT NULL,
        canonical text NOT NULL,
        noted_at timestamptz NOT NULL,
        CONSTRAINT page_variant_pk PRIMARY KEY (id)
      )`);
    await runner.query('CREATE INDEX page_variant_noted_idx ON page_variant (noted_at)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE page_variant');
  }
}
