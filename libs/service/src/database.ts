import {
  connectionFaultOf,
  isRefused,
  postgresConnection,
  type PostgresConnection,
  type TransportLog,
} from '@newsmill/transport';
import { Client, type Pool } from 'pg';
import type { DataSource, DataSourceOptions, EntitySchema, MigrationInterface } from 'typeorm';
import type { PostgresDriver } from 'typeorm/driver/postgres/PostgresDriver.js';
import { databaseAdvice } from './connection-advice.js';
import type { ReadinessCheck } from './health.js';
import { checkSchema } from './schema-check.js';
import type { ServiceSettings } from './service.config.js';
import { SettingsError } from './settings.js';
import { logToStandardError } from './standard-error.js';

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
/** Of the time for a query: the server gives up first, and says so on a connection that can still roll back. */
const SERVER_SHARE = 5 / 6;
/**
 * Milliseconds that a transaction may stand idle, for instance while its changes are put on the log. What a frozen process
 * holds is let go then.
 */
const IDLE_TRANSACTION_MS = 60_000;

export interface DataSourceOpening {
  /** Milliseconds that a query may take; 0: any time. Default: 30,000. */
  queryTimeoutMs?: number;
  /** Default: warnings and errors on standard error. */
  log?: TransportLog;
}

/**
 * An initialised data source, its schema up to date where the settings say so.
 * @throws SettingsError when no database is set
 * @throws DatabaseRefused
 */
export async function openDataSource(
  database: ServiceDatabase,
  settings: ServiceSettings,
  { queryTimeoutMs = QUERY_TIMEOUT_MS, log = logToStandardError }: DataSourceOpening = {},
): Promise<DataSource> {
  if (settings.migrate) await migrate(database, settings, log);
  const source = await dataSource(dataSourceOptions(database, settings, { queryTimeoutMs, log }));
  await explained(settings, () => source.initialize());
  lendIdleOnly((source.driver as PostgresDriver).master as Pool);
  return source;
}

/**
 * Closes connections that come back with a statement under way or a transaction open, as after a rollback that got no answer:
 * the transaction of whoever is lent them next would commit what was begun before.
 */
function lendIdleOnly(pool: Pool): void {
  pool.on('release', (_error, lent) => {
    const client = lent as unknown as Client & { readyForQuery: boolean };
    if (client.readyForQuery && client.getTransactionStatus() === 'I') return;
    // The pool drops a client that is ending.
    client.end().catch(() => undefined);
  });
}

/** Whether the database answers and its schema is one that this version works with, for {@link Readiness}. */
export function databaseCheck(database: DataSource, settings: ServiceSettings): ReadinessCheck {
  return () => explained(settings, () => checkSchema(database));
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
      `PostgreSQL at ${postgresConnection(settings.databaseUrl!).where}: ${connectionFaultOf(error)!.words}`,
      databaseAdvice(error),
    ];
    throw new DatabaseRefused(told.filter((part) => part !== undefined).join('. '), { cause: error });
  }
}

/** Brings a service's schema up to date. Safe to run from several processes at once. */
export async function migrate(
  database: ServiceDatabase,
  settings: ServiceSettings,
  log = logToStandardError,
): Promise<string[]> {
  // Migrations may take their time, the work of a stage may not.
  const options = dataSourceOptions(database, settings, { queryTimeoutMs: 0, log });
  const client = new Client({ ...connectionOf(settings, log).config, connectionTimeoutMillis: CONNECT_TIMEOUT_MS });
  // A connection that is lost fails the query in hand; without a listener it would end the process as well.
  client.on('error', () => undefined);
  await explained(settings, () => client.connect());
  try {
    await client.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    await client.query(`CREATE SCHEMA IF NOT EXISTS ${client.escapeIdentifier(database.schema)}`);
    const source = await (await dataSource(options)).initialize();
    try {
      return (await source.runMigrations({ transaction: 'each' })).map(({ name }) => name);
    } finally {
      await source.destroy();
    }
  } finally {
    await client.end();
  }
}

/** TypeORM is loaded where a database is: services without one neither hold it in memory nor have it in their image. */
async function dataSource(options: DataSourceOptions): Promise<DataSource> {
  const { DataSource } = await import('typeorm');
  return new DataSource(options);
}

function dataSourceOptions(
  database: ServiceDatabase,
  settings: ServiceSettings,
  { queryTimeoutMs, log }: Required<DataSourceOpening>,
): DataSourceOptions {
  const { connectionString, ...tls } = connectionOf(settings, log).config;
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
    extra: {
      options: `-c search_path=${database.schema},public`,
      ...tls,
      keepAlive: true,
      query_timeout: queryTimeoutMs,
      ...(queryTimeoutMs > 0 && {
        statement_timeout: Math.floor(queryTimeoutMs * SERVER_SHARE),
        idle_in_transaction_session_timeout: IDLE_TRANSACTION_MS,
      }),
    },
  };
}

/** Where the database is and how it is spoken to; changed certificate files that cannot be used are told in the log. */
function connectionOf(settings: ServiceSettings, log: TransportLog): PostgresConnection {
  if (settings.databaseUrl === undefined) {
    throw new SettingsError(['NEWSMILL_DATABASE_URL is not set: this service keeps its state in PostgreSQL']);
  }
  return postgresConnection(settings.databaseUrl, (message) => log('warn', message));
}
