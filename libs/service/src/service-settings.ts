import { isLoopback, postgresConnection, PostgresUrlError } from '@newsmill/transport';
import { kafkaSecurityProblems } from './kafka-security.js';
import { type ServiceSettings, serviceSettings } from './service.config.js';
import { type Environment, loadSettings, SettingsError } from './settings.js';
import { tracingProblems } from './tracing/tracing.config.js';

/**
 * Reads the settings that every service has.
 * @throws SettingsError with every one that is missing, wrong, or does not fit to another
 */
export function loadServiceSettings(environment: Environment): ServiceSettings {
  const settings = withPassword(loadSettings(serviceSettings, environment));
  const problems = [
    ...(settings.transport === 'kafka' ? kafkaSecurityProblems(settings) : []),
    ...databaseProblems(settings, environment),
    ...tracingProblems(settings, environment),
  ];
  if (problems.length > 0) throw new SettingsError(problems);
  return settings;
}

/** Ways out of this process that somebody else can listen on or answer in place of the right one. */
export function connectionWarnings(settings: ServiceSettings): string[] {
  const warnings: string[] = [];
  const { transport, kafkaBrokers, kafkaSecurityProtocol: protocol, databaseUrl } = settings;
  const remote = kafkaBrokers.filter((broker) => !isLoopback(broker.replace(/:\d+$/, '')));
  if (transport === 'kafka' && remote.length > 0 && (protocol === undefined || protocol === 'sasl_plaintext')) {
    warnings.push(
      `Kafka at ${remote.join(', ')} is spoken to in clear text: set NEWSMILL_KAFKA_SECURITY_PROTOCOL to sasl_ssl or ssl` +
        (protocol === undefined ? ', or to plaintext if the network itself is protected' : ''),
    );
  }
  if (databaseUrl === undefined) return warnings;
  const { tls, where, isLocal } = postgresConnection(databaseUrl);
  if (tls === 'unverified') {
    warnings.push(
      `nothing proves that PostgreSQL at ${where} is the right one: its certificate is not verified (no-verify in ` +
        'NEWSMILL_DATABASE_URL); use sslmode=verify-full',
    );
  } else if (tls === 'unsaid' && !isLocal) {
    warnings.push(
      `PostgreSQL at ${where} is spoken to in clear text: add sslmode=verify-full to NEWSMILL_DATABASE_URL, or ` +
        'sslmode=disable if the network itself is protected',
    );
  }
  return warnings;
}

/**
 * The password that is set apart becomes part of the URL where that holds none, as libpq takes PGPASSWORD.
 * @throws SettingsError when the URL has no place for it
 */
function withPassword(settings: ServiceSettings): ServiceSettings {
  const { databaseUrl, databasePassword } = settings;
  if (databaseUrl === undefined || databasePassword === undefined) return settings;
  const url = new URL(databaseUrl);
  if (url.password !== '') return settings;
  if (url.username === '' || url.hostname === '') {
    throw new SettingsError([
      'NEWSMILL_DATABASE_PASSWORD is set, but NEWSMILL_DATABASE_URL names no user or no host: use postgres://<user>@<host>/<database>',
    ]);
  }
  url.password = encodeURIComponent(databasePassword);
  return { ...settings, databaseUrl: url.href };
}

/** `pg` would obey PGSSLMODE; whoever relies on it must not end up without TLS unawares. */
function databaseProblems({ databaseUrl }: ServiceSettings, { PGSSLMODE: mode }: Environment): string[] {
  if (databaseUrl === undefined) return [];
  try {
    const { tls, isLocal } = postgresConnection(databaseUrl);
    const isMissed = tls === 'unsaid' && !isLocal && mode !== undefined && !['', 'disable', 'allow'].includes(mode);
    return isMissed
      ? [`PGSSLMODE is ${mode}, which is not read: add sslmode=verify-full to NEWSMILL_DATABASE_URL`]
      : [];
  } catch (error) {
    if (!(error instanceof PostgresUrlError)) throw error;
    return error.problems.map((problem) => `NEWSMILL_DATABASE_URL: ${problem}`);
  }
}
