/** However long a host asks to be left alone, it is asked again after a day. */
export const MAX_RETRY_AFTER_MS = 24 * 3_600_000;

/**
 * How long a host asks to be left alone, in milliseconds: seconds or an HTTP date (RFC 9110 section 10.2.3), at most a day.
 * A date is read against the host's own clock where it tells it.
 */
export function retryAfterMs(headers: Readonly<Record<string, string>>, now: Date): number | undefined {
  const value = headers['retry-after']?.trim();
  if (value === undefined || value === '') return undefined;
  const isSeconds = /^\d{1,9}$/.test(value);
  const clock = Date.parse(headers['date'] ?? '');
  const ms = isSeconds ? Number(value) * 1000 : Date.parse(value) - (Number.isNaN(clock) ? now.getTime() : clock);
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(0, ms), MAX_RETRY_AFTER_MS);
}
