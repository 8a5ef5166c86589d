import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { articleChanges, type EventOf, topicAddress } from '@newsmill/contracts';
import { fetcherDatabase } from '@newsmill/fetcher';
import { loadSettings, openDataSource, type RunningServices, runServices, serviceSettings } from '@newsmill/service';
import { decodeEvent } from '@newsmill/stage';
import { pipelineTopics, services } from '@newsmill/standalone';
import { PostgresTransport } from '@newsmill/transport';
import { NewsmillClient, until } from './newsmill-client.ts';
import { freshDatabase } from './real-parts.ts';
import { resolveStubNames } from './stub-web/resolve-names.ts';
import { Site } from './stub-web/site.ts';
import { startStubWeb, type StubWeb, type StubWebOptions } from './stub-web/stub-web.ts';

const ADMIN_KEY = 'an-admin-key-that-is-long-enough';

/** Receipts are noted within so many milliseconds after what they are for. */
const NOTED_MS = 3_000;

type Flow = Awaited<ReturnType<NewsmillClient['flow']>>;

export interface FoundSource {
  id: string;
  home?: string;
  state: string;
  feeds: { url: string; kind: string; format?: string; active: boolean }[];
}

/** How a site's source is declared. `later`: by the API, while the web's time runs. */
export type Declared = 'file' | 'setting' | 'later';

/** The whole pipeline on PostgreSQL, pulling from a stub web whose time is held and let go. */
export class StubWebRun {
  /** `performance.now()` at which the web's time began to run. */
  releasedAt = Infinity;
  /** The web's time while it is held; it begins at its start. */
  private heldAt: number | undefined;
  private readonly closers: (() => unknown)[] = [];
  web!: StubWeb;
  client!: NewsmillClient;
  private running!: RunningServices;
  private transport!: PostgresTransport;
  private database!: Awaited<ReturnType<typeof openDataSource>>;

  /** @param environment settings of newsmill beside those that lead to the stub web */
  static async start(shape: StubWebOptions, environment: Record<string, string>): Promise<StubWebRun> {
    const run = new StubWebRun();
    try {
      await run.open(shape, environment);
    } catch (error) {
      await run.close();
      throw error;
    }
    return run;
  }

  private async open(shape: StubWebOptions, environment: Record<string, string>): Promise<void> {
    const { url, drop } = await freshDatabase();
    this.closers.push(drop);
    const folder = await mkdtemp(join(tmpdir(), 'newsmill-stub-web-'));
    this.closers.push(() => rm(folder, { recursive: true }), resolveStubNames());
    const startAt = Date.now();
    this.heldAt = startAt;
    this.web = await startStubWeb({ ...shape, startAt, clock: () => this.heldAt ?? this.timeAt(performance.now()) });
    this.closers.push(() => this.web.close());
    const declared = Map.groupBy(this.web.sites(), StubWebRun.declares);
    const sourcesFile = join(folder, 'sources.yaml');
    await writeFile(
      sourcesFile,
      `sources:\n${declared
        .get('file')!
        .map(({ home }) => `  - ${home}\n`)
        .join('')}`,
    );
    this.transport = new PostgresTransport({ url });
    this.closers.push(() => this.transport.close());
    await this.transport.connect();
    await this.transport.applyTopics(pipelineTopics('newsmill'));
    this.running = await runServices(services, {
      environment: {
        NEWSMILL_TRANSPORT: 'postgres',
        NEWSMILL_DATABASE_URL: url,
        NEWSMILL_HTTP_PORT: '0',
        NEWSMILL_PUSH: 'false',
        NEWSMILL_ADMIN_KEY: ADMIN_KEY,
        NEWSMILL_OUTBOUND_ALLOW: this.web.outbound.allow.join(','),
        NEWSMILL_SOURCES_FILE: sourcesFile,
        NEWSMILL_FEEDS: declared
          .get('setting')!
          .flatMap(({ entrances }) => entrances.map((each) => each.url))
          .join(','),
        NEWSMILL_LOG_LEVEL: 'silent',
        ...environment,
      },
    });
    this.closers.push(() => this.running.close());
    this.client = new NewsmillClient(this.running.url, '');
    const settings = loadSettings(serviceSettings, { NEWSMILL_DATABASE_URL: url, NEWSMILL_MIGRATE: 'false' });
    this.database = await openDataSource(fetcherDatabase, settings);
    this.closers.push(() => this.database.destroy());
  }

