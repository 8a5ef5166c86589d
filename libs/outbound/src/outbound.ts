import { Agent, request as send, type Dispatcher } from 'undici';
import { createAddressPolicy } from './address-policy.js';
import { dial } from './dial.js';
import { createGuardedConnect } from './guarded-connect.js';
import { OutboundError, toOutboundError } from './outbound-error.js';
import { limitsOf, type OutboundOptions } from './outbound-options.js';
import { ACCEPT_ENCODING, readBody } from './read-body.js';
import { requestHeaders, withoutSecrets, type FetchRequest } from './request-headers.js';
import { resolveBySystem } from './resolve.js';
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

/** @throws TypeError naming an option that cannot be. */
export function createOutbound(options: OutboundOptions): Outbound {
  const limits = limitsOf(options);
  const policy = createAddressPolicy(options.allow ?? [], options.allowedPorts ?? [80, 443]);
  if (options.userAgent.trim() === '') throw new TypeError('Outbound option userAgent is empty; name a contact in it');
  const agent = new Agent({
    connect: createGuardedConnect(policy, limits, options.resolve ?? resolveBySystem, options.connect ?? dial),
    maxHeaderSize: limits.maxHeaderBytes,
    // The guards below bound headers and body, with errors that name their limit.
    headersTimeout: 0,
    bodyTimeout: 0,
    allowH2: false,
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
      const response = await send(target, {
        dispatcher: agent,
        headers,
        signal,
        ...(post && { method: 'POST', body: post }),
      });
      // A body that is given up reports that as an error event; nobody is listening any more.
      response.body.on('error', () => undefined);
      return response;
    } catch (error) {
      throw toOutboundError(url, error, limits);
    } finally {
      clearTimeout(timer);
    }
  }

  async function follow(asked: string, request: FetchRequest, expiry: AbortController): Promise<FetchedResource> {
    const signal = request.signal === undefined ? expiry.signal : AbortSignal.any([request.signal, expiry.signal]);
    const redirects: string[] = [];
    let isPermanent = true;
    let movedTo: string | undefined;
    let headers: Record<string, string> = {
      ...requestHeaders(request),
      'user-agent': options.userAgent,
      'accept-encoding': ACCEPT_ENCODING,
    };
    for (let target = targetUrl(asked, policy); ;) {
      if (request.beforeRequest !== undefined) await untilAbort(request.beforeRequest(target, signal), signal);
      const response = await exchange(target, { headers }, expiry, signal);
      const location = redirectOf(response);
      if (location === undefined) {
        const moved = movedTo === undefined ? {} : { movedTo };
        return { redirects, ...moved, ...(await resourceOf(target.href, response)) };
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
          asked,
          `More than maxRedirects = ${limits.maxRedirects} redirects`,
        );
      }
      isPermanent &&= PERMANENT.has(response.statusCode);
      if (isPermanent) movedTo = next.href;
      if (next.origin !== target.origin) headers = withoutSecrets(headers);
      target = next;
    }
  }

  async function resourceOf(url: string, { statusCode, headers, body }: Dispatcher.ResponseData) {
    const received = flatten(headers);
    const contentType = received['content-type'];
    const input = {
      url,
      body,
      contentEncoding: received['content-encoding'],
      // Of a 304 it is the length of the copy that the caller has (RFC 9110 section 8.6).
      contentLength: statusCode === 304 ? undefined : received['content-length'],
    };
    const octets = await readBody(input, limits).finally(() => body.destroy());
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
      expiry.abort(new OutboundError('timeout', url, `${what} within ${limit} = ${limits[limit]} ms`));
    }, limits[limit]);
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
    fetchPage: (url, request = {}) => within(url, request.signal, (expiry) => follow(url, request, expiry)),
    post: (url, request) => within(url, request.signal, (expiry) => deliver(url, request, expiry)),
    close: () => agent.destroy(),
  };
}

function aborted(url: string, reason: unknown): OutboundError {
  return new OutboundError('aborted', url, "The caller's signal was aborted", { cause: reason });
}

/** The work, or the signal's reason when it is aborted first. */
async function untilAbort<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  let abort!: () => void;
  const aborted = new Promise<never>((_resolve, reject) => {
    abort = () => reject(signal.reason as Error);
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) abort();
  });
  return Promise.race([work, aborted]).finally(() => signal.removeEventListener('abort', abort));
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
