import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { type EventOf, linkDiscovered, topicAddress, topics } from '@newsmill/contracts';
import { fetcher } from '@newsmill/fetcher';
import { createOutbound, type Outbound } from '@newsmill/outbound';
import {
  loadSettings,
  Metrics,
  openDataSource,
  runServices,
  type ServiceDefinition,
  serviceSettings,
} from '@newsmill/service';
import { decodeEvent, topicSpecs } from '@newsmill/stage';
import { MemoryLog, MemoryTransport } from '@newsmill/transport';
import { Feed } from '../../apps/fetcher/src/entities/feed.entity.ts';
import { WebSubSubscription } from '../../apps/fetcher/src/entities/web-sub-subscription.entity.ts';
import { DueFeeds } from '../../apps/fetcher/src/feeds/due-feeds.ts';
import { FeedPoll } from '../../apps/fetcher/src/feeds/feed-poll.ts';
import { FeedPoller } from '../../apps/fetcher/src/feeds/feed-poller.ts';
import { FetchController } from '../../apps/fetcher/src/fetch.controller.ts';
import type { FetcherSettings } from '../../apps/fetcher/src/fetcher.config.ts';
import { fetcherDatabase } from '../../apps/fetcher/src/fetcher.database.ts';
import { CLOCK, FETCHER_SETTINGS } from '../../apps/fetcher/src/fetcher.tokens.ts';
import { OUTBOUND, OutboundShutdown } from '../../apps/fetcher/src/outbound.provider.ts';
import { RevisitScheduler } from '../../apps/fetcher/src/revisits/revisit-scheduler.ts';
import { DiscoveryWorker } from '../../apps/fetcher/src/sources/discovery-worker.ts';
import { sourceOfFeed } from '../../apps/fetcher/src/sources/source-declaration.ts';
import { Sources } from '../../apps/fetcher/src/sources/sources.ts';
import { HubRequests } from '../../apps/fetcher/src/websub/hub-requests.ts';
import { Subscriber } from '../../apps/fetcher/src/websub/subscriber.ts';
import { Subscriptions } from '../../apps/fetcher/src/websub/subscriptions.ts';
import { freshDatabase } from './real-parts.ts';

const PREFIX = 'newsmill';

/** A public address: the guard lets it pass, and the socket is opened to the stub on loopback. */
const PUBLIC_ADDRESS = '93.184.215.14';

export interface StubRequest {
  method: string;
  /** `host/path?query` */
  target: string;
  headers: IncomingMessage['headers'];
  body: string;
}

/** Answers a request; the body has been read. */
export type StubAnswer = (request: StubRequest, response: ServerResponse) => void;

/** A fetcher process as far as polling and WebSub go; nothing runs until it is told to. */
export interface FeedProcess {
  poller: FeedPoller;
  due: DueFeeds;
  sources: Sources;
  hubRequests: HubRequests;
  subscriptions: Subscriptions;
  metrics: Metrics;
  /** Where its callbacks are reached. */
  url: string;
  /** Looks at everything that is due, and waits for it. */
  pollDue(): Promise<void>;
  close(): Promise<void>;
}

type DataSource = Awaited<ReturnType<typeof openDataSource>>;

/** Feeds and hubs of any name on a stub server on loopback, a real PostgreSQL, a log in memory, and a clock to be moved. */
export class FeedWorld {
  now = new Date('2026-03-02T10:00:00Z');
  /** Answers by `host/path`; anything else is 404. */
  readonly web = new Map<string, StubAnswer>();
  /** Those of robots.txt, which is everywhere missing, left out. */
  readonly requests: StubRequest[] = [];
  private declared: readonly string[] = [];
  private readonly memory = new MemoryLog();
  private readonly log = new MemoryTransport({ memory: this.memory });
  private readonly processes: FeedProcess[] = [];

  private constructor(
    readonly database: DataSource,
    private readonly databaseUrl: string,
    private readonly drop: () => Promise<void>,
    private readonly server: Server,
    private readonly outbound: Outbound,
  ) {}

