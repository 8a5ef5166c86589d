import type { DynamicModule } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Client } from 'pg';
import { DataSource, type DataSourceOptions, type EntitySchema, type MigrationInterface } from 'typeorm';
import type { ServiceSettings } from './service.config.js';
import { SettingsError } from './settings.js';

type Constructor<T> = new () => T;

export interface ServiceDatabase {
  /** Postgres schema of the service and name of its data source. */
  schema: string;
  entities: readonly (Constructor<object> | EntitySchema)[];
  /** Listed explicitly, oldest first. */
  migrations: readonly Constructor<MigrationInterface>[];
  /** Connections of this process at most. */
  poolSize?: number;
}

/** Any fixed number: instances that start together migrate one after another. */
const MIGRATION_LOCK = 7_203_451;

/**
 * A database that takes connections and says nothing counts as down after so many milliseconds. A query and the rollback
 * after it stay under a stage's `timeoutMs`, which would be held against the event.
 */
const QUERY_TIMEOUT_MS = 30_000;

/** Nest module of a service's own Postgres schema; migrates at start where the settings say so. */
export function databaseModule(database: ServiceDatabase, settings: ServiceSettings): DynamicModule {
  return TypeOrmModule.forRootAsync({
    name: database.schema,
    useFactory: () => workingOptions(database, settings),
    dataSourceFactory: async () => openDataSource(database, settings),
  });
}

/**
 * An initialised data source, its schema up to date where the settings say so.
 * @param queryTimeoutMs 0: a query may take its time
 */
export async function openDataSource(
  database: ServiceDatabase,
  settings: ServiceSettings,
  queryTimeoutMs = QUERY_TIMEOUT_MS,
): Promise<DataSource> {
  if (settings.migrate) await migrate(database, settings);
  return new DataSource(workingOptions(database, settings, queryTimeoutMs)).initialize();
}

/** Brings a service's schema up to date. Safe to run from several processes at once. */
export async function migrate(database: ServiceDatabase, settings: ServiceSettings): Promise<string[]> {
  const client = new Client({ connectionString: databaseUrl(settings) });
  // A connection that is lost fails the query in hand; without a listener it would end the process as well.
  client.on('error', () => undefined);
  await client.connect();
  try {
    await client.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    await client.query(`CREATE SCHEMA IF NOT EXISTS ${client.escapeIdentifier(database.schema)}`);
    const source = await new DataSource(dataSourceOptions(database, settings)).initialize();
    try {
      return (await source.runMigrations({ transaction: 'each' })).map(({ name }) => name);
    } finally {
      await source.destroy();
    }
  } finally {
    await client.end();
  }
}

/** Migrations may take their time, the work of a stage may not. */
function workingOptions(
  database: ServiceDatabase,
  settings: ServiceSettings,
  queryTimeoutMs = QUERY_TIMEOUT_MS,
): DataSourceOptions {
  const options = dataSourceOptions(database, settings);
  return { ...options, extra: { ...(options.extra as object), query_timeout: queryTimeoutMs } };
}

function dataSourceOptions(database: ServiceDatabase, settings: ServiceSettings): DataSourceOptions {
  return {
    type: 'postgres',
    url: databaseUrl(settings),
    schema: database.schema,
    entities: [...database.entities],
    migrations: [...database.migrations],
    migrationsTableName: 'migration',
    poolSize: database.poolSize ?? 8,
    connectTimeoutMS: 10_000,
    applicationName: `newsmill-${database.schema}`,
    extra: { options: `-c search_path=${database.schema},public` },
  };
}

function databaseUrl(settings: ServiceSettings): string {
  if (settings.databaseUrl === undefined) {
    throw new SettingsError(['NEWSMILL_DATABASE_URL is not set: this service keeps its state in PostgreSQL']);
  }
  return settings.databaseUrl;
}
