import { articleChanges, articleState, type ArticleRecord, type Topic, topicAddress } from '@newsmill/contracts';
import { loadSettings, openDataSource, serviceSettings } from '@newsmill/service';
import { type LogRecord, topicSpecs, type Transport } from '@newsmill/stage';
import { MemoryLog, MemoryTransport } from '@newsmill/transport';
import type { DataSource } from 'typeorm';
import { ArticleStore, type Incoming } from '../../apps/store/src/article-store.ts';
import { OutboxRelay } from '../../apps/store/src/outbox-relay.ts';
import { QueryController } from '../../apps/store/src/query.controller.ts';
import { ReceiptStore } from '../../apps/store/src/receipt-store.ts';
import { storeDatabase } from '../../apps/store/src/store.database.ts';
import { ChangeTail } from '../../apps/store/src/subscribers/change-tail.ts';
import { until } from './newsmill-client.ts';
import { freshDatabase } from './real-parts.ts';

const PREFIX = 'newsmill';

/** The store on a real PostgreSQL, with a log in memory: its parts are made new as often as a test restarts them. */
export class StoreWorld {
  readonly memory = new MemoryLog();
  readonly log = new MemoryTransport({ memory: this.memory });
  readonly receipts: ReceiptStore;
  readonly queries: QueryController;
  private readonly settings = loadSettings(serviceSettings, {});

  private constructor(
    readonly database: DataSource,
    private readonly drop: () => Promise<void>,
  ) {
    this.receipts = new ReceiptStore(database);
    this.queries = new QueryController(database);
  }

  static async open(): Promise<StoreWorld> {
    const { url, drop } = await freshDatabase();
    const settings = loadSettings(serviceSettings, { NEWSMILL_DATABASE_URL: url, NEWSMILL_MIGRATE: 'true' });
    const world = new StoreWorld(await openDataSource(storeDatabase, settings), drop);
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
    return new OutboxRelay(this.database, transport, this.settings, new ChangeTail(this.database));
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

  /** Forgets everything, the log included. */
  async clear(): Promise<void> {
    await this.database.query(
      'TRUNCATE article, article_version, article_revision, article_due, article_url, receipt, outbox',
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
