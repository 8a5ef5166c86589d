import type { DynamicModule } from '@nestjs/common';
import { applicationLog } from './application-log.js';
import { DatabaseRefused, openDataSource, type ServiceDatabase } from './database.js';
import type { ServiceSettings } from './service.config.js';
import { SettingsError } from './settings.js';

/** Nest module of a service's own Postgres schema; migrates at start where the settings say so. */
export async function databaseModule(database: ServiceDatabase, settings: ServiceSettings): Promise<DynamicModule> {
  const { TypeOrmModule } = await import('@nestjs/typeorm');
  return TypeOrmModule.forRootAsync({
    name: database.schema,
    useFactory: () => ({ type: 'postgres', toRetry: (error: unknown) => !isFinal(error) }),
    dataSourceFactory: () => openDataSource(database, settings, { log: applicationLog('database') }),
  });
}

/** A server that refuses us does so again in three seconds, and no setting changes by itself. */
function isFinal(error: unknown): boolean {
  return error instanceof DatabaseRefused || error instanceof SettingsError;
}
