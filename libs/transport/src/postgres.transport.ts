import type {
  Consumer,
  LogRecord,
  NewRecord,
  PartitionLag,
  Position,
  SubscribeOptions,
  TopicChange,
  TopicSpec,
  Transport,
  TransportStatistics,
} from '@newsmill/stage';
import { GroupMember } from './group-member.js';
import type { PartitionEnd } from './postgres/append.js';
import { Database } from './postgres/database.js';
import { memberKey, PostgresGroupView } from './postgres/group-view.js';
import type { GroupParts } from './postgres/held-partition.js';
import { Janitor } from './postgres/janitor.js';
import { KnownEnds } from './postgres/known-ends.js';
import { LogReader } from './postgres/log-reader.js';
import { Notifier, parseNews } from './postgres/notifier.js';
import { Publisher } from './postgres/publisher.js';
import { migrate } from './postgres/schema.js';
import { Session } from './postgres/session.js';
import { type Topic, TopicDirectory } from './postgres/topic-directory.js';
import type { Explain } from './log-unavailable.js';
import type { TransportLog } from './transport-log.js';

export interface PostgresTransportOptions {
  /**
   * `postgresql://user:password@host:port/database?sslmode=verify-full`. A real connection, not one of a pooler in
   * transaction mode.
   */
  url: string;
  /** Schema of the log; made when it is missing. */
  schema?: string;
  /** How often to look for records and members that no notification told of, in milliseconds. */
  pollMs?: number;
  log?: TransportLog;
  /** What to do about a connection that is refused; told with the error. */
  explain?: Explain | undefined;
}

interface Membership {
  topic: Topic;
  view: PostgresGroupView;
  consumer: GroupMember;
}

/** Records and bytes of a page of {@link PostgresTransport.read}. */
const PAGE = { size: 500, bytes: 4_000_000 };

/**
 * A log in PostgreSQL: the embedded default, for one machine or a few processes.
 *
 * Outputs and position of a batch are committed in one transaction, so between stages on this log each batch counts
 * exactly once, whichever process is killed when. See `postgres/append.ts` for why nothing is skipped, and
 * `postgres/group-view.ts` for who reads what.
 */
export class PostgresTransport implements Transport {
  readonly kind = 'postgres';
  private readonly database: Database;
  private readonly topics: TopicDirectory;
  private readonly reader: LogReader;
  private readonly publisher: Publisher;
  private readonly notifier: Notifier;
  private readonly session: Session;
  private readonly janitor: Janitor;
  private readonly ends = new KnownEnds();
  private readonly memberships = new Set<Membership>();
  private readonly pollMs: number;
  private readonly log: TransportLog;
  private closing: Promise<void> | undefined;

  /** @throws PostgresUrlError */
  constructor(options: PostgresTransportOptions) {
    const { url, schema = 'newsmill_log', pollMs = 500, log = () => undefined, explain } = options;
    this.pollMs = pollMs;
    this.log = log;
    this.database = new Database(url, schema, explain, (message) => log('warn', message));
    this.topics = new TopicDirectory(this.database);
    this.reader = new LogReader(this.database);
    this.notifier = new Notifier(this.database);
    this.publisher = new Publisher(this.database, this.topics, (ends) => this.announceEnds(ends));
    this.janitor = new Janitor(this.database, log);
    this.session = new Session(this.database, {
      onLost: () => this.lose(),
      onNotified: (payload) => this.hear(payload),
    });
  }

  statistics(): TransportStatistics {
    return { pool: this.database.statistics() };
  }

  async connect(): Promise<void> {
    await migrate(this.database);
    await this.session.open();
    this.janitor.start();
  }

  applyTopics(specs: readonly TopicSpec[]): Promise<TopicChange[]> {
    return this.topics.apply(specs);
  }

  listTopics(): Promise<string[]> {
    return this.topics.list();
  }

  publish(records: readonly NewRecord[]): Promise<void> {
    return this.publisher.publish(records);
  }

