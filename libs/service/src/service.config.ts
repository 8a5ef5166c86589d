import { z } from 'zod';
import { defineSettings, type Environment, flag, list, type SettingValues, wholeNumber } from './settings.js';

/** Settings that every service has. */
export const serviceSettings = defineSettings({
  httpHost: {
    env: 'NEWSMILL_HTTP_HOST',
    schema: z.string(),
    default: '127.0.0.1',
    doc: 'Address the HTTP server listens on.',
  },
  httpPort: {
    env: 'NEWSMILL_HTTP_PORT',
    schema: wholeNumber(0, 65_535),
    default: '8080',
    doc: 'Port of the HTTP server; 0 takes a free one.',
  },
  transport: {
    env: 'NEWSMILL_TRANSPORT',
    schema: z.enum(['kafka', 'postgres'], 'must be kafka or postgres'),
    default: 'kafka',
    doc: 'Where topics live. Standalone uses postgres unless told otherwise.',
  },
  kafkaBrokers: {
    env: 'NEWSMILL_KAFKA_BROKERS',
    schema: list,
    default: 'localhost:9092',
    doc: 'Kafka bootstrap servers, host:port, comma-separated.',
  },
  kafkaGuarantee: {
    env: 'NEWSMILL_KAFKA_PROCESSING_GUARANTEE',
    schema: z.enum(['exactly-once', 'at-least-once'], 'must be exactly-once or at-least-once'),
    default: 'exactly-once',
    doc: 'exactly-once: outputs and position of a batch in one transaction. at-least-once: a crash may repeat outputs.',
  },
  databaseUrl: {
    env: 'NEWSMILL_DATABASE_URL',
    schema: z.url({ protocol: /^postgres(ql)?$/, error: 'must be a postgres:// URL' }).optional(),
    doc: 'PostgreSQL of the service. Needed by the fetcher, the store and the postgres transport.',
    secret: true,
  },
  topicPrefix: {
    env: 'NEWSMILL_TOPIC_PREFIX',
    schema: z.string().regex(/^[a-z0-9][a-z0-9-]*$/, 'must be lower-case letters, digits and hyphens'),
    default: 'newsmill',
    doc: 'First part of every topic address and consumer group.',
  },
  logLevel: {
    env: 'NEWSMILL_LOG_LEVEL',
    schema: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent'], 'must be a pino level'),
    default: 'info',
    doc: 'Least level that is logged.',
  },
  migrate: {
    env: 'NEWSMILL_MIGRATE',
    schema: flag,
    default: 'true',
    doc: 'Bring the database schema of the service up to date at start.',
  },
  shutdownMs: {
    env: 'NEWSMILL_SHUTDOWN_MS',
    schema: wholeNumber(0, 600_000),
    default: '6500',
    doc: 'Milliseconds a batch in hand may take to settle after SIGTERM before it is handed back; 2 s later the process ends.',
  },
});

export type ServiceSettings = SettingValues<typeof serviceSettings>;

/** The environment of this process. */
export function processEnvironment(): Environment {
  return process.env;
}
