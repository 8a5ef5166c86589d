import { Logger } from '@nestjs/common';
import type { Transport } from '@newsmill/stage';
import { KafkaTransport, PostgresTransport, type TransportLog } from '@newsmill/transport';
import { databaseAdvice, kafkaAdvice } from './connection-advice.js';
import { kafkaSecurity } from './kafka-security.js';
import type { ServiceSettings } from './service.config.js';
import { SettingsError } from './settings.js';

export interface CreateTransportOptions {
  /** How the log's clients see this process. */
  clientId: string;
  /** Told when it can no longer consume: the process must end. */
  onCrash?: (error: Error) => void;
  /** Default: the application's logger. */
  log?: TransportLog;
}

/** The transport that the settings name. */
export function createTransport(settings: ServiceSettings, options: CreateTransportOptions): Transport {
  const { clientId, onCrash, log = applicationLog(settings.transport) } = options;
  if (settings.transport === 'kafka') {
    const { kafkaBrokers: brokers, kafkaGuarantee } = settings;
    return new KafkaTransport({
      brokers,
      clientId,
      ...kafkaSecurity(settings, (message) => log('warn', message)),
      exactlyOnce: kafkaGuarantee === 'exactly-once',
      log,
      explain: kafkaAdvice(settings),
      ...(onCrash && { onCrash }),
    });
  }
  if (settings.databaseUrl === undefined) {
    throw new SettingsError(['NEWSMILL_DATABASE_URL is not set: the postgres transport keeps topics there']);
  }
  return new PostgresTransport({ url: settings.databaseUrl, log, explain: databaseAdvice });
}

function applicationLog(context: string): TransportLog {
  const logger = new Logger(context);
  return (level, message) => {
    logger[level === 'info' ? 'log' : level](message);
  };
}
