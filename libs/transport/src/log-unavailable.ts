/**
 * The log cannot be reached, or did not answer: a fault of the dependency, never of the record. What was to be published
 * may or may not be on the log; trying again is right, as consumers drop duplicates by their ids.
 */
export class LogUnavailable extends Error {
  override name = 'LogUnavailable';
  readonly code = 'LOG_UNAVAILABLE';

  /** @param what which log, and what was being done, for example `publish: PostgreSQL at db:5432`. */
  constructor(what: string, options?: ErrorOptions) {
    super(`The log is unavailable (${what})${whyOf(options?.cause)}`, options);
  }
}

/** An AggregateError of several addresses has no message of its own, but a code. */
function whyOf(cause: unknown): string {
  if (typeof cause !== 'object' || cause === null) return '';
  const { message, code } = cause as { message?: unknown; code?: unknown };
  return message || code ? `: ${String(message || code)}` : '';
}
