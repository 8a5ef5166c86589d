import { z } from 'zod';
import { tracingSettings } from './tracing/tracing.config.js';
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
  kafkaSecurityProtocol: {
    env: 'NEWSMILL_KAFKA_SECURITY_PROTOCOL',
    schema: oneOf('plaintext', 'ssl', 'sasl_plaintext', 'sasl_ssl').optional(),
    doc: 'plaintext, ssl, sasl_plaintext or sasl_ssl. Default: plaintext, with a warning for brokers on other machines (docs/security.md).',
  },
  kafkaSaslMechanism: {
    env: 'NEWSMILL_KAFKA_SASL_MECHANISM',
    schema: oneOf('scram-sha-256', 'scram-sha-512', 'plain').optional(),
    doc: 'scram-sha-256, scram-sha-512 or plain. Default: scram-sha-512.',
  },
  kafkaSaslUsername: {
    env: 'NEWSMILL_KAFKA_SASL_USERNAME',
    schema: z.string().optional(),
    doc: 'User name for sasl_ssl and sasl_plaintext.',
  },
  kafkaSaslPassword: {
    env: 'NEWSMILL_KAFKA_SASL_PASSWORD',
    schema: z.string().optional(),
    doc: 'Password for sasl_ssl and sasl_plaintext.',
    secret: true,
  },
  kafkaSaslPlainInClear: {
    env: 'NEWSMILL_KAFKA_SASL_PLAIN_IN_CLEAR',
    schema: flag,
    default: 'false',
    doc: 'Whether the mechanism plain may send the password without TLS.',
  },
  kafkaCaFile: {
    env: 'NEWSMILL_KAFKA_CA_FILE',
    schema: z.string().optional(),
    doc: "PEM file of the authorities that sign the brokers' certificates. Default: those of Node.js.",
  },
  kafkaCertFile: {
    env: 'NEWSMILL_KAFKA_CERT_FILE',
    schema: z.string().optional(),
    doc: 'PEM file of the certificate to show to brokers (mutual TLS). Files are read anew when they change.',
  },
  kafkaKeyFile: {
    env: 'NEWSMILL_KAFKA_KEY_FILE',
    schema: z.string().optional(),
    doc: 'PEM file of the private key of that certificate, without a passphrase.',
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
    doc: 'PostgreSQL of the service. Needed by the fetcher, the store and the postgres transport. TLS: `?sslmode=verify-full&sslrootcert=<file>` (docs/security.md).',
    secret: true,
  },
  databasePassword: {
    env: 'NEWSMILL_DATABASE_PASSWORD',
    schema: z.string().optional(),
    doc: 'Password for NEWSMILL_DATABASE_URL where that holds none, as it is: nothing is percent-encoded.',
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
  ...tracingSettings,
});

/** One of these words, in any case. */
function oneOf<const Word extends string>(...words: readonly [Word, ...Word[]]): z.ZodType<Word> {
  return z.preprocess(
    (text) => (typeof text === 'string' ? text.toLowerCase() : text),
    z.enum(words, `must be ${words.slice(0, -1).join(', ')} or ${words.at(-1)}`),
  );
}

export type ServiceSettings = SettingValues<typeof serviceSettings>;

/** The environment of this process. */
export function processEnvironment(): Environment {
  return process.env;
}
