import { type DynamicModule, Logger } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { connectionFaultOf, isRefused, postgresConnection, type PostgresConnection } from '@newsmill/transport';
import { Client } from 'pg';
import { DataSource, type DataSourceOptions, type EntitySchema, type MigrationInterface } from 'typeorm';
import { databaseAdvice } from './connection-advice.js';
import type { ReadinessCheck } from './health.js';
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
const CONNECT_TIMEOUT_MS = 10_000;

/** Nest module of a service's own Postgres schema; migrates at start where the settings say so. */
export function databaseModule(database: ServiceDatabase, settings: ServiceSettings): DynamicModule {
  return TypeOrmModule.forRootAsync({
    name: database.schema,
    // A server that refuses us does so again in three seconds.
    useFactory: () => ({
      ...workingOptions(database, settings),
      toRetry: (error: unknown) => !(error instanceof DatabaseRefused),
    }),
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
  const source = new DataSource(workingOptions(database, settings, queryTimeoutMs));
  return explained(settings, () => source.initialize());
}

/** Whether the database answers, for {@link Readiness}. */
export function databaseCheck(database: DataSource, settings: ServiceSettings): ReadinessCheck {
  return () => explained(settings, () => database.query('SELECT 1'));
}

/** The server is there and will not have us, or is not the one it should be. The message says what to do. */
export class DatabaseRefused extends Error {
  override readonly name = 'DatabaseRefused';
}

async function explained<T>(settings: ServiceSettings, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isRefused(error)) throw error;
    const told = [
      `PostgreSQL at ${connectionOf(settings).where}: ${connectionFaultOf(error)!.words}`,
      databaseAdvice(error),
    ];
    throw new DatabaseRefused(told.filter((part) => part !== undefined).join('. '), { cause: error });
  }
}

/** Brings a service's schema up to date. Safe to run from several processes at once. */
export async function migrate(database: ServiceDatabase, settings: ServiceSettings): Promise<string[]> {
  const client = new Client({ ...connectionOf(settings).config, connectionTimeoutMillis: CONNECT_TIMEOUT_MS });
  // A connection that is lost fails the query in hand; without a listener it would end the process as well.
  client.on('error', () => undefined);
  await explained(settings, () => client.connect());
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
  const { connectionString, ...tls } = connectionOf(settings).config;
  return {
    type: 'postgres',
    url: connectionString!,
    schema: database.schema,
    entities: [...database.entities],
    migrations: [...database.migrations],
    migrationsTableName: 'migration',
    poolSize: database.poolSize ?? 8,
    connectTimeoutMS: CONNECT_TIMEOUT_MS,
    applicationName: `newsmill-${database.schema}`,
    extra: { options: `-c search_path=${database.schema},public`, ...tls },
  };
}

/** Where the database is and how it is spoken to; changed certificate files that cannot be used are told in the log. */
function connectionOf(settings: ServiceSettings): PostgresConnection {
  if (settings.databaseUrl === undefined) {
    throw new SettingsError(['NEWSMILL_DATABASE_URL is not set: this service keeps its state in PostgreSQL']);
  }
  const logger = new Logger('database');
  return postgresConnection(settings.databaseUrl, (message) => logger.warn(message));
}