  async close(): Promise<void> {
    for (const close of this.closers.splice(0).reverse()) await close();
  }

  /** Sites without a robots.txt at first cannot be searched for feeds then: they are declared by their feeds. */
  static declares(this: void, { robots, entrances, index }: Site): Declared {
    if (robots.name === 'unavailable') return 'later';
    const isAllFeeds = entrances.every(Site.isFeed) && robots.name !== 'all-forbidden';
    return isAllFeeds && index % 10 === 0 ? 'setting' : 'file';
  }

  /** Declares the sources that are left, once the web has begun to run. */
  async declareLater(): Promise<void> {
    for (const site of this.web.sites()) {
      if (StubWebRun.declares(site) !== 'later') continue;
      const feeds = site.entrances.map((each) => ({ url: each.url, kind: Site.isFeed(each) ? 'feed' : 'sitemap' }));
      const response = await fetch(`${this.running.url}/v1/sources`, {
        method: 'POST',
        headers: { authorization: `Bearer ${ADMIN_KEY}`, 'content-type': 'application/json' },
        body: JSON.stringify({ home: site.home, feeds }),
      });
      if (response.status !== 201) throw new Error(`POST /v1/sources: ${response.status} ${await response.text()}`);
    }
  }

  async sources(): Promise<FoundSource[]> {
    const response = await fetch(`${this.running.url}/v1/sources?limit=1000`, {
      headers: { authorization: `Bearer ${ADMIN_KEY}` },
    });
    return ((await response.json()) as { sources: FoundSource[] }).sources;
  }

  /** Lets the web's time run. */
  release(): void {
    this.releasedAt = performance.now();
    this.heldAt = undefined;
  }

  /** Lets the web's time run to a moment, and stops it there: from then on nothing changes. */
  async runUntil(time: number): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, time - this.timeAt(performance.now())));
    this.heldAt = time;
  }

  /** The web's time at a moment of `performance.now()`, as long as it runs. */
  timeAt(moment: number): number {
    return this.web.shape.startAt + (moment - this.releasedAt);
  }

  /** The moment of `performance.now()` at which it was that time on the web. */
  momentOf(time: number): number {
    return this.releasedAt + (time - this.web.shape.startAt);
  }

  /** Waits until every source has been searched for its lists. */
  async searched(): Promise<void> {
    await until('every site is searched', 120_000, async () =>
      (await this.sources()).some(({ state }) => state === 'searching') ? undefined : true,
    );
  }

  /**
   * Waits until no look is planned but at articles that are withdrawn, and every receipt is answered for.
   * @returns the account
   */
  async settled(): Promise<Flow> {
    let overSince: number | undefined;
    return until('the last planned look is over', 300_000, async () => {
      const [{ planned }] = await this.database.query<[{ planned: string }]>(
        `SELECT (SELECT count(*) FROM page WHERE next_visit_at IS NOT NULL AND withdrawn_at IS NULL)
           + (SELECT count(*) FROM deferred_link) AS planned`,
      );
      const flow = await this.client.flow();
      overSince = planned === '0' ? (overSince ?? performance.now()) : undefined;
      if (flow.closes && overSince !== undefined && performance.now() - overSince >= NOTED_MS) return flow;
      return undefined;
    });
  }

  /** What was told to subscribers, in order for each article. */
  async changes(): Promise<EventOf<typeof articleChanges>[]> {
    const events: EventOf<typeof articleChanges>[] = [];
    for await (const record of this.transport.read(topicAddress('newsmill', articleChanges), 'earliest')) {
      events.push(decodeEvent(articleChanges, record));
    }
    return events;
  }
}
