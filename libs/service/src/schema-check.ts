import type { DataSource } from 'typeorm';

/** SQLSTATE "undefined table" (PostgreSQL, Appendix A). */
const UNDEFINED_TABLE = '42P01';

/**
 * A migration that takes away what an earlier one has replaced is named `<What>Contracts<timestamp>At<timestamp>`: the
 * first timestamp is that of the migration which brought the replacement. Versions that do not know it cannot work with
 * the schema any more; all others can.
 */
const CONTRACTION = /Contracts(\d{13})At\d{13}$/;

/** The database answers, and its schema is not the one that this version works with. Says what to do. */
export class SchemaUnfit extends Error {
  override readonly name = 'SchemaUnfit';
}

/** @throws SchemaUnfit when the schema of a service lacks a migration, or is ahead by one that it cannot live with */
export async function checkSchema(database: DataSource): Promise<void> {
  const { schema = 'public' } = database.options as { schema?: string };
  const known = database.migrations.map(({ name, constructor }) => name ?? constructor.name);
  const applied = await appliedMigrations(database, schema);
  const pending = known.filter((name) => !applied.has(name));
  if (pending.length > 0) {
    throw new SchemaUnfit(
      `schema ${schema} lacks ${pending.length} of ${known.length} migrations (${pending[0]}${pending.length > 1 ? ' …' : ''}): run "newsmill migrate"`,
    );
  }
  const breaking = [...applied].find((name) => !known.includes(name) && isBeyond(name, known));
  if (breaking !== undefined) {
    throw new SchemaUnfit(`schema ${schema} is ahead of this version by ${breaking}: run a later version`);
  }
}

/** Whether an unknown migration takes away what these still use. Others only add, and old versions go on beside them. */
function isBeyond(name: string, known: readonly string[]): boolean {
  const replacement = CONTRACTION.exec(name)?.[1];
  return replacement !== undefined && !known.some((own) => own.endsWith(replacement));
}

async function appliedMigrations(database: DataSource, schema: string): Promise<ReadonlySet<string>> {
  const table = [schema, database.options.migrationsTableName ?? 'migrations']
    .map((part) => database.driver.escape(part))
    .join('.');
  try {
    const rows: { name: string }[] = await database.query(`SELECT name FROM ${table}`);
    return new Set(rows.map(({ name }) => name));
  } catch (error) {
    if ((error as { code?: unknown }).code === UNDEFINED_TABLE) return new Set();
    throw error;
  }
}
