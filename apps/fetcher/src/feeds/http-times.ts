/** Response headers by lower-case name. */
type Headers = Readonly<Record<string, string>>;

/** More seconds than any bound: larger numbers mean the same (RFC 9111 section 1.2.2). */
const MOST_SECONDS = 2 ** 31;

/**
 * Milliseconds for which an answer stays fresh (RFC 9111 section 4.2): `max-age`, else `Expires` counted from `Date`, less
 * the `Age` it has already. No heuristic: `undefined` when the server does not say, or says that it must be asked again.
 */
export function freshFor(headers: Headers, now: number): number | undefined {
  const directives = cacheControl(headers['cache-control'] ?? '');
  if (directives.has('no-cache') || directives.has('no-store')) return undefined;
  const maxAge = secondsOf(directives.get('max-age'));
  const lifetime = maxAge === undefined ? expiresIn(headers, now) : maxAge * 1000;
  if (lifetime === undefined) return undefined;
  const left = lifetime - (secondsOf(headers['age']?.trim()) ?? 0) * 1000;
  return left > 0 ? left : undefined;
}

/** Milliseconds to wait by `Retry-After` (RFC 9110 section 10.2.3): seconds, or a date; `undefined` when it says neither. */
export function retryAfter(headers: Headers, now: number): number | undefined {
  const text = headers['retry-after']?.trim();
  if (text === undefined) return undefined;
  const seconds = secondsOf(text);
  if (seconds !== undefined) return seconds * 1000;
  const date = dateOf(text);
  return date === undefined ? undefined : Math.max(0, date - now);
}

function expiresIn(headers: Headers, now: number): number | undefined {
  const expires = dateOf(headers['expires']);
  return expires === undefined ? undefined : expires - (dateOf(headers['date']) ?? now);
}

/** The first of each directive, by lower-case name (RFC 9111 section 5.2). */
function cacheControl(text: string): Map<string, string> {
  const directives = new Map<string, string>();
  for (const part of text.split(',')) {
    const [name = '', value = ''] = part.split('=', 2);
    const key = name.trim().toLowerCase();
    if (!directives.has(key)) directives.set(key, value.trim().replaceAll('"', ''));
  }
  return directives;
}

function secondsOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,20}$/.test(text) ? Math.min(Number(text), MOST_SECONDS) : undefined;
}

/** An HTTP date (RFC 9110 section 5.6.7); a bare number such as the common `Expires: 0` is none. */
function dateOf(text: string | undefined): number | undefined {
  if (text === undefined || !/^[a-z]{3,9},? /i.test(text) || text.length > 64) return undefined;
  const time = Date.parse(text);
  return Number.isNaN(time) ? undefined : time;
}
