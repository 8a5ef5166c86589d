import { connectionFaultOf, isRefused } from './connection-fault.js';

/**
 * The log cannot be reached, or did not answer: a fault of the dependency, never of the record. What was to be published
 * may or may not be on the log; trying again is right, as consumers drop duplicates by their ids.
 */
export class LogUnavailable extends Error {
  override name = 'LogUnavailable';
  readonly code = 'LOG_UNAVAILABLE';
  /** The log is there and will not have us, or is not the one it should be: to ask again at once is of no use. */
  readonly isRefusal: boolean;

  /** @param what which log, and what was being done, for example `publish: PostgreSQL at db:5432`. */
  constructor(what: string, { explain, ...options }: LogUnavailableOptions = {}) {
    const advice = explain?.(options.cause);
    super(
      `The log is unavailable (${what})${whyOf(options.cause)}${advice === undefined ? '' : `. ${advice}`}`,
      options,
    );
    this.isRefusal = isRefused(options.cause);
  }
}

export interface LogUnavailableOptions extends ErrorOptions {
  explain?: Explain | undefined;
}

/** What an operator can do about a fault of a connection, in words that name the settings; undefined when unknown. */
export type Explain = (error: unknown) => string | undefined;

/** An AggregateError of several addresses has no message of its own, but a code. */
function whyOf(cause: unknown): string {
  if (typeof cause !== 'object' || cause === null) return '';
  const fault = connectionFaultOf(cause);
  if (fault !== undefined) return `: ${fault.words}`;
  const { message, code } = cause as { message?: unknown; code?: unknown };
  return message || code ? `: ${String(message || code)}` : '';
}
