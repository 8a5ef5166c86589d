import { describe, expect, it } from '@jest/globals';
import { connectionWarnings, loadServiceSettings } from './service-settings.js';
import { type Environment, SettingsError } from './settings.js';

function problems(environment: Environment): readonly string[] {
  try {
    loadServiceSettings(environment);
  } catch (error) {
    if (error instanceof SettingsError) return error.problems;
    throw error;
  }
  return [];
}

const LOGIN = { NEWSMILL_KAFKA_SASL_USERNAME: 'newsmill', NEWSMILL_KAFKA_SASL_PASSWORD: 'hush-hush' };
const over = (protocol: string, more: Environment = {}): Environment => ({
  NEWSMILL_KAFKA_SECURITY_PROTOCOL: protocol,
  ...more,
});

describe('loadServiceSettings', () => {
  it.each<[string, Environment]>([
    ['nothing', {}],
    ['TLS with the authorities of Node.js', over('ssl')],
    [
      'SASL over TLS, in capitals as Kafka writes it',
      over('SASL_SSL', { ...LOGIN, NEWSMILL_KAFKA_SASL_MECHANISM: 'SCRAM-SHA-256' }),
    ],
    ['PLAIN over TLS', over('sasl_ssl', { ...LOGIN, NEWSMILL_KAFKA_SASL_MECHANISM: 'plain' })],
    [
      'PLAIN without TLS when told',
      over('sasl_plaintext', {
        ...LOGIN,
        NEWSMILL_KAFKA_SASL_MECHANISM: 'plain',
        NEWSMILL_KAFKA_SASL_PLAIN_IN_CLEAR: 'true',
      }),
    ],
    ['what does not fit, of a Kafka that is not used', { ...LOGIN, NEWSMILL_TRANSPORT: 'postgres' }],
  ])('takes %s', (_, environment) => {
    expect(problems(environment)).toEqual([]);
  });

  it.each<[string, Environment, string[]]>([
    [
      'an unknown protocol or mechanism',
      over('tls', { NEWSMILL_KAFKA_SASL_MECHANISM: 'gssapi' }),
      [
        'NEWSMILL_KAFKA_SECURITY_PROTOCOL is "tls": must be plaintext, ssl, sasl_plaintext or sasl_ssl',
        'NEWSMILL_KAFKA_SASL_MECHANISM is "gssapi": must be scram-sha-256, scram-sha-512 or plain',
      ],
    ],
    [
      'SASL without a login',
      over('sasl_ssl'),
      [
        'NEWSMILL_KAFKA_SASL_USERNAME is not set: sasl_ssl needs a user name',
        'NEWSMILL_KAFKA_SASL_PASSWORD is not set: sasl_ssl needs a password',
      ],
    ],
    [
      'a login without SASL',
      LOGIN,
      [
        'NEWSMILL_KAFKA_SASL_USERNAME is set, but NEWSMILL_KAFKA_SECURITY_PROTOCOL is plaintext: use sasl_ssl, or leave it out',
        'NEWSMILL_KAFKA_SASL_PASSWORD is set, but NEWSMILL_KAFKA_SECURITY_PROTOCOL is plaintext: use sasl_ssl, or leave it out',
      ],
    ],
    [
      'a mechanism without SASL',
      over('ssl', { NEWSMILL_KAFKA_SASL_MECHANISM: 'plain' }),
      [
        'NEWSMILL_KAFKA_SASL_MECHANISM is set, but NEWSMILL_KAFKA_SECURITY_PROTOCOL is ssl: use sasl_ssl, or leave it out',
      ],
    ],
    [
      'certificates without TLS',
      over('sasl_plaintext', { ...LOGIN, NEWSMILL_KAFKA_CA_FILE: '/ca.pem' }),
      [
        'NEWSMILL_KAFKA_CA_FILE is set, but NEWSMILL_KAFKA_SECURITY_PROTOCOL is sasl_plaintext: use sasl_ssl, or leave it out',
      ],
    ],
    [
      'a password in clear text',
      over('sasl_plaintext', { ...LOGIN, NEWSMILL_KAFKA_SASL_MECHANISM: 'plain' }),
      [
        'NEWSMILL_KAFKA_SASL_MECHANISM is plain, which sends the password in clear text with sasl_plaintext: ' +
          'use sasl_ssl, a scram mechanism, or NEWSMILL_KAFKA_SASL_PLAIN_IN_CLEAR=true',
      ],
    ],
    [
      'files that cannot be used',
      over('ssl', { NEWSMILL_KAFKA_CA_FILE: '/none/ca.pem', NEWSMILL_KAFKA_CERT_FILE: import.meta.filename }),
      [
        'NEWSMILL_KAFKA_CERT_FILE is set without NEWSMILL_KAFKA_KEY_FILE',
        'NEWSMILL_KAFKA_CA_FILE is "/none/ca.pem": cannot be read (ENOENT)',
        `NEWSMILL_KAFKA_CERT_FILE is "${import.meta.filename}": holds no certificate in PEM (BEGIN CERTIFICATE)`,
      ],
    ],
    [
      'a database URL that cannot be obeyed',
      { NEWSMILL_DATABASE_URL: 'postgres://u:hush-hush@db/x?sslmode=prefer&sslkey=/none' },
      [
        'NEWSMILL_DATABASE_URL: sslmode=prefer lets whoever is on the way turn TLS off: use verify-full, or disable',
        'NEWSMILL_DATABASE_URL: sslkey is set without sslcert',
        'NEWSMILL_DATABASE_URL: sslkey is "/none": cannot be read (ENOENT)',
      ],
    ],
    [
      'a database password that has no place',
      { NEWSMILL_DATABASE_URL: 'postgres:///x?host=/run', NEWSMILL_DATABASE_PASSWORD: 'hush-hush' },
      [
        'NEWSMILL_DATABASE_PASSWORD is set, but NEWSMILL_DATABASE_URL names no user or no host: use postgres://<user>@<host>/<database>',
      ],
    ],
    [
      'a PGSSLMODE that would be missed',
      { NEWSMILL_DATABASE_URL: 'postgres://u@db/x', PGSSLMODE: 'verify-full' },
      ['PGSSLMODE is verify-full, which is not read: add sslmode=verify-full to NEWSMILL_DATABASE_URL'],
    ],
  ])('refuses %s, by name and without secrets', (_, environment, expected) => {
    expect(problems(environment)).toEqual(expected);
  });
});

