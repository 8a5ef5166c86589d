import { runInNewContext } from 'node:vm';
import { describe, expect, it } from '@jest/globals';
import { LogUnavailable } from '@newsmill/transport';
import { dependencyOf } from './dependency.js';

const withCode = (code: string) => Object.assign(new Error('fault'), { code });

describe('dependencyOf', () => {
  it.each([
    ['the log', new LogUnavailable('down'), 'log'],
    ['a refused connection', withCode('ECONNREFUSED'), 'database'],
    ['a shutdown of PostgreSQL', withCode('57P01'), 'database'],
    ['a full PostgreSQL', withCode('53300'), 'database'],
    ['a cut connection', new Error('Connection terminated unexpectedly'), 'database'],
    ['a database that says nothing', new Error('Query read timeout'), 'database'],
    ['a driver error inside', Object.assign(new Error('query failed'), { driverError: withCode('08006') }), 'database'],
    ['a cause', new Error('query failed', { cause: withCode('ECONNRESET') }), 'database'],
    [
      'an error of another realm',
      runInNewContext(`Object.assign(new Error('x'), { code: 'ECONNREFUSED' })`),
      'database',
    ],
    ['a password that is no longer right', withCode('28P01'), 'database'],
    ['a certificate that has expired', withCode('CERT_HAS_EXPIRED'), 'database'],
    ['a server without TLS', new Error('The server does not support SSL connections'), 'database'],
    ['a table whose migration is missing', withCode('42P01'), 'database'],
    ['a column whose migration is missing', withCode('42703'), 'database'],
    ['a broken constraint', withCode('23505'), undefined],
    ['a defect', new TypeError('x is not a function'), undefined],
    ['no error', 'ECONNREFUSED', undefined],
  ])('%s', (_, thrown: unknown, dependency) => {
    expect(dependencyOf(thrown)).toBe(dependency);
  });
});
