import type { TopicChange, TopicSpec } from '@newsmill/stage';
import { partitionsRefused, TopicsRefused, UnknownTopic } from '../topic-errors.js';
import { type Database, lockKey, type Queryable } from './database.js';

export interface Topic extends TopicSpec {
  id: number;
}

/** How long a topic's settings and partitions are taken for current. */
const FRESH_MS = 5_000;

/** The topics of the log. */
export class TopicDirectory {
  private readonly known = new Map<string, { topic: Promise<Topic>; askedAt: number }>();
  private readonly database: Database;

  constructor(database: Database) {
    this.database = database;
  }

  /** Rejects with {@link UnknownTopic}. Whoever asks at the same time shares one answer. */
  find(address: string): Promise<Topic> {
    const found = this.known.get(address);
    if (found !== undefined && performance.now() - found.askedAt < FRESH_MS) return found.topic;
    const topic = this.read(this.database.pool, address).then((read) => {
      if (read === undefined) throw new UnknownTopic(address);
      return read;
    });
    const asked = { topic, askedAt: performance.now() };
    this.known.set(address, asked);
    topic.catch(() => {
      if (this.known.get(address) === asked) this.known.delete(address);
    });
    return topic;
  }

  async list(): Promise<string[]> {
    const rows = await this.database.query<{ address: string }>(
      'list topics',
      `SELECT address FROM ${this.database.schema}.topics ORDER BY address COLLATE "C"`,
    );
    return rows.map(({ address }) => address);
  }

  async apply(specs: readonly TopicSpec[]): Promise<TopicChange[]> {
    const changes = await this.database.transaction('apply topics', async (client) => {
      await client.query('SELECT pg_advisory_xact_lock($1)', [lockKey('topics', this.database.schema)]);
      const made: TopicChange[] = [];
      for (const spec of specs) made.push({ address: spec.address, change: await this.applyOne(client, spec) });
      return made;
    });
    this.known.clear();
    return changes;
  }

  private async applyOne(client: Queryable, spec: TopicSpec): Promise<TopicChange['change']> {
    const { schema } = this.database;
    const found = await this.read(client, spec.address);
    const refused = found && partitionsRefused(spec, found.partitions);
    if (refused !== undefined) throw new TopicsRefused(refused);
    const settings = [spec.address, spec.cleanup, spec.retentionMs, spec.maxBytes];
    await client.query(
      `INSERT INTO ${schema}.topics AS t (address, cleanup, retention_ms, max_bytes) VALUES ($1, $2, $3, $4)
       ON CONFLICT (address) DO UPDATE SET cleanup = $2, retention_ms = $3, max_bytes = $4`,
      settings,
    );
    await client.query(
      `INSERT INTO ${schema}.partitions (topic_id, partition)
       SELECT t.id, n FROM ${schema}.topics t, generate_series(0, $2::int - 1) AS n WHERE t.address = $1
       ON CONFLICT DO NOTHING`,
      [spec.address, spec.partitions],
    );
    if (found === undefined) return 'created';
    if (found.cleanup !== spec.cleanup) {
      await client.query(`UPDATE ${schema}.records SET compact = $2 WHERE topic_id = $1`, [
        found.id,
        spec.cleanup === 'compact',
      ]);
      await client.query(`UPDATE ${schema}.partitions SET compacted_to = 0 WHERE topic_id = $1`, [found.id]);
    }
    if (spec.partitions > found.partitions) return 'partitions-added';
    const same =
      found.cleanup === spec.cleanup && found.retentionMs === spec.retentionMs && found.maxBytes === spec.maxBytes;
    return same ? 'unchanged' : 'settings-changed';
  }

  private async read(client: Queryable, address: string): Promise<Topic | undefined> {
    const { schema } = this.database;
    const { rows } = await this.database.guard(`find topic ${address}`, () =>
      client.query<Omit<Topic, 'retentionMs'> & { retentionMs: string }>(
        `SELECT id, address, cleanup, retention_ms AS "retentionMs", max_bytes AS "maxBytes",
                (SELECT count(*)::int FROM ${schema}.partitions WHERE topic_id = t.id) AS partitions
         FROM ${schema}.topics t WHERE address = $1`,
        [address],
      ),
    );
    return rows[0] && { ...rows[0], retentionMs: Number(rows[0].retentionMs) };
  }
}
