import { Agent, request as send, type Dispatcher } from 'undici';
import { createAddressPolicy } from './address-policy.js';
import { dial } from './dial.js';
import { createGuardedConnect } from './guarded-connect.js';
import { headersTooLarge, OutboundError, toOutboundError } from './outbound-error.js';
import { limitsOf, type OutboundOptions } from './outbound-options.js';
import { ACCEPT_ENCODING, readBody } from './read-body.js';
import { requestHeaders, withoutSecrets, type FetchObserver, type FetchRequest } from './request-headers.js';
import { resolveBySystem } from './resolve.js';
import { informationalGuard, paced } from './pace.js';
import { SharedSockets } from './shared-sockets.js';
import { Sockets, type Seat } from './sockets.js';
import { targetUrl } from './target-url.js';

/** What a server answered, whatever its status: a 304, 404 or 500 is an answer and not an error. */
export interface FetchedResource {
  /** Where the answer came from, after redirects; without fragment. */
  url: string;
  /** The addresses that redirected, in order, beginning with the one asked for; empty when it answered itself. */
  redirects: string[];
  /**
   * Where permanent redirects (301 and 308, RFC 9110 section 15.4) lead, from the first request on; absent when the first
   * answer was no such redirect. Future requests should go there.
   */
  movedTo?: string;
  status: number;
  /** By lower-case name; repeated fields are joined by a comma (RFC 9110 section 5.3). */
  headers: Record<string, string>;
  contentType?: string;
  /** Content codings undone. */
  body: Uint8Array;
}

/** What a server answered to something posted; its body is not read. */
export interface PostAnswer {
  status: number;
  /** By lower-case name; repeated fields are joined by a comma. */
  headers: Record<string, string>;
}

export interface PostRequest {
  /** Sent besides newsmill's own. Host, connection and content codings belong to the client. */
  headers?: Readonly<Record<string, string>>;
  body: Uint8Array;
  signal?: AbortSignal;
}

/** The guarded HTTP client: all that leaves newsmill goes through its address check and its limits. */
export interface Outbound {
  /** @throws OutboundError and nothing else, except TypeError for a request header that the client owns and what `beforeRequest` throws. */
  fetchPage(url: string, request?: FetchRequest): Promise<FetchedResource>;
  /**
   * Posts once. A redirect is an answer like any other and is not followed: what was meant for one target must not reach
   * another.
   *
   * @throws OutboundError and nothing else, except TypeError for a request header that the client owns.
   */
  post(url: string, request: PostRequest): Promise<PostAnswer>;
  /** Ends all sockets, those in use included. */
  close(): Promise<void>;
}

const REDIRECTS = new Set([301, 302, 303, 307, 308]);
const PERMANENT = new Set([301, 308]);

/** Octets of an unread answer for which a connection is kept; for a longer one it is closed. */
const DUMPED_BYTES = 64 * 1024;

/** Longest time that an unused socket is kept, in milliseconds. */
const KEEP_ALIVE_MAX_MS = 5_000;

const NEVER = new AbortController().signal;

