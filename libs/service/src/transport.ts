import { Logger } from '@nestjs/common';
import type { Transport } from '@newsmill/stage';
import { KafkaTransport, PostgresTransport } from '@newsmill/transport';
import type { ServiceSettings } from './service.config.js';
import { SettingsError } from './settings.js';

/** The transport that the settings name. `onCrash` is told when it can no longer consume: the process must end. */
export function createTransport(
  settings: ServiceSettings,
  clientId: string,
  onCrash?: (error: Error) => void,
): Transport {
  const logger = new Logger(settings.transport);
  const log = (level: 'debug' | 'info' | 'warn' | 'error', message: string): void =>
    logger[level === 'info' ? 'log' : level](message);
  if (settings.transport === 'kafka') {
    return new KafkaTransport({ brokers: settings.kafkaBrokers, clientId, log, ...(onCrash && { onCrash }) });
  }
  if (settings.databaseUrl === undefined) {
    throw new SettingsError(['NEWSMILL_DATABASE_URL is not set: the postgres transport keeps topics there']);
  }
  return new PostgresTransport({ url: settings.databaseUrl, log });
}
