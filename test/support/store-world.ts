import {
  articleChanges,
  type ArticleRecord,
  articleState,
  type EventOf,
  type Topic,
  topicAddress,
} from '@newsmill/contracts';
import { loadSettings, NO_TRACING, openDataSource, Problem, serviceSettings } from '@newsmill/service';
import { decodeEvent, type LogRecord, topicSpecs, type Transport } from '@newsmill/stage';
import { MemoryLog, MemoryTransport } from '@newsmill/transport';
import { ArticleStore, type Incoming } from '../../apps/store/src/article-store.ts';
import { OutboxRelay } from '../../apps/store/src/outbox-relay.ts';
import { QueryController } from '../../apps/store/src/query.controller.ts';
import { ReceiptStore } from '../../apps/store/src/receipt-store.ts';
import { storeDatabase } from '../../apps/store/src/store.database.ts';
import { ChangeTail } from '../../apps/store/src/subscribers/change-tail.ts';
import { until } from './newsmill-client.ts';
import { freshDatabase } from './real-parts.ts';

const PREFIX = 'newsmill';

type DataSource = Awaited<ReturnType<typeof openDataSource>>;

/** The store on a real PostgreSQL, with a log in memory: its parts are made new as often as a test restarts them. */
export class StoreWorld {
  readonly memory = new MemoryLog();
  readonly log = new MemoryTransport({ memory: this.memory });
  readonly receipts: ReceiptStore;
  readonly queries: QueryController;
  private readonly settings = loadSettings(serviceSettings, {});

  private constructor(
    readonly url: string,
    readonly database: DataSource,
    private readonly drop: () => Promise<void>,
  ) {
    this.receipts = new ReceiptStore(database);
    this.queries = new QueryController(database);
  }

  static async open(): Promise<StoreWorld> {
    const { url, drop } = await freshDatabase();
    const settings = loadSettings(serviceSettings, { NEWSMILL_DATABASE_URL: url, NEWSMILL_MIGRATE: 'true' });
    const world = new StoreWorld(url, await openDataSource(storeDatabase, settings), drop);
    await world.log.applyTopics(topicSpecs(PREFIX, [articleChanges, articleState], []));
    return world;
  }

  async close(): Promise<void> {
    await this.log.close();
    await this.database.destroy();
    await this.drop();
  }

  /** A store as a process has it after its start. */
  articles(receipts = this.receipts): ArticleStore {
    return new ArticleStore(this.database, receipts);
  }

  /** A store that dies when everything is written and nothing is committed. */
  dying(): ArticleStore {
    const receipts = new ReceiptStore(this.database);
    receipts.report = () => Promise.reject(new Error('killed'));
    return this.articles(receipts);
  }

  relay(transport: Transport = this.log): OutboxRelay {
    return new OutboxRelay(this.database, transport, this.settings, new ChangeTail(this.database), NO_TRACING);
  }

  /** Lets a relay publish all that waits. */
  async drain(transport?: Transport): Promise<void> {
    const relay = this.relay(transport);
    relay.onApplicationBootstrap();
    await until('the outbox is empty', 60_000, async () => {
      relay.wake();
      return (await this.database.query<object[]>('SELECT FROM outbox LIMIT 1')).length === 0 || undefined;
    });
    await relay.beforeApplicationShutdown();
  }

  async published(topic: Topic): Promise<LogRecord[]> {
    const records: LogRecord[] = [];
    for await (const record of this.log.read(topicAddress(PREFIX, topic), 'earliest')) records.push(record);
    return records;
  }

  /** Everything that subscribers are told of, also what still waits. */
  async changes(): Promise<EventOf<typeof articleChanges>[]> {
    await this.drain();
    return (await this.published(articleChanges)).map((record) => decodeEvent(articleChanges, record));
  }

  /** Forgets everything, the log included. */
  async clear(): Promise<void> {
    await this.database.query(
      'TRUNCATE article, article_version, article_revision, article_due, article_url, receipt, receipt_step, outbox',
    );
    for (const { partitions } of this.memory.topics.values()) for (const records of partitions) records.length = 0;
  }
}

export type RecordPart = Partial<ArticleRecord> & { body?: string; fetchedAt?: string; restore?: true; url?: string };

/** A record as a newsroom would push it. */
export function recordOf({ body = 'Text.', fetchedAt, restore, url, ...rest }: RecordPart = {}): ArticleRecord {
  const address = url ?? 'https://a.example/1';
  return {
    uri: 'urn:uuid:00000000-0000-8000-8000-000000000000',
    altIds: [{ role: 'guid', value: 'guid' }],
    type: 'text',
    versionCreated: '2026-01-01T00:00:00.000Z',
    pubStatus: 'usable',
    headlines: [{ value: 'Headline' }],
    bodies: [{ contentType: 'text/plain', value: body }],
    x: {
      url: { original: address, final: address, canonical: address },
      dates: {},
      access: {},
      provenance: {},
      parse: { missing: [], warnings: [] },
      acquisition: {
        mode: 'push',
        source: 'test',
        fetchedAt: fetchedAt ?? '2026-01-02T00:00:00.000Z',
        ...(restore && { restore }),
      },
    },
    ...rest,
  };
}

export function incoming(articleId: string, receiptId: string, part: RecordPart, replay?: string): Incoming {
  return { articleId, receiptId, record: recordOf(part), replay };
}

/** The same number gives the same id. */
export function articleIdOf(number: number): string {
  return `00000000-0000-8000-8000-${String(number).padStart(12, '0')}`;
}

const START = Date.UTC(2026, 0, 10);
const MINUTE_MS = 60_000;
export const DAY_MS = 24 * 60 * MINUTE_MS;

/** A moment of the test's own time. */
export function minute(count: number): Date {
  return new Date(START + count * MINUTE_MS);
}

export function iso(count: number): string {
  return minute(count).toISOString();
}

/** A version that is accepted in a minute of its own and numbered like it. */
export function version(number: number, part: RecordPart = {}, id = articleIdOf(1)): Incoming {
  return incoming(id, `${id}.r${number}`, { version: String(number), fetchedAt: iso(number), ...part });
}

/** What a query answers; of a problem its status and detail. */
export async function answer(ask: Promise<unknown>): Promise<unknown> {
  return ask.catch((error: unknown) => {
    if (error instanceof Problem) return [error.status, error.detail];
    throw error;
  });
}
