/**
 * A web of news sites for tests and measurements: one HTTP server on loopback that is many hosts by the Host header.
 *
 *     const web = await startStubWeb({ seed: 7, sites: 60, hourMs: 2_000 });
 *     environment: { ...web.environment(), NEWSMILL_FEEDS: [...web.sites()].flatMap(…) }
 *
 * - **What is there**: `site-00000.stub.test:<port>` and so on. {@link Site} says of each how its articles are listed
 *   (`kind`), what its robots.txt says (`robots`), what is odd about its answers (`delivery`) and which articles it has by
 *   when (`articles(at)`, `expected(at)`), with versions, deletions and moves (`Article`). All of it follows from the seed
 *   and the time; nothing is kept, so that 10,000 sites cost no more than one.
 * - **Time**: `clock` gives the web's time (milliseconds, default: the machine's) and `hourMs` says how long an hour of its
 *   stories takes. Changes come at stated hours after publication.
 * - **The log**: `requests`, with the monotonic times of each request, and whether it was forbidden by robots.txt
 *   (`forbidden`) or came before a Retry-After had passed (`early`).
 * - **How a fetcher gets there**: names under `.test` do not resolve (RFC 6761 section 6.2). `web.outbound` has options for a
 *   client made in the test; `resolveStubNames()` turns the system's resolver of this process; `web.environment()` sets a
 *   spawned newsmill so (NODE_OPTIONS loads `resolve-names.ts`) and allows `127.0.0.1:<port>`, which is the guard's own way
 *   in. No setting of newsmill weakens the guard for it.
 * - **A process of its own**: `node test/support/stub-web/serve.ts '{"sites":10000}'` prints its port; its log is read from
 *   `http://127.0.0.1:<port>/` with `Host: control.stub.test` as NDJSON (`?from=<number>`).
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answerOf } from './answer.ts';
import { lookupStubName } from './resolve-names.ts';
import { Site, siteOfHost, type WebShape } from './site.ts';

export interface StubWebOptions extends Partial<Omit<WebShape, 'port'>> {
  /** The web's time in milliseconds. */
  clock?: () => number;
  /** Milliseconds (real ones) that an answer of a `slow` site takes. Default: 300. */
  slowMs?: number;
  /** Takes log entries in place of {@link StubWeb.requests}, when they are finished. */
  onRequest?: (request: LoggedRequest) => void;
  /** Port to listen on; default: a free one. */
  port?: number;
}

export interface LoggedRequest {
  host: string;
  /** With its query. */
  path: string;
  /** `performance.now()` of the stub web's process when the request came, and when its answer had gone. */
  startedAt: number;
  endedAt: number;
  /** The web's time when it came. */
  at: number;
  /** 0: the client left before the answer. */
  status: number;
  /** It had If-None-Match or If-Modified-Since. */
  conditional: boolean;
  /** robots.txt forbids it at that time. */
  forbidden: boolean;
  /** It came before the time that the host's last Retry-After had told. */
  early: boolean;
}

export interface StubWeb {
  readonly port: number;
  /** What {@link Site}s are derived from. */
  readonly shape: WebShape;
  /** Finished requests, in the order of their ends. */
  readonly requests: LoggedRequest[];
  now(): number;
  /** The truth, made as it is asked for. */
  sites(): IterableIterator<Site>;
  site(index: number): Site;
  /** Options of an outbound client that reaches this web and nothing else. */
  readonly outbound: { allow: string[]; resolve: (hostname: string) => Promise<string[]> };
  /** Settings of a spawned newsmill that reaches this web. */
  environment(): Record<string, string>;
  close(): Promise<void>;
}

/** Starts the web of {@link StubWebOptions}. Defaults: seed 1, 50 sites, 6 articles each at the start, real hours. */
export async function startStubWeb(options: StubWebOptions = {}): Promise<StubWeb> {
  const { clock = Date.now, slowMs = 300, onRequest, port: wanted = 0, ...shaped } = options;
  const requests: LoggedRequest[] = [];
  const log = onRequest ?? ((request: LoggedRequest) => requests.push(request));
  const shape: WebShape = {
    seed: 1,
    sites: 50,
    startAt: clock(),
    hourMs: 3_600_000,
    backlog: 6,
    maxArticles: 1_000_000,
    profile: 'varied',
    ...shaped,
    port: 0,
  };
  const waits = new Map<string, number>();
  let looks = 0;

  const serve = (request: IncomingMessage, response: ServerResponse): void => {
    const host = (request.headers.host ?? '').replace(/:\d+$/, '').toLowerCase();
    const path = request.url ?? '/';
    if (host === CONTROL_HOST) return tellLog(requests, path, response);
    const site = siteOfHost(shape, host);
    const at = clock();
    const entry: LoggedRequest = {
      host,
      path,
      startedAt: performance.now(),
      endedAt: 0,
      at,
      status: 0,
      conditional: 'if-none-match' in request.headers || 'if-modified-since' in request.headers,
      forbidden: site?.forbids(path, at) ?? false,
      early: path !== '/robots.txt' && at < (waits.get(host) ?? 0),
    };
    response.once('close', () => {
      entry.endedAt = performance.now();
      log(entry);
    });
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.writeHead((entry.status = 405), { allow: 'GET, HEAD' }).end();
      return;
    }
    const answer = (): void => {
      if (response.destroyed) return;
      looks += 1;
      const { status, headers, body } = site
        ? answerOf(site, { host, path, headers: request.headers, at, looks })
        : { status: 404, headers: {}, body: 'no such host' };
      if (headers['retry-after'] !== undefined) waits.set(host, at + Number(headers['retry-after']) * 1000);
      entry.status = status;
      const octets = Buffer.from(body ?? '');
      const length = status === 304 ? {} : { 'content-length': octets.length };
      response.writeHead(status, { ...headers, ...length }).end(request.method === 'HEAD' ? undefined : octets);
    };
    if (site?.delivery === 'slow') setTimeout(answer, slowMs);
    else answer();
  };

  const server = createServer({ keepAliveTimeout: 30_000 }, serve);
  await new Promise<void>((resolve) => server.listen(wanted, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  shape.port = port;
  const allow = [`127.0.0.1:${port}`];
  return {
    port,
    shape,
    requests,
    now: clock,
    *sites() {
      for (let index = 0; index < shape.sites; index += 1) yield new Site(shape, index);
    },
    site: (index) => new Site(shape, index),
    outbound: { allow, resolve: lookupStubName },
    environment: () => ({
      NEWSMILL_OUTBOUND_ALLOW: allow.join(','),
      NODE_OPTIONS: `--import=${new URL('resolve-names-now.ts', import.meta.url).href}`,
    }),
    close: () => closed(server),
  };
}

const CONTROL_HOST = 'control.stub.test';

function tellLog(requests: readonly LoggedRequest[], path: string, response: ServerResponse): void {
  const from = Number(new URL(path, `http://${CONTROL_HOST}`).searchParams.get('from') ?? 0);
  response.writeHead(200, { 'content-type': 'application/x-ndjson' });
  response.end(
    requests
      .slice(from)
      .map((request) => `${JSON.stringify(request)}\n`)
      .join(''),
  );
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
