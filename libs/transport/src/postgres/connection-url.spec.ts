import type { ConnectionOptions } from 'node:tls';
import { describe, expect, it } from '@jest/globals';
import { isLoopback, postgresConnection, PostgresUrlError } from './connection-url.js';

const BASE = 'postgres://u:p%40ss@db.example:5433/news';

function problemsOf(query: string): readonly string[] {
  try {
    postgresConnection(`${BASE}?${query}`);
  } catch (error) {
    if (error instanceof PostgresUrlError) return error.problems;
    throw error;
  }
  return [];
}

describe('postgresConnection', () => {
  it('leaves a URL without a word on TLS as it is, and TLS off whatever PGSSLMODE says', () => {
    expect(postgresConnection(`${BASE}?application_name=x%20y`)).toEqual({
      config: { connectionString: `${BASE}?application_name=x%20y`, ssl: false },
      where: 'db.example:5433/news',
      isLocal: false,
      tls: 'unsaid',
    });
  });

  it.each([
    ['sslmode=disable', 'disabled'],
    ['ssl=false', 'disabled'],
    ['ssl=0', 'disabled'],
    ['sslmode=verify-full', 'verified'],
    ['sslmode=verify-full&sslrootcert=system', 'verified'],
    ['sslrootcert=system', 'verified'],
    ['sslmode=verify-ca', 'verified'],
    ['sslmode=require', 'verified'],
    ['ssl=true', 'verified'],
    ['ssl=1', 'verified'],
    ['sslmode=no-verify', 'unverified'],
    ['ssl=no-verify', 'unverified'],
  ])('%s: %s', (query, tls) => {
    const { config, ...connection } = postgresConnection(`${BASE}?${query}`);
    expect(connection.tls).toBe(tls);
    // Nothing is left for another reader of the URL to understand in its own way.
    expect(config.connectionString).toBe(BASE);
    if (tls === 'disabled') expect(config.ssl).toBe(false);
    else expect((config.ssl as ConnectionOptions).rejectUnauthorized).toBe(tls === 'verified');
  });

  it('keeps what else the URL says, and passes direct negotiation on', () => {
    const { config } = postgresConnection(`${BASE}?sslmode=verify-full&sslnegotiation=direct&options=-c%20a%3Db`);
    expect(new URL(config.connectionString!).searchParams.get('options')).toBe('-c a=b');
    expect(config).toMatchObject({ sslnegotiation: 'direct' });
  });

  it.each([
    ['sslmode=prefer', 'sslmode=prefer lets whoever is on the way turn TLS off: use verify-full, or disable'],
    ['sslmode=allow', 'sslmode=allow lets whoever is on the way turn TLS off: use verify-full, or disable'],
    ['sslmode=verify_full', 'sslmode=verify_full is unknown: use verify-full, or disable'],
    ['ssl=yes', 'ssl=yes is unknown: use sslmode=verify-full'],
    ['ssl=false&sslmode=verify-full', 'ssl and sslmode are both given: use sslmode alone'],
    ['sslmode=require&uselibpqcompat=true', 'uselibpqcompat weakens what sslmode says: leave it out'],
    ['sslnegotiation=direct', 'sslnegotiation=direct needs TLS: add sslmode=verify-full'],
    ['sslmode=verify-full&sslnegotiation=fast', 'sslnegotiation=fast is unknown: use postgres or direct'],
    ['sslmode=disable&sslrootcert=system', 'sslrootcert without TLS: use sslmode=verify-full'],
    ['sslmode=no-verify&sslrootcert=system', 'sslrootcert is not looked at with no-verify: use sslmode=verify-full'],
    ['sslmode=verify-full&sslrootcert=/none.pem', 'sslrootcert is "/none.pem": cannot be read (ENOENT)'],
  ])('%s: %s', (query, problem) => {
    expect(problemsOf(query)).toEqual([problem]);
  });

  it('tells every problem, and no password', () => {
    const problems = problemsOf('sslmode=prefer&sslcert=/a&sslkey=/b&uselibpqcompat=true');
    expect(problems).toHaveLength(4);
    expect(problems.join()).not.toMatch(/p%40ss|p@ss/);
  });

  it.each([
    ['postgres://u@localhost/x', true],
    ['postgres://u@127.0.0.9:1/x', true],
    ['postgres://u@[::1]:1/x', true],
    ['postgres://u@%2Frun%2Fpostgresql/x?host=/run/postgresql', true],
    ['postgres://u@10.0.0.1/x', false],
    ['postgres://u@localhost.example/x', false],
    ['postgres://u@localhost/x?host=db.example', false],
  ])('%s is on this machine: %s', (url, isLocal) => {
    expect(postgresConnection(url).isLocal).toBe(isLocal);
  });
});

describe('isLoopback', () => {
  it.each([
    ['localhost', true],
    ['127.0.0.1', true],
    ['[::1]', true],
    ['127.example', false],
    ['kafka', false],
  ])('%s: %s', (host, expected) => {
    expect(isLoopback(host)).toBe(expected);
  });
});
