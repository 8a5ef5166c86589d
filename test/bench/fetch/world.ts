import { mkdtemp, rm } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type EventOf, linkDiscovered } from '@newsmill/contracts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '@newsmill/embedded-postgres';
import { createTransport, loadSettings, serviceSettings } from '@newsmill/service';
import { encodeEvent } from '@newsmill/stage';
import pg from 'pg';
import { ServiceInstance } from '../../chaos/service-instance.ts';
import { NewsmillProcess } from '../../support/newsmill-process.ts';
import type { WebShape } from '../../support/stub-web/site.ts';
import { cpuTimes } from '../cpu-time.ts';
import { StubWebProcess } from './stub-web-process.ts';

const RESOLVE_NAMES = new URL('../../support/stub-web/resolve-names-now.ts', import.meta.url).href;
const PREFIX = 'bench';
const SAMPLE_MS = 500;
/** Links published at once. */
const SLICE = 500;

/** CPU milliseconds by part, and what was beside. */
export interface Usage {
  seconds: number;
  cpuMs: Record<string, number>;
  /** The most memory that a fetcher had in use, in MB. */
  rssMb: number;
  /** Load average of the machine over the last minute, at the end. */
  load: number;
}

/** A stub web, a database and fetchers, each in a process of its own, on loopback. */
export class World {
  readonly web: StubWebProcess;
  readonly database: pg.Pool;
  readonly folder: string;
  readonly #environment: Record<string, string>;
  readonly #parts: Map<string, number>;
  readonly #fetchers: ServiceInstance[] = [];
  readonly #closers: (() => Promise<unknown>)[];

  private constructor(
    web: StubWebProcess,
    server: EmbeddedPostgres,
    folder: string,
    url: string,
    closers: (() => Promise<unknown>)[],
  ) {
    this.web = web;
    this.folder = folder;
    this.database = new pg.Pool({ connectionString: url, max: 2 });
    this.#closers = [...closers, () => this.database.end()];
    this.#parts = new Map([
      ['stub web', web.pid],
      ['PostgreSQL', server.pid],
    ]);
    this.#environment = {
      NEWSMILL_TRANSPORT: 'postgres',
      NEWSMILL_DATABASE_URL: url,
      NEWSMILL_TOPIC_PREFIX: PREFIX,
      NEWSMILL_PUSH: 'false',
      NEWSMILL_LOG_LEVEL: 'warn',
      NEWSMILL_MIGRATE: 'false',
      NEWSMILL_USER_AGENT: 'newsmill/0.1 (+https://newsmill.example/bench)',
      NEWSMILL_OUTBOUND_ALLOW: `127.0.0.1:${web.shape.port}`,
    };
  }

  /** @param server on which it gets a database of its own */
  static async open(server: EmbeddedPostgres, name: string, shape: Omit<WebShape, 'port' | 'startAt'>): Promise<World> {
    const admin = new pg.Client({ connectionString: server.url });
    await admin.connect();
    await admin.query(`CREATE DATABASE ${name}`);
    await admin.end();
    const url = new URL(server.url);
    url.pathname = `/${name}`;
    const folder = await mkdtemp(path.join(tmpdir(), 'newsmill-bench-fetch-'));
    const web = await StubWebProcess.start(shape);
    const world = new World(web, server, folder, url.href, [
      () => rm(folder, { recursive: true, force: true }),
      () => web.stop(),
    ]);
    for (const args of [['topics', 'apply'], ['migrate']]) {
      const command = new NewsmillProcess('apps/standalone/bin/newsmill.js', args, world.#environment);
      if ((await command.ended) !== 0) throw new Error(command.lines.join('\n'));
    }
    return world;
  }

  /** A real fetcher service in a process of its own, when it is ready. */
  async addFetcher(settings: Record<string, string>): Promise<ServiceInstance> {
    const environment = { ...this.#environment, ...settings };
    const fetcher = await ServiceInstance.at('fetcher', 'bench:fetch', environment, RESOLVE_NAMES);
    await fetcher.start();
    this.#fetchers.push(fetcher);
    this.#parts.set(this.#fetchers.length === 1 ? 'fetcher' : `fetcher ${this.#fetchers.length}`, fetcher.pid);
    return fetcher;
  }

  /** CPU time and memory of what happens meanwhile. */
  async measure(work: () => Promise<unknown>): Promise<Usage> {
    for (const fetcher of this.#fetchers) fetcher.maxRssMb = 0;
    const sampler = setInterval(() => {
      for (const fetcher of this.#fetchers) fetcher.sampleRss();
    }, SAMPLE_MS);
    const before = cpuTimes(this.#parts);
    const began = performance.now();
    try {
      await work();
    } finally {
      clearInterval(sampler);
    }
    const seconds = (performance.now() - began) / 1000;
    const after = cpuTimes(this.#parts);
    return {
      seconds,
      cpuMs: Object.fromEntries([...after].map(([part, ms]) => [part, ms - (before.get(part) ?? 0)])),
      rssMb: Math.max(0, ...this.#fetchers.map(({ maxRssMb }) => maxRssMb)),
      load: loadavg()[0]!,
    };
  }

  /** Puts links on the log in this order, as a feed would. */
  async publish(urls: readonly string[]): Promise<void> {
    const transport = await createTransport(loadSettings(serviceSettings, this.#environment), { clientId: 'bench' });
    await transport.connect();
    const discoveredAt = new Date().toISOString();
    for (let from = 0; from < urls.length; from += SLICE) {
      await transport.publish(
        urls.slice(from, from + SLICE).map((url) => {
          const origin = { mode: 'feed', source: 'http://feeds.stub.test/' } as const;
          const link: EventOf<typeof linkDiscovered> = {
            receiptId: url,
            origin,
            url,
            host: new URL(url).host,
            discoveredAt,
          };
          return encodeEvent(PREFIX, linkDiscovered, link, { id: url, source: '/bench', time: Date.now() });
        }),
      );
    }
    await transport.close();
  }

  /** Waits until the log of requests shows it. @throws Error with the fetchers' lines when it takes too long */
  async until(what: string, withinMs: number, isDone: () => boolean): Promise<void> {
    const deadline = performance.now() + withinMs;
    for (;;) {
      await this.web.readLog();
      if (isDone()) return;
      if (performance.now() > deadline) {
        const lines = this.#fetchers.flatMap((fetcher) => fetcher.lines.slice(-20));
        throw new Error(`${what} did not come within ${withinMs / 1000} s\n${lines.join('\n')}`);
      }
      await sleep(SAMPLE_MS);
    }
  }

  /** What the fetchers have said: nothing but warnings and errors. */
  warnings(): string[] {
    return this.#fetchers.flatMap(({ lines }) => lines);
  }

  async close(): Promise<void> {
    await Promise.all(this.#fetchers.map((fetcher) => fetcher.stop()));
    for (const close of this.#closers.toReversed()) await close();
  }
}

/** A PostgreSQL of its own, durable as in production. */
export async function startServer(): Promise<{ server: EmbeddedPostgres; stop(): Promise<void> }> {
  const folder = await mkdtemp(path.join(tmpdir(), 'newsmill-bench-fetch-pg-'));
  const server = await startEmbeddedPostgres({ dataDir: folder });
  return {
    server,
    stop: async () => {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