/** @throws TypeError naming an option that cannot be. */
export function createOutbound(options: OutboundOptions): Outbound {
  const limits = limitsOf(options);
  const policy = createAddressPolicy(options.allow ?? [], options.allowedPorts ?? [80, 443]);
  if (options.userAgent.trim() === '') throw new TypeError('Outbound option userAgent is empty; name a contact in it');
  const sockets = new Sockets(limits);
  const shared = new SharedSockets();
  const closing = new AbortController();
  const http2 = options.http2 === true;
  const protocols = http2 ? ['h2', 'http/1.1'] : ['http/1.1'];
  const agent = new Agent({
    connect: createGuardedConnect({
      ...{ policy, limits, sockets, protocols },
      resolve: options.resolve ?? resolveBySystem,
      connect: options.connect ?? dial,
      closing: closing.signal,
      onConnected: (origin, socket) => shared.add(origin, socket),
    }),
    connections: limits.maxSocketsPerHost,
    maxHeaderSize: limits.maxHeaderBytes,
    // The guards below bound headers and body, with errors that name their limit.
    headersTimeout: 0,
    bodyTimeout: 0,
    // A server may ask for longer; who waits for a socket must not wait for that.
    keepAliveMaxTimeout: KEEP_ALIVE_MAX_MS,
    allowH2: http2,
  });

  /** One request and the headers of its response; the body is still to come. */
  async function exchange(
    target: URL,
    { headers, post }: { headers: Record<string, string>; post?: Uint8Array },
    expiry: AbortController,
    signal: AbortSignal,
  ) {
    const url = target.href;
    const timer = expireIn('firstByteTimeoutMs', url, 'No complete headers', expiry);
    try {
      const sent = send(target, {
        dispatcher: agent,
        headers,
        signal,
        onInfo: informationalGuard(url, expiry),
        ...(post && { method: 'POST', body: post }),
      });
      // An answer that nobody waits for any more is thrown away.
      sent.then(
        ({ body }) => signal.aborted && body.on('error', () => undefined).destroy(),
        () => undefined,
      );
      const response = await untilAbort(sent, signal);
      if (sizeOf(response.headers) > limits.maxHeaderBytes) {
        response.body.on('error', () => undefined).destroy();
        throw headersTooLarge(url, limits);
      }
      // A body that is given up reports that as an error event; nobody is listening any more.
      response.body.on('error', () => undefined);
      return response;
    } catch (error) {
      throw toOutboundError(url, error, limits);
    } finally {
      clearTimeout(timer);
    }
  }

  async function follow(
    address: string,
    request: FetchRequest,
    expiry: AbortController,
    seat: Seat,
  ): Promise<FetchedResource> {
    const { observer } = request;
    const signal = request.signal === undefined ? expiry.signal : AbortSignal.any([request.signal, expiry.signal]);
    const redirects: string[] = [];
    let isPermanent = true;
    let movedTo: string | undefined;
    let headers: Record<string, string> = {
      ...requestHeaders(request),
      'user-agent': options.userAgent,
      'accept-encoding': ACCEPT_ENCODING,
    };
    for (let target = targetUrl(address, policy); ;) {
      if (request.beforeRequest !== undefined) await untilAbort(request.beforeRequest(target, signal), signal);
      const asked = performance.now();
      const response = await exchange(target, { headers }, expiry, signal);
      observer?.onHeaders?.({
        url: target.href,
        status: response.statusCode,
        headers: flatten(response.headers),
        ms: performance.now() - asked,
      });
      const location = redirectOf(response);
      if (location === undefined) {
        const moved = movedTo === undefined ? {} : { movedTo };
        return { redirects, ...moved, ...(await resourceOf(target.href, response, expiry, observer)) };
      }

      response.body.destroy();
      redirects.push(target.href);
      const next = targetUrl(location, policy, target);
      if (redirects.includes(next.href)) {
        throw new OutboundError('redirect-loop', next.href, `${target.href} redirects to an address already visited`);
      }
      if (redirects.length > limits.maxRedirects) {
        throw new OutboundError(
          'too-many-redirects',
          address,
          `More than maxRedirects = ${limits.maxRedirects} redirects`,
        );
      }
      isPermanent &&= PERMANENT.has(response.statusCode);
      if (isPermanent) movedTo = next.href;
      if (next.origin !== target.origin) headers = withoutSecrets(headers);
      target = next;
      await seat.take(target, signal);
    }
  }

  async function resourceOf(
    url: string,
    { statusCode, headers, body }: Dispatcher.ResponseData,
    expiry: AbortController,
    observer?: FetchObserver,
  ) {
    const began = performance.now();
    let transferred = 0;
    const received = flatten(headers);
    const contentType = received['content-type'];
    const input = {
      url,
      body: paced(body, url, limits, expiry),
      contentEncoding: received['content-encoding'],
      // Of a 304 it is the length of the copy that the caller has (RFC 9110 section 8.6).
      contentLength: statusCode === 304 ? undefined : received['content-length'],
      onReceived: (octets: number) => (transferred = octets),
    };
    const octets = await readBody(input, limits).finally(() => body.destroy());
    observer?.onBody?.({ url, received: transferred, decoded: octets.length, ms: performance.now() - began });
    return {
      url,
      status: statusCode,
      headers: received,
      ...(contentType === undefined ? {} : { contentType }),
      body: octets,
    };
  }

  function expireIn(
    limit: 'firstByteTimeoutMs' | 'totalTimeoutMs',
    url: string,
    what: string,
    expiry: AbortController,
  ): NodeJS.Timeout {
    return setTimeout(() => {
      const timeout = new OutboundError('timeout', url, `${what} within ${limit} = ${limits[limit]} ms`);
      expiry.abort(timeout);
      shared.end(url, timeout);
    }, limits[limit]);
  }

  /** Runs `work` when there is room for one more request; to wait for that costs none of its time. */
  async function seated<T>(url: string, caller: AbortSignal | undefined, work: (seat: Seat) => Promise<T>): Promise<T> {
    const target = targetUrl(url, policy);
    const seat = sockets.seat();
    try {
      await seat.take(target, caller ?? NEVER).catch((reason: unknown) => {
        throw aborted(url, reason);
      });
      return await work(seat);
    } finally {
      seat.leave();
    }
  }

  /** Runs `work` within the total time and the caller's signal; what it throws says which of them ended it. */
  async function within<T>(
    url: string,
    caller: AbortSignal | undefined,
    work: (expiry: AbortController) => Promise<T>,
  ): Promise<T> {
    const isAborted = (): boolean => caller?.aborted === true;
    const expiry = new AbortController();
    const timer = expireIn('totalTimeoutMs', url, 'Not complete', expiry);
    try {
      if (isAborted()) throw aborted(url, caller?.reason);
      return await work(expiry);
    } catch (error) {
      // An abort surfaces as whatever it interrupted; its reason is the truth.
      if (expiry.signal.aborted) throw expiry.signal.reason;
      if (isAborted()) throw aborted(url, caller?.reason);
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  async function deliver(url: string, request: PostRequest, expiry: AbortController): Promise<PostAnswer> {
    const { headers = {}, body, signal: caller } = request;
    const sent = { ...requestHeaders({ headers }), 'user-agent': options.userAgent };
    const signal = caller === undefined ? expiry.signal : AbortSignal.any([caller, expiry.signal]);
    const response = await exchange(targetUrl(url, policy), { headers: sent, post: body }, expiry, signal);
    // The answer counts from its headers on. A short body is read, so that the connection can be used again.
    const left = AbortSignal.timeout(limits.firstByteTimeoutMs);
    response.body.dump({ limit: DUMPED_BYTES, signal: left }).catch(() => response.body.destroy());
    return { status: response.statusCode, headers: flatten(response.headers) };
  }

  return {
    fetchPage: (url, request = {}) =>
      seated(url, request.signal, (seat) =>
        within(url, request.signal, (expiry) => follow(url, request, expiry, seat)),
      ),
    post: (url, request) =>
      seated(url, request.signal, () => within(url, request.signal, (expiry) => deliver(url, request, expiry))),
    close: () => {
      closing.abort();
      return agent.destroy();
    },
  };
}

/** The work, or the signal's reason when it is aborted first: undici hears of an abort only once a request has its socket. */
async function untilAbort<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const given = Promise.withResolvers<never>();
  const onAbort = (): void => given.reject(signal.reason as Error);
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  try {
    return await Promise.race([work, given.promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

function aborted(url: string, reason: unknown): OutboundError {
  return new OutboundError('aborted', url, "The caller's signal was aborted", { cause: reason });
}

/**
 * Octets of a response's headers as HTTP/1.1 would write them. Its parser keeps to the limit by itself; of HTTP/2 the client
 * takes up to 64 KiB and 128 fields (Node's defaults) whatever the limit says.
 */
function sizeOf(headers: Record<string, string | string[] | undefined>): number {
  let size = 0;
  for (const [name, value] of Object.entries(headers)) {
    for (const each of [value ?? []].flat()) size += name.length + each.length + ': \r\n'.length;
  }
  return size;
}

/** Where a response redirects to. Header octets above ASCII are UTF-8 in practice, as browsers read them. */
function redirectOf({ statusCode, headers }: Dispatcher.ResponseData): string | undefined {
  const location = headers['location'];
  if (!REDIRECTS.has(statusCode) || typeof location !== 'string') return undefined;
  return Buffer.from(location, 'latin1').toString('utf8');
}

function flatten(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, typeof value === 'string' ? value : value.join(', ')]],
    ),
  );
}