  static async open(): Promise<FeedWorld> {
    const { url, drop } = await freshDatabase();
    const database = await openDataSource(
      fetcherDatabase,
      loadSettings(serviceSettings, { NEWSMILL_DATABASE_URL: url }),
    );
    const server = createServer((request, response) => void world.answer(request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const outbound = createOutbound({
      userAgent: 'newsmill-test',
      totalTimeoutMs: 10_000,
      resolve: () => Promise.resolve([PUBLIC_ADDRESS]),
      connect: () =>
        new Promise((resolve, reject) => {
          const socket = connect(port, '127.0.0.1', () => resolve(socket));
          socket.on('error', reject);
        }),
    });
    const world = new FeedWorld(database, url, drop, server, outbound);
    await world.log.applyTopics(topicSpecs(PREFIX, topics, []));
    return world;
  }

  async close(): Promise<void> {
    for (const process of this.processes) await process.close();
    await this.outbound.close();
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
    await this.log.close();
    await this.database.destroy();
    await this.drop();
  }

  pass(ms: number): void {
    this.now = new Date(this.now.getTime() + ms);
  }

  async process(environment: Record<string, string> = {}): Promise<FeedProcess> {
    const clock = (): Date => this.now;
    const { app, url } = await runServices([this.quietFetcher(clock)], {
      environment: {
        NEWSMILL_DATABASE_URL: this.databaseUrl,
        NEWSMILL_HTTP_PORT: '0',
        NEWSMILL_LOG_LEVEL: 'silent',
        NEWSMILL_PUSH: 'false',
        NEWSMILL_FEEDS: this.declared.join(','),
        NEWSMILL_HOST_INTERVAL: '0',
        NEWSMILL_HOST_REQUESTS: '16',
        ...environment,
      },
      transport: new MemoryTransport({ memory: this.memory }),
    });
    const get = <T>(token: Parameters<typeof app.get<T>>[0]): T => app.get<T>(token, { strict: false });
    const poller = new FeedPoller(get<FetcherSettings>(FETCHER_SETTINGS), clock, get(DueFeeds), get(FeedPoll));
    let isOpen = true;
    const process: FeedProcess = {
      poller,
      due: get(DueFeeds),
      sources: get(Sources),
      hubRequests: get(HubRequests),
      subscriptions: get(Subscriptions),
      metrics: get(Metrics),
      url,
      pollDue: async () => {
        do {
          await poller.settled();
          // Hosts rest by the database's clock, which stands still for the world's.
          await this.database.query('DELETE FROM host');
        } while ((await poller.beginDue()) > 0);
      },
      close: async () => {
        if (!isOpen) return;
        isOpen = false;
        await poller.beforeApplicationShutdown();
        await app.close();
      },
    };
    this.processes.push(process);
    return process;
  }

  /** The fetcher, with the world's clock and web, whose own loops stand still: tests say what runs. */
  private quietFetcher(clock: () => Date): ServiceDefinition {
    const still: readonly unknown[] = [FeedPoller, DiscoveryWorker, Subscriber, RevisitScheduler, OutboundShutdown];
    const replaced = new Map<unknown, unknown>([
      [OUTBOUND, this.outbound],
      [CLOCK, clock],
    ]);
    return {
      ...fetcher,
      stages: [],
      register: (settings) => {
        const { controllers = [], providers = [], ...module } = fetcher.register(settings);
        return {
          ...module,
          controllers: controllers.filter((controller) => controller !== FetchController),
          providers: providers
            .filter((provider) => !still.includes(provider))
            .map((provider) => {
              const token = typeof provider === 'function' ? provider : provider.provide;
              return replaced.has(token) ? { provide: token, useValue: replaced.get(token) } : provider;
            }),
        };
      },
    };
  }

  /** A feed that is polled, due now. */
  async declare(process: FeedProcess, ...urls: string[]): Promise<void> {
    this.declared = urls;
    await process.sources.replace('setting', urls.map(sourceOfFeed));
    await this.database.query('UPDATE feed SET since = $1, next_poll_at = $1 WHERE polled_at IS NULL', [this.now]);
  }

  feeds(): Promise<Feed[]> {
    return this.database.manager.find(Feed, { order: { url: 'ASC' } });
  }

  async feed(url: string): Promise<Feed> {
    return this.database.manager.findOneByOrFail(Feed, { url });
  }

  subscriptions(): Promise<WebSubSubscription[]> {
    return this.database.manager.find(WebSubSubscription);
  }

  /** Links on the log, oldest first within a host. */
  async links(): Promise<EventOf<typeof linkDiscovered>[]> {
    const events: EventOf<typeof linkDiscovered>[] = [];
    for await (const record of this.log.read(topicAddress(PREFIX, linkDiscovered), 'earliest')) {
      events.push(decodeEvent(linkDiscovered, record));
    }
    return events;
  }

  /** Requests to a `host/path`. */
  asked(target: string): StubRequest[] {
    return this.requests.filter((request) => request.target === target);
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const asked = {
      method: request.method ?? '',
      target: `${request.headers.host}${request.url}`,
      headers: request.headers,
      body: Buffer.concat(chunks).toString(),
    };
    if (request.url !== '/robots.txt') this.requests.push(asked);
    const answer = this.web.get(asked.target);
    if (answer) answer(asked, response);
    else response.writeHead(404).end();
  }
}

export interface StubEntry {
  url: string;
  published?: string;
  title?: string;
}

/** An RSS document; `channel` is further elements of its head. */
export function rssFeed(entries: readonly StubEntry[], channel = ''): string {
  const items = entries.map(
    ({ url, published, title = 'x' }) =>
      `<item><title>${title}</title><link>${url}</link>${published === undefined ? '' : `<pubDate>${published}</pubDate>`}</item>`,
  );
  return `<?xml version="1.0"?><rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel>
    <title>x</title>${channel}${items.join('')}</channel></rss>`;
}

/** Answers with a document, and with 304 where the request has its `ETag`. */
export function document(body: () => string, headers: () => Record<string, string> = () => ({})): StubAnswer {
  return (request, response) => {
    const { etag, ...others } = headers();
    if (etag !== undefined && request.headers['if-none-match'] === etag) {
      response.writeHead(304, { etag, ...others }).end();
      return;
    }
    const validator = etag === undefined ? {} : { etag };
    response.writeHead(200, { 'content-type': 'application/rss+xml', ...validator, ...others }).end(body());
  };
}
