import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, connect as connectTcp } from 'node:net';
import { articleOutcomes, type EventOf, linkDiscovered, type Topic, topicAddress, topics } from '@newsmill/contracts';
import { type Connect, createOutbound } from '@newsmill/outbound';
import { createTransport, loadSettings, Metrics, openDataSource, serviceSettings } from '@newsmill/service';
import {
  type Consumer,
  createRunner,
  decodeEvent,
  encodeEvent,
  groupOf,
  topicSpecs,
  type Transport,
} from '@newsmill/stage';
import { makeFetchController } from './fetch-controller.ts';
import { articlePage } from './test-site.ts';
import { freshDatabase } from './real-parts.ts';
import { fetch } from '../../apps/fetcher/src/fetch.stage.ts';
import { fetcherSettings } from '../../apps/fetcher/src/fetcher.config.ts';
import { fetcherDatabase } from '../../apps/fetcher/src/fetcher.database.ts';
import { DeferralScheduler } from '../../apps/fetcher/src/politeness/deferral-scheduler.ts';

export const PREFIX = 'newsmill';

/** A request as the stub web saw it; times are its own, monotonic, in milliseconds. */
export interface Seen {
  host: string;
  path: string;
  at: number;
}

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** Hosts without number on one port of loopback: whatever name is asked for, the connection ends here. */
export class StubWeb {
  readonly log: Seen[] = [];
  /** By `host/path`; what is not here answers with an article, robots.txt with 404. */
  readonly answers = new Map<string, Answer>();
  private readonly server: Server;

  constructor() {
    this.server = createServer((request, response) => {
      const host = request.headers.host ?? '';
      const path = request.url ?? '/';
      this.log.push({ host, path, at: performance.now() });
      const answer = this.answers.get(`${host}${path}`);
      if (answer) answer(request, response);
      else if (path === '/robots.txt') response.writeHead(404).end();
      else response.writeHead(200, { 'content-type': 'text/html' }).end(articlePage(Number(path.slice(1)) || 1));
    });
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  robots(host: string, text: string, headers: Record<string, string> = {}): void {
    this.answers.set(`${host}/robots.txt`, (_, response) => response.writeHead(200, headers).end(text));
  }

  status(at: string, status: number, headers: Record<string, string> = {}): void {
    this.answers.set(at, (_, response) => response.writeHead(status, headers).end());
  }

  requests(host: string): Seen[] {
    return this.log.filter((seen) => seen.host === host);
  }

  /** Milliseconds between neighbouring requests to a host. */
  gaps(host: string): number[] {
    const times = this.requests(host).map(({ at }) => at);
    return times.slice(1).map((at, index) => at - times[index]!);
  }

  /** Replaces the step that opens sockets: nothing leaves loopback. */
  get connect(): Connect {
    const { port } = this.server.address() as AddressInfo;
    return () =>
      new Promise((resolve, reject) => {
        const socket = connectTcp(port, '127.0.0.1', () => resolve(socket));
        socket.on('error', reject);
      });
  }
}

/** One fetcher process: its own connections to database and log, its own client. */
export type FetcherProcess = Awaited<ReturnType<PoliteWorld['fetcher']>>;

/** A stub web, a real PostgreSQL with the log on it, and as many fetchers as wanted. */
export class PoliteWorld {
  readonly web = new StubWeb();
  private readonly closers: (() => Promise<unknown>)[] = [];
  private database!: Awaited<ReturnType<typeof freshDatabase>>;
  private service!: ReturnType<typeof this.loadService>;
  transport!: Transport;

  async start(): Promise<void> {
    await this.web.start();
    this.database = await freshDatabase();
    this.service = this.loadService();
    this.transport = await this.openTransport();
    await this.transport.applyTopics(topicSpecs(PREFIX, topics, [fetch]));
  }

  async stop(): Promise<void> {
    for (const close of this.closers.reverse()) await close();
    await this.web.stop();
    await this.database?.drop();
  }

