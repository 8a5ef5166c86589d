import type { PartitionEnd } from './append.js';
import type { Database } from './database.js';

/** NOTIFY takes payloads below 8,000 bytes. */
const MOST_ITEMS = 150;

/** What one process tells the others: ends of partitions, and groups that changed. */
export interface News {
  ends: PartitionEnd[];
  groups: bigint[];
}

/**
 * Tells the other processes at once what they would find at their next poll.
 *
 * It speaks after the commit, in a statement of its own: a NOTIFY inside a writing transaction makes all such commits of
 * the database wait for each other until they are on disk. News that gather while it speaks go out together.
 */
export class Notifier {
  private readonly database: Database;
  private readonly items = new Map<string, string>();
  private speaking: Promise<void> | undefined;

  constructor(database: Database) {
    this.database = database;
  }

  ends(ends: readonly PartitionEnd[]): void {
    for (const { topicId, partition, end } of ends)
      this.items.set(`${topicId}/${partition}`, `${topicId}/${partition}/${end}`);
    this.speaking ??= this.speak();
  }

  group(key: bigint): void {
    this.items.set(`${key}`, `${key}`);
    this.speaking ??= this.speak();
  }

  /** Resolves when everything is said. */
  async drain(): Promise<void> {
    while (this.speaking !== undefined) await this.speaking;
  }

  private async speak(): Promise<void> {
    while (this.items.size > 0) {
      const items = [...this.items].slice(0, MOST_ITEMS);
      for (const [name] of items) this.items.delete(name);
      const payload = items.map(([, item]) => item).join(' ');
      const statement = { name: 'notify', text: 'SELECT pg_notify($1, $2)', values: [this.database.channel, payload] };
      // Who does not hear it, polls.
      await this.database.query('notify', statement).catch(() => undefined);
    }
    this.speaking = undefined;
  }
}

export function parseNews(payload: string): News {
  const news: News = { ends: [], groups: [] };
  for (const item of payload.split(' ')) {
    const [topicId, partition, end] = item.split('/');
    if (/^-?\d+$/.test(item)) news.groups.push(BigInt(item));
    else if (topicId && partition && end && /^\d+$/.test(end)) {
      news.ends.push({ topicId: Number(topicId), partition: Number(partition), end: BigInt(end) });
    }
  }
  return news;
}