describe('a database password that is set apart', () => {
  const PASSWORD = 'p@ss/w:rd?#%41 ü';
  const urlOf = (environment: Environment): URL => new URL(loadServiceSettings(environment).databaseUrl!);

  it('needs no encoding', () => {
    const url = urlOf({ NEWSMILL_DATABASE_URL: 'postgres://u@db/x', NEWSMILL_DATABASE_PASSWORD: PASSWORD });
    expect([decodeURIComponent(url.password), url.username, url.host, url.pathname]).toEqual([
      PASSWORD,
      'u',
      'db',
      '/x',
    ]);
  });

  it('leaves one that stands in the URL alone, and does nothing without a URL', () => {
    const both = { NEWSMILL_DATABASE_URL: 'postgres://u:own@db/x', NEWSMILL_DATABASE_PASSWORD: PASSWORD };
    expect(urlOf(both).password).toBe('own');
    expect(loadServiceSettings({ NEWSMILL_DATABASE_PASSWORD: PASSWORD }).databaseUrl).toBeUndefined();
  });
});

describe('connectionWarnings', () => {
  const remote = { NEWSMILL_KAFKA_BROKERS: 'localhost,[::1]:9092,kafka:9092' };
  const database = (query: string, host = 'db'): Environment => ({
    NEWSMILL_TRANSPORT: 'postgres',
    NEWSMILL_DATABASE_URL: `postgres://u:hush-hush@${host}/x${query}`,
  });

  it.each<[string, Environment]>([
    ['this machine', database('', 'localhost')],
    ['brokers that are meant to be reached without TLS', { ...remote, NEWSMILL_KAFKA_SECURITY_PROTOCOL: 'plaintext' }],
    ['brokers over TLS', { ...remote, NEWSMILL_KAFKA_SECURITY_PROTOCOL: 'ssl' }],
    ['a database that is meant to be reached without TLS', database('?sslmode=disable')],
    ['a database over TLS', database('?sslmode=verify-full')],
  ])('says nothing of %s', (_, environment) => {
    expect(connectionWarnings(loadServiceSettings(environment))).toEqual([]);
  });

  it.each<[string, Environment, RegExp]>([
    ['brokers elsewhere, without TLS', remote, /^Kafka at kafka:9092 is spoken to in clear text/],
    [
      'brokers elsewhere, SASL without TLS',
      { ...remote, ...LOGIN, NEWSMILL_KAFKA_SECURITY_PROTOCOL: 'sasl_plaintext' },
      /^Kafka at kafka:9092 is spoken to in clear text: set NEWSMILL_KAFKA_SECURITY_PROTOCOL to sasl_ssl or ssl$/,
    ],
    ['a database elsewhere, without TLS', database(''), /^PostgreSQL at db\/x is spoken to in clear text/],
    ['a database that proves nothing', database('?sslmode=no-verify', 'localhost'), /is not verified \(no-verify in/],
  ])('tells of %s', (_, environment, words) => {
    const warnings = connectionWarnings(loadServiceSettings(environment));
    expect(warnings).toEqual([expect.stringMatching(words)]);
    expect(warnings.join()).not.toContain('hush-hush');
  });
});
