import { withoutAmpCache } from './amp-cache.js';
import { isTrackingParameter } from './tracking-parameters.js';

/** What kept an address from being a page's address. */
export type InvalidUrlProblem = 'not-a-url' | 'scheme' | 'credentials' | 'host' | 'too-long';

/** An address that newsmill cannot take as the address of a page; the message names the problem and the address. */
export class InvalidUrl extends Error {
  override readonly name = 'InvalidUrl';

  constructor(
    readonly url: string,
    readonly problem: InvalidUrlProblem,
    explanation: string,
  ) {
    super(`${explanation}: ${abbreviate(url)}`);
  }
}

/** Longer ones are traps more often than articles, and databases index no longer keys (PostgreSQL: 2,704 octets). */
const MAX_LENGTH = 2048;

/**
 * The one spelling under which newsmill knows a page: two addresses with the same normal form are the same page.
 *
 * Parsed as browsers do (WHATWG URL: lower-case host, IDNA, dot segments and default port removed); fragment,
 * tracking parameters (`tracking-parameters.ts`), empty query and a host's root dot removed; percent-encoding
 * normalised as in RFC 3986 section 6.2.2. An address of an AMP cache or viewer becomes the publisher's own. Path case, trailing slash and the order of the remaining parameters are kept,
 * because servers may tell them apart. Normalising twice changes nothing.
 *
 * @throws InvalidUrl for anything but an absolute http or https address without credentials.
 */
export function normalizeUrl(url: string): string {
  return normalized(url).href;
}

/** The same; `undefined` for what is not the address of a page. */
export function tryNormalizeUrl(url: string): string | undefined {
  try {
    return normalizeUrl(url);
  } catch (error) {
    if (error instanceof InvalidUrl) return undefined;
    throw error;
  }
}

/**
 * The host that serves a page, with its port unless it is the scheme's default: the unit of politeness
 * (RFC 9309 section 2.3: robots.txt belongs to an authority) and the key of discovered links.
 *
 * @throws InvalidUrl as {@link normalizeUrl} does.
 */
export function hostOf(url: string): string {
  return normalized(url).host;
}

/** An AMP viewer may show what an AMP cache has: more layers than these are nobody's link. */
const MAX_CACHES = 3;

function normalized(url: string): URL {
  if (url.length > MAX_LENGTH) {
    throw new InvalidUrl(url, 'too-long', `The URL has ${url.length} characters, at most ${MAX_LENGTH} are taken`);
  }
  let parsed = parse(url);
  for (let layer = 0; layer < MAX_CACHES; layer += 1) parsed = withoutAmpCache(parsed) ?? parsed;
  if (parsed.protocol !== 'http:' && parsed.protocol !== 'https:') {
    throw new InvalidUrl(url, 'scheme', `The URL's scheme is "${parsed.protocol.slice(0, -1)}", not http or https`);
  }
  if (parsed.username !== '' || parsed.password !== '') {
    // The password must not reach a log by way of the message.
    throw new InvalidUrl(withoutCredentials(parsed), 'credentials', 'The URL carries a user name or password');
  }
  if (parsed.hostname.endsWith('.')) {
    const withoutRootDot = parsed.hostname.slice(0, -1);
    if (withoutRootDot === '' || withoutRootDot.endsWith('.')) {
      throw new InvalidUrl(url, 'host', `The URL's host is "${parsed.hostname}", which names no host`);
    }
    parsed.hostname = withoutRootDot;
  }
  parsed.hash = '';
  parsed.pathname = normalizePercentEncoding(parsed.pathname);
  const query = withoutTracking(normalizePercentEncoding(parsed.search.slice(1)), parsed.hostname);
  // The setter takes a leading `?` off; a query may itself begin with one.
  parsed.search = query === '' ? '' : `?${query}`;
  return parsed;
}

function parse(url: string): URL {
  try {
    return new URL(url);
  } catch {
    throw new InvalidUrl(url, 'not-a-url', 'Not an absolute URL');
  }
}

/** Works on the query's own text: what stays keeps its spelling, which a signed or oddly encoded query needs. */
function withoutTracking(query: string, hostname: string): string {
  return query
    .split('&')
    .filter((pair) => pair !== '' && !isTrackingParameter(pair.split('=', 1)[0] ?? '', hostname))
    .join('&');
}

/**
 * RFC 3986 section 6.2.2: escapes in upper case, escaped unreserved characters as themselves. Text with a stray `%` is
 * left alone: undoing an escape beside it could form a new escape.
 */
function normalizePercentEncoding(text: string): string {
  if (/%(?![0-9a-f]{2})/i.test(text)) return text;
  return text.replace(/%[0-9a-f]{2}/gi, (escape) => {
    const character = String.fromCharCode(Number.parseInt(escape.slice(1), 16));
    return /[\w.~-]/.test(character) ? character : escape.toUpperCase();
  });
}

function withoutCredentials(url: URL): string {
  const copy = new URL(url);
  copy.username = '';
  copy.password = '';
  return copy.href;
}

function abbreviate(url: string): string {
  const shown = JSON.stringify(url.slice(0, 200));
  return url.length > 200 ? `${shown.slice(0, -1)}…"` : shown;
}
