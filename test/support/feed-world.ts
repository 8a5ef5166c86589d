import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { Logger } from '@nestjs/common';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { getDataSourceToken } from '@nestjs/typeorm';
import { type EventOf, linkDiscovered, topicAddress, topics } from '@newsmill/contracts';
import { createOutbound, type Outbound } from '@newsmill/outbound';
import { loadSettings, Metrics, openDataSource, SERVICE_SETTINGS, serviceSettings, TRANSPORT } from '@newsmill/service';
import { decodeEvent, topicSpecs } from '@newsmill/stage';
import { MemoryLog, MemoryTransport } from '@newsmill/transport';
import { Feed } from '../../apps/fetcher/src/entities/feed.entity.ts';
import { WebSubSubscription } from '../../apps/fetcher/src/entities/web-sub-subscription.entity.ts';
import { DueFeeds } from '../../apps/fetcher/src/feeds/due-feeds.ts';
import { FeedAddresses } from '../../apps/fetcher/src/feeds/feed-addresses.ts';
import { FeedPoll } from '../../apps/fetcher/src/feeds/feed-poll.ts';
import { FeedPoller } from '../../apps/fetcher/src/feeds/feed-poller.ts';
import { feedProviders } from '../../apps/fetcher/src/feeds/feeds.providers.ts';
import { fetcherSettings } from '../../apps/fetcher/src/fetcher.config.ts';
import { fetcherDatabase } from '../../apps/fetcher/src/fetcher.database.ts';
import { CLOCK, FETCHER_SETTINGS } from '../../apps/fetcher/src/fetcher.tokens.ts';
import { Intake } from '../../apps/fetcher/src/intake.ts';
import { OUTBOUND } from '../../apps/fetcher/src/outbound.provider.ts';
import { HubRequests } from '../../apps/fetcher/src/websub/hub-requests.ts';
import { Subscriber } from '../../apps/fetcher/src/websub/subscriber.ts';
import { Subscriptions } from '../../apps/fetcher/src/websub/subscriptions.ts';
import { webSubControllers, webSubProviders } from '../../apps/fetcher/src/websub/web-sub.providers.ts';
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
  addresses: FeedAddresses;
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
  readonly requests: StubRequest[] = [];
  private readonly log = new MemoryTransport({ memory: new MemoryLog() });
  private readonly processes: FeedProcess[] = [];

  private constructor(
    readonly database: DataSource,
    private readonly drop: () => Promise<void>,
    private readonly server: Server,
    private readonly outbound: Outbound,
  ) {}

  static async open(): Promise<FeedWorld> {
    Logger.overrideLogger(false);
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
    const world = new FeedWorld(database, drop, server, outbound);
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
    const settings = loadSettings(fetcherSettings, environment);
    const metrics = new Metrics(false);
    const clock = (): Date => this.now;
    const module = await Test.createTestingModule({
      controllers: webSubControllers(settings),
      providers: [
        ...feedProviders.filter((provider) => provider !== FeedPoller),
        ...webSubProviders.filter((provider) => provider !== Subscriber),
        Intake,
        { provide: getDataSourceToken(fetcherDatabase.schema), useValue: this.database },
        { provide: FETCHER_SETTINGS, useValue: settings },
        { provide: SERVICE_SETTINGS, useValue: loadSettings(serviceSettings, {}) },
        { provide: TRANSPORT, useValue: this.log },
        { provide: Metrics, useValue: metrics },
        { provide: OUTBOUND, useValue: this.outbound },
        { provide: CLOCK, useValue: clock },
      ],
    }).compile();
    const app = module.createNestApplication<NestFastifyApplication>(new FastifyAdapter(), { bodyParser: false });
    // Bodies are left to the routes, as in the fetcher.
    app
      .getHttpAdapter()
      .getInstance()
      .addContentTypeParser('*', (_request, _payload, done) => done(null, undefined));
    await app.listen(0, '127.0.0.1');
    const poller = new FeedPoller(
      settings,
      clock,
      module.get(DueFeeds),
      module.get(FeedAddresses),
      module.get(FeedPoll),
    );
    let isOpen = true;
    const process: FeedProcess = {
      poller,
      due: module.get(DueFeeds),
      addresses: module.get(FeedAddresses),
      hubRequests: module.get(HubRequests),
      subscriptions: module.get(Subscriptions),
      metrics,
      url: await app.getUrl(),
      pollDue: async () => {
        do await poller.settled();
        while ((await poller.beginDue()) > 0);
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

  /** A feed that is polled, due now. */
  async declare(process: FeedProcess, ...urls: string[]): Promise<void> {
    await process.addresses.declare(urls, this.now, 0);
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
    this.requests.push(asked);
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