  async fetcher(environment: Record<string, string> = {}) {
    const settings = loadSettings(fetcherSettings, environment);
    const source = await openDataSource(fetcherDatabase, this.service);
    const transport = await this.openTransport();
    const outbound = createOutbound({
      userAgent: settings.userAgent,
      totalTimeoutMs: settings.fetchTimeoutMs,
      resolve: () => Promise.resolve(['93.184.215.14']),
      connect: this.web.connect,
    });
    const metrics = new Metrics(false);
    const { controller, budget, polite, robots, deferred, slow } = makeFetchController({
      ...{ outbound, source, settings, metrics },
      log: transport,
      service: this.service,
      clock: () => new Date(),
    });
    const scheduler = new DeferralScheduler(deferred, budget, robots);
    let consumer: Consumer | undefined;
    const process = {
      source,
      budget,
      polite,
      deferred,
      metrics,
      /** Takes its share of the links, and of the deferred ones. */
      run: async (): Promise<void> => {
        const { policy } = fetch;
        consumer = await transport.subscribe({
          topic: topicAddress(PREFIX, linkDiscovered),
          group: groupOf(PREFIX, fetch),
          batchSize: policy.batchSize,
          batchBytes: policy.batchBytes,
          onBatch: createRunner({
            stage: fetch,
            prefix: PREFIX,
            serviceVersion: 'test',
            handler: (links, context) => controller.fetch(links, context),
            observer: metrics,
          }),
        });
        scheduler.onApplicationBootstrap();
      },
      stop: async (): Promise<void> => {
        await scheduler.beforeApplicationShutdown();
        await consumer?.stop();
        slow.onApplicationShutdown();
        robots.onApplicationShutdown();
        await outbound.close();
        await transport.close();
        if (source.isInitialized) await source.destroy();
      },
    };
    this.closers.push(process.stop);
    return process;
  }

  /** Links on the log, as a feed brings them. @returns their receipt ids */
  async publish(...urls: string[]): Promise<string[]> {
    const receiptIds = urls.map((url, index) => `${index}-${url}`);
    await this.transport.publish(
      urls.map((url, index) => {
        const receiptId = receiptIds[index]!;
        const link: EventOf<typeof linkDiscovered> = {
          receiptId,
          origin: { mode: 'feed', source: 'https://courier.example/feed' },
          url,
          host: new URL(url).host,
          discoveredAt: new Date().toISOString(),
        };
        return encodeEvent(PREFIX, linkDiscovered, link, { id: receiptId, source: '/test', time: Date.now() });
      }),
    );
    return receiptIds;
  }

  async read<T extends Topic>(topic: T): Promise<EventOf<T>[]> {
    const events: EventOf<T>[] = [];
    for await (const record of this.transport.read(topicAddress(PREFIX, topic), 'earliest')) {
      events.push(decodeEvent(topic, record));
    }
    return events;
  }

  /** What the fetch stage has said of a receipt, in order: `outcome: reason`. */
  async told(receiptId: string): Promise<string[]> {
    const batches = (await this.read(articleOutcomes)).sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
    return batches
      .flatMap(({ settled }) => settled)
      .filter((told) => told.receiptId === receiptId)
      .map(({ outcome, reason }) => (reason === undefined ? outcome : `${outcome}: ${reason}`));
  }

  /** The last word on a receipt, once it is not merely deferred. */
  async final(receiptId: string): Promise<string> {
    return until(`the end of ${receiptId}`, async () =>
      (await this.told(receiptId)).find((outcome) => !outcome.startsWith('deferred')),
    );
  }

  private loadService() {
    return loadSettings(serviceSettings, {
      NEWSMILL_TRANSPORT: 'postgres',
      NEWSMILL_DATABASE_URL: this.database.url,
      NEWSMILL_TOPIC_PREFIX: PREFIX,
    });
  }

  private async openTransport(): Promise<Transport> {
    const transport = await createTransport(this.service, { clientId: 'test' });
    await transport.connect();
    this.closers.push(() => transport.close());
    return transport;
  }
}

/** Looks again and again until there is something. */
export async function until<T>(what: string, look: () => Promise<T | undefined | false>): Promise<T> {
  for (let looks = 0; looks < 400; looks += 1) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`${what} did not come`);
}
