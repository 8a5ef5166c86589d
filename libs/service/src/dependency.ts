import { isError } from '@newsmill/stage';
import { isRefused, LogUnavailable } from '@newsmill/transport';

/**
 * PostgreSQL SQLSTATE classes and codes that say "not now": connection, resources, shutdown, time
 * limits of statements and transactions; and a table, column, function
 * or schema that is not there, as its migration is missing (Appendix A).
 */
const SQL_STATE = /^(08...|53...|57014|57P0[1-4]|25P0[34]|42P01|42703|42883|3F000)$/;
const SOCKET_CODES = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN']);
const POOL_MESSAGES = [
  'Connection terminated',
  'timeout exceeded when trying to connect',
  'timeout expired',
  'Query read timeout',
  'Client has encountered a connection error',
];

/**
 * Names the dependency whose fault a thrown error is, if it is one. Handlers that talk to remote sites return their
 * faults as values, so a socket or TLS error that is thrown belongs to the database.
 */
export function dependencyOf(thrown: unknown): string | undefined {
  for (let error = thrown, depth = 0; isError(error) && depth < 5; depth += 1) {
    if (error instanceof LogUnavailable) return 'log';
    const { code } = error as { code?: unknown };
    if (isRefused(error)) return 'database';
    if (typeof code === 'string' && (SQL_STATE.test(code) || SOCKET_CODES.has(code))) return 'database';
    const { message } = error;
    if (POOL_MESSAGES.some((part) => message.includes(part))) return 'database';
    error = (error as { driverError?: unknown }).driverError ?? error.cause;
  }
  return undefined;
}
