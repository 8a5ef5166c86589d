/** Why a request brought no resource back. The list is closed: a `switch` over it is exhaustive. */
export type OutboundErrorKind =
  /** The name resolves to, or is, an address that newsmill must not reach. */
  | 'blocked-address'
  /** Not an absolute http or https URL, or one with credentials. */
  | 'bad-url'
  | 'port'
  /** Headers, body, decompressed body or its ratio are over their limit. */
  | 'too-large'
  | 'too-many-redirects'
  | 'redirect-loop'
  | 'timeout'
  /** The name has no address, or the resolver does not say in time or fails. */
  | 'dns'
  /** TCP connection, or a connection lost before the response was complete. */
  | 'connect'
  /** The certificate is not trusted, or the handshake failed. */
  | 'tls'
  /** The answer is not HTTP, or its body is not what its headers say. */
  | 'protocol'
  /** The caller's signal. */
  | 'aborted';

/** The reason for which requests are counted and shown: coarser than the kind. The list is closed. */
export type OutboundErrorCode =
  'blocked-by-policy' | 'too-large' | 'redirects' | 'timeout' | 'dns' | 'connect' | 'tls' | 'protocol' | 'aborted';

const CODES: Readonly<Record<OutboundErrorKind, OutboundErrorCode>> = {
  'blocked-address': 'blocked-by-policy',
  'bad-url': 'blocked-by-policy',
  port: 'blocked-by-policy',
  'too-large': 'too-large',
  'too-many-redirects': 'redirects',
  'redirect-loop': 'redirects',
  timeout: 'timeout',
  dns: 'dns',
  connect: 'connect',
  tls: 'tls',
  protocol: 'protocol',
  aborted: 'aborted',
};

const HELPED_BY_RETRY: Readonly<Record<OutboundErrorKind, boolean>> = {
  'blocked-address': false,
  'bad-url': false,
  port: false,
  'too-large': false,
  'too-many-redirects': false,
  'redirect-loop': false,
  timeout: true,
  dns: true,
  connect: true,
  tls: false,
  protocol: false,
  aborted: false,
};

/** The one error that requests throw. Its message says what was wrong, names the limit if one was met, and the URL. */
export class OutboundError extends Error {
  override readonly name = 'OutboundError';
  /** The address that was being requested, without credentials: after redirects not the one first asked for. */
  readonly url: string;
  /** Whether the same request may succeed later. */
  readonly transient: boolean;
  readonly code: OutboundErrorCode;

  constructor(
    readonly kind: OutboundErrorKind,
    url: string,
    readonly explanation: string,
    options: { cause?: unknown; transient?: boolean } = {},
  ) {
    const shown = withoutCredentials(url);
    super(`${explanation} (${kind}, ${shown})`, 'cause' in options ? { cause: options.cause } : undefined);
    this.url = shown;
    this.code = CODES[kind];
    this.transient = options.transient ?? HELPED_BY_RETRY[kind];
  }
}

/** Errors reach logs; what stands before the `@` must not, even in text that no URL parser takes. */
function withoutCredentials(url: string): string {
  return url.replace(/^([^/\\?#]*[/\\]{2})[^/\\?#]*@/, '$1');
}

/** Names what undici, the socket, TLS or the resolver reported. An OutboundError is passed on under the URL at hand. */
export function toOutboundError(url: string, error: unknown, limits: { maxHeaderBytes: number }): OutboundError {
  if (error instanceof OutboundError) {
    if (error.url === url) return error;
    return new OutboundError(error.kind, url, error.explanation, { cause: error.cause, transient: error.transient });
  }
  const code = codeOf(error);
  const said = error instanceof Error && error.message !== '' ? error.message : code;
  if (code === 'UND_ERR_HEADERS_OVERFLOW') {
    return headersTooLarge(url, limits, error);
  }
  if (code === 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH') {
    return new OutboundError('protocol', url, 'The body is not as long as Content-Length says', {
      cause: error,
      transient: true,
    });
  }
  if (code === 'ERR_HTTP2_STREAM_ERROR' && REFUSED_STREAMS.has(streamCodeOf(error))) {
    return new OutboundError('protocol', url, `The answer cannot be read over HTTP/2: ${said}`, {
      cause: error,
      transient: streamCodeOf(error) === ENHANCE_YOUR_CALM,
    });
  }
  if (
    isParserError(error) ||
    /^UND_ERR_(?!SOCKET|CONNECT|ABORTED|CLOSED|DESTROYED|BODY_TIMEOUT|HEADERS_TIMEOUT)/.test(code)
  ) {
    return new OutboundError('protocol', url, `The answer is not HTTP: ${said}`, { cause: error });
  }
  if (/^(?:ERR_TLS|ERR_SSL|ERR_OSSL|CERT_|EPROTO$)|CERT|SIGNATURE|ISSUER/.test(code)) {
    return new OutboundError('tls', url, `No trusted TLS connection: ${said}`, { cause: error });
  }
  if (code === 'ENOTFOUND' || code === 'ENODATA') {
    return new OutboundError('dns', url, 'The host name has no address', { cause: error, transient: false });
  }
  if (isResolverError(error, code)) {
    return new OutboundError('dns', url, `The resolver did not answer: ${said}`, { cause: error });
  }
  return new OutboundError('connect', url, `No connection, or it was lost: ${said}`, { cause: error });
}

/** What getaddrinfo (`EAI_…`) and a resolver of its own (c-ares) say; system errors of the same names have no syscall of theirs. */
function isResolverError(error: unknown, code: string): boolean {
  const syscall = (error as { syscall?: unknown } | null)?.syscall;
  return code.startsWith('EAI_') || RESOLVER_CODES.has(code) || syscall === 'getaddrinfo';
}

/** Errors of node:dns (c-ares) that do not say that there is no such name. */
const RESOLVER_CODES = new Set(['ESERVFAIL', 'EREFUSED', 'EFORMERR', 'ENOTIMP', 'EBADRESP', 'EBADNAME']);
export function headersTooLarge(url: string, limits: { maxHeaderBytes: number }, cause?: unknown): OutboundError {
  const explanation = `The headers are over maxHeaderBytes = ${limits.maxHeaderBytes} bytes`;
  return new OutboundError('too-large', url, explanation, cause === undefined ? {} : { cause });
}

/** RFC 9113 section 7: headers that are too many, or the server's wish for fewer requests. */
const ENHANCE_YOUR_CALM = 0xb;

/** RFC 9113 section 7: PROTOCOL_ERROR, FRAME_SIZE_ERROR, COMPRESSION_ERROR, ENHANCE_YOUR_CALM, HTTP_1_1_REQUIRED. */
const REFUSED_STREAMS = new Set([0x1, 0x6, 0x9, ENHANCE_YOUR_CALM, 0xd]);

function streamCodeOf(error: unknown): number {
  const { http2ErrorCode: own, cause } = error as { http2ErrorCode?: number; cause?: { http2ErrorCode?: number } };
  return own ?? cause?.http2ErrorCode ?? -1;
}

/** undici gives some of its parser's errors no code. */
function isParserError(error: unknown): boolean {
  return error instanceof Error && error.name === 'HTTPParserError';
}

/** Of an AggregateError (several addresses tried) the first error's code. */
function codeOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return codeOf(error.errors[0]);
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : '';
}
