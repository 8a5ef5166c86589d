import type { Transport } from '@newsmill/stage';
import { PostgresTransport, type TransportLog } from '@newsmill/transport';
import { databaseAdvice, kafkaAdvice } from './connection-advice.js';
import { kafkaSecurity } from './kafka-security.js';
import type { ServiceSettings } from './service.config.js';
import { SettingsError } from './settings.js';
import { logToStandardError } from './standard-error.js';

export interface CreateTransportOptions {
  /** How the log's clients see this process. */
  clientId: string;
  /** Told when it can no longer consume: the process must end. */
  onCrash?: (error: Error) => void;
  /** Default: warnings and errors on standard error. */
  log?: TransportLog;
}

/** The transport that the settings name. A process that has its topics elsewhere never loads the Kafka client. */
export async function createTransport(settings: ServiceSettings, options: CreateTransportOptions): Promise<Transport> {
  const { clientId, onCrash, log = logToStandardError } = options;
  if (settings.transport === 'kafka') {
    const { KafkaTransport } = await import('@newsmill/transport/kafka');
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
