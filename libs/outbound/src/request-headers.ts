/** Hears of each answer while a fetch goes on; what it does with it is its own affair. */
export interface FetchObserver {
  /** The headers of an answer, redirects included. */
  onHeaders?(answer: { url: string; status: number; headers: Record<string, string>; ms: number }): void;
  /** The body of the last answer, in octets: as transferred, and with its content codings undone. */
  onBody?(body: { url: string; received: number; decoded: number; ms: number }): void;
}

export interface FetchRequest {
  /** Sent besides newsmill's own. Host, connection and content codings belong to the client. */
  headers?: Readonly<Record<string, string>>;
  signal?: AbortSignal;
  /** The ETag of the copy at hand; sent as If-None-Match, so that the answer may be 304. */
  etag?: string;
  /** The Last-Modified of the copy at hand, as the server wrote it; sent as If-Modified-Since. */
  lastModified?: string;
  observer?: FetchObserver;
  /**
   * Awaited before the first request and before that of every redirect, within the total time: what it throws ends the
   * fetch and is thrown as it is.
   *
   * @param signal aborted when the fetch ends
   */
  beforeRequest?(url: URL, signal: AbortSignal): Promise<void>;
}

/** Set by the client: another value would bypass its checks (Host) or its limits (codings), or break the connection. */
const OWN = new Set([
  'host',
  'connection',
  'content-length',
  'transfer-encoding',
  'accept-encoding',
  'user-agent',
  'upgrade',
  'te',
  'trailer',
  'expect',
]);

/** Must not follow a redirect to another origin. */
const SECRET = new Set(['authorization', 'cookie', 'proxy-authorization']);

/** RFC 9110 section 5.5: visible characters, spaces, tabs and obs-text. */
const FIELD_VALUE = /^[\t\x20-\x7e\x80-\xff]+$/;

/** The caller's headers and the conditions, by lower-case name. @throws TypeError naming a header that cannot be sent. */
export function requestHeaders({ headers = {}, etag, lastModified }: FetchRequest): Record<string, string> {
  const sent: Record<string, string> = { accept: '*/*' };
  for (const [name, value] of Object.entries(headers)) {
    const key = name.toLowerCase();
    if (OWN.has(key)) throw new TypeError(`Request header ${name} is set by the client and cannot be given`);
    if (!FIELD_VALUE.test(value)) throw new TypeError(`Request header ${name} has a value that HTTP cannot carry`);
    sent[key] = value;
  }
  // Validators are kept from earlier answers: one that cannot be sent back costs the condition and not the fetch.
  if (etag !== undefined && FIELD_VALUE.test(etag)) sent['if-none-match'] = etag;
  if (lastModified !== undefined && FIELD_VALUE.test(lastModified)) sent['if-modified-since'] = lastModified;
  return sent;
}

/** The same headers for another origin. */
export function withoutSecrets<T extends Record<string, string>>(headers: T): T {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !SECRET.has(name))) as T;
}