  /** A process has one member in a group: several stages of a process have several groups. */
  async subscribe(options: SubscribeOptions): Promise<Consumer> {
    const topic = await this.topics.find(options.topic);
    const view = new PostgresGroupView(this.parts(), topic, options);
    for (const known of this.memberships) {
      if (known.consumer.state === 'stopped') this.memberships.delete(known);
      else if (known.view.key === view.key) {
        throw new Error(`Group ${options.group} already has a member on ${options.topic} in this transport.`);
      }
    }
    const consumer = new GroupMember({ ...options, view, turnMs: this.pollMs, log: this.log });
    this.memberships.add({ topic, view, consumer });
    return consumer;
  }

  async *read(address: string, from: Position): AsyncGenerator<LogRecord> {
    const topic = await this.topics.find(address);
    const spans = [];
    for (const end of await this.reader.ends(topic)) {
      spans.push({ ...end, start: await this.reader.startOf(topic, end, from) });
    }
    for (const { partition, start, end } of spans) {
      for (let offset = start; offset < end;) {
        const page = await this.reader.read({ topic, partition, from: offset, ...PAGE });
        if (page.length === 0) break;
        for (const record of page) if (record.offset < end) yield record;
        offset = page.at(-1)!.offset + 1n;
      }
    }
  }

  async seek(address: string, group: string, to: Position): Promise<void> {
    const topic = await this.topics.find(address);
    const starts: { partition: number; start: bigint }[] = [];
    for (const end of await this.reader.ends(topic)) {
      starts.push({ partition: end.partition, start: await this.reader.startOf(topic, end, to) });
    }
    await this.database.transaction('seek', async (client) => {
      const { rows } = await client.query<{ idle: boolean }>('SELECT pg_try_advisory_xact_lock($1) AS idle', [
        memberKey(this.database, topic, group),
      ]);
      if (!rows[0]!.idle) throw new Error(`Group ${group} has members on ${address}: stop them before moving it.`);
      await client.query(
        `INSERT INTO ${this.database.schema}.positions AS p (topic_id, group_name, partition, committed, epoch)
         SELECT $1, $2, s.partition, s.start, 1 FROM unnest($3::int[], $4::bigint[]) AS s (partition, start)
         ON CONFLICT (topic_id, group_name, partition) DO UPDATE SET committed = excluded.committed, epoch = p.epoch + 1`,
        [topic.id, group, starts.map(({ partition }) => partition), starts.map(({ start }) => start)],
      );
    });
  }

  async lag(address: string, group: string): Promise<PartitionLag[]> {
    return this.reader.lag(await this.topics.find(address), group);
  }

  async ping(): Promise<void> {
    await this.database.query('ping', 'SELECT 1');
  }

  close(): Promise<void> {
    this.closing ??= this.end();
    return this.closing;
  }

  private async end(): Promise<void> {
    await Promise.all([...this.memberships].map(({ consumer }) => consumer.stop()));
    await this.publisher.drain();
    await this.janitor.stop();
    await this.notifier.drain();
    await this.session.end();
    await this.database.end();
  }

  private parts(): GroupParts {
    const { database, session, reader, publisher, ends } = this;
    return {
      database,
      session,
      reader,
      publisher,
      ends,
      announceGroup: (key) => this.notifier.group(key),
      heardEnds: (heard) => this.wake(heard),
      announceEnds: (heard) => this.announceEnds(heard),
    };
  }

  private announceEnds(ends: readonly PartitionEnd[]): void {
    this.wake(ends);
    this.notifier.ends(ends);
  }

  private wake(ends: readonly PartitionEnd[]): void {
    for (const end of ends) {
      if (!this.ends.raise(end)) continue;
      for (const { topic, consumer } of this.memberships) {
        if (topic.id === end.topicId) consumer.wake(end.partition);
      }
    }
  }

  private hear(payload: string): void {
    const { ends, groups } = parseNews(payload);
    this.wake(ends);
    for (const { view, consumer } of this.memberships) if (groups.includes(view.key)) consumer.poke();
  }

  private lose(): void {
    if (this.closing === undefined) this.log('warn', `Lost the connection to PostgreSQL at ${this.database.where}`);
    this.ends.forget();
    for (const { consumer } of this.memberships) consumer.lose(new Error('the connection to the log is lost'));
  }
}
