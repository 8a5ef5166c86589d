import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { articleEnriched, ArticleRecord, EventOf } from '@newsmill/contracts';
import { normalizeUrl } from '@newsmill/web';
import { DataSource, type EntityManager, In } from 'typeorm';
import { Article } from './entities/article.entity.js';
import type { ArticleVersion } from './entities/article-version.entity.js';
import { Receipt } from './entities/receipt.entity.js';
import { STORED_RANK } from './receipt-state.js';
import { ReceiptStore, type ReceiptReport } from './receipt-store.js';
import { storeDatabase } from './store.database.js';
import { decide } from './version-rule.js';

type ArticleVersionEvent = EventOf<typeof articleEnriched>;

/** What storing one version came to. */
export interface Stored {
  articleId: string;
  state: 'stored' | 'unchanged' | 'withdrawn';
  /** In words, for the log; absent for a redelivery. */
  told?: string;
}

/** Writes of one transaction. */
interface Writes {
  articles: Map<string, Article>;
  versions: ArticleVersion[];
  urls: Map<string, string>;
  /** Versions that subscribers are to be told of. */
  outbox: { receiptId: string; articleId: string }[];
  receipts: ReceiptReport[];
}

@Injectable()
export class ArticleStore {
  constructor(
    @InjectDataSource(storeDatabase.schema) private readonly database: DataSource,
    private readonly receipts: ReceiptStore,
  ) {}

  /**
   * Stores versions in their order: version rule, history, outbox and receipts in one transaction. A version whose
   * receipt is already answered for is a redelivery and changes nothing.
   */
  async store(events: readonly ArticleVersionEvent[], now: Date): Promise<Stored[]> {
    return this.database.transaction(async (manager) => {
      const known = await this.lockArticles(manager, events);
      const settled = await this.settledReceipts(manager, events);
      const writes: Writes = { articles: new Map(), versions: [], urls: new Map(), outbox: [], receipts: [] };
      const results = events.map((event) => {
        const before = settled.get(event.receiptId);
        if (before) return before;
        const stored = apply(event, known, writes, now);
        settled.set(event.receiptId, { articleId: stored.articleId, state: stored.state });
        return stored;
      });
      await this.write(manager, writes);
      return results;
    });
  }

  /**
   * Locked by id, new articles too: a holder that lost its partition and wakes late must not overwrite what its
   * successor stored. In sorted order, so that two transactions never wait for each other in a circle.
   */
  private async lockArticles(
    manager: EntityManager,
    events: readonly ArticleVersionEvent[],
  ): Promise<Map<string, Article>> {
    const ids = [...new Set(events.map(({ articleId }) => articleId))];
    await manager.query(
      `SELECT pg_advisory_xact_lock(key)
       FROM (SELECT DISTINCT hashtextextended(id, 0) AS key FROM unnest($1::text[]) AS id ORDER BY key) AS keys`,
      [ids],
    );
    const found = await manager.findBy(Article, { id: In(ids) });
    return new Map(found.map((article) => [article.id, article]));
  }

  private async settledReceipts(
    manager: EntityManager,
    events: readonly ArticleVersionEvent[],
  ): Promise<Map<string, Stored>> {
    const found = await manager.findBy(Receipt, { id: In(events.map(({ receiptId }) => receiptId)) });
    return new Map(
      found
        .filter(({ rank }) => rank >= STORED_RANK)
        .map(({ id, state, articleId }) => [id, { articleId: articleId!, state: state as Stored['state'] }]),
    );
  }

  /** Each kind of row in one statement, whatever the size of the batch; each record is encoded once. */
  private async write(manager: EntityManager, { articles, versions, urls, outbox, receipts }: Writes): Promise<void> {
    const encoded = new Map<ArticleRecord, string>();
    const encode = (record: ArticleRecord): string => {
      const json = encoded.get(record) ?? JSON.stringify(record);
      encoded.set(record, json);
      return json;
    };
    if (articles.size > 0) {
      const rows = [...articles.values()];
      await manager.query(
        `INSERT INTO article (id, revision, pub_status, record, stored_at, changed_at)
         SELECT * FROM unnest($1::uuid[], $2::int[], $3::text[], $4::json[], $5::timestamptz[], $6::timestamptz[])
         ON CONFLICT (id) DO UPDATE SET revision = excluded.revision, pub_status = excluded.pub_status,
           record = excluded.record, changed_at = excluded.changed_at`,
        [
          rows.map(({ id }) => id),
          rows.map(({ revision }) => revision),
          rows.map(({ pubStatus }) => pubStatus),
          rows.map(({ record }) => encode(record)),
          rows.map(({ storedAt }) => storedAt),
          rows.map(({ changedAt }) => changedAt),
        ],
      );
    }
    if (versions.length > 0) {
      await manager.query(
        `INSERT INTO article_version (receipt_id, article_id, revision, change_kind, fields, record, stored_at)
         SELECT receipt_id, article_id, revision, change_kind, fields::text[], record, stored_at
         FROM unnest($1::text[], $2::uuid[], $3::int[], $4::text[], $5::text[], $6::json[], $7::timestamptz[])
           AS v (receipt_id, article_id, revision, change_kind, fields, record, stored_at)
         ON CONFLICT DO NOTHING`,
        [
          versions.map(({ receiptId }) => receiptId),
          versions.map(({ articleId }) => articleId),
          versions.map(({ revision }) => revision),
          versions.map(({ changeKind }) => changeKind),
          versions.map(({ fields }) => `{${fields.join(',')}}`),
          versions.map(({ record }) => encode(record)),
          versions.map(({ storedAt }) => storedAt),
        ],
      );
    }
    if (urls.size > 0) {
      const rows = [...urls].sort(([a], [b]) => (a < b ? -1 : 1));
      await manager.query(
        `INSERT INTO article_url (url, article_id) SELECT * FROM unnest($1::text[], $2::uuid[])
         ON CONFLICT (url) DO UPDATE SET article_id = excluded.article_id
         WHERE article_url.article_id <> excluded.article_id`,
        [rows.map(([url]) => url), rows.map(([, articleId]) => articleId)],
      );
    }
    if (outbox.length > 0) {
      await manager.query(
        `INSERT INTO outbox (receipt_id, article_id)
         SELECT receipt_id, article_id
         FROM unnest($1::text[], $2::uuid[]) WITH ORDINALITY AS o (receipt_id, article_id, place) ORDER BY place`,
        [outbox.map(({ receiptId }) => receiptId), outbox.map(({ articleId }) => articleId)],
      );
    }
    await this.receipts.report(manager, receipts);
  }
}

/** Applies one version to what is known and notes what is to be written. */
function apply(event: ArticleVersionEvent, known: Map<string, Article>, writes: Writes, now: Date): Stored {
  const { articleId, receiptId, record } = event;
  const current = known.get(articleId);
  const decision = decide(current, record);
  const state = decision.kind === 'unchanged' ? 'unchanged' : record.pubStatus === 'canceled' ? 'withdrawn' : 'stored';
  writes.receipts.push({
    id: receiptId,
    state,
    stage: 'store',
    articleId,
    at: now,
    ...(decision.kind === 'late' && { reason: 'an older version: kept in the history' }),
  });
  for (const url of addressesOf(record)) writes.urls.set(url, articleId);
  const title = record.headlines[0]?.value ?? '(no headline)';
  if (decision.kind === 'late') {
    writes.versions.push({
      receiptId,
      articleId,
      revision: null,
      changeKind: 'late',
      fields: [],
      record,
      storedAt: now,
    });
    return { articleId, state, told: `older version of “${title}” kept in the history` };
  }
  const revision = (current?.revision ?? 0) + (decision.kind === 'change' ? 1 : 0);
  const article: Article = {
    id: articleId,
    revision,
    pubStatus: record.pubStatus,
    record,
    storedAt: current?.storedAt ?? now,
    changedAt: decision.kind === 'change' ? now : current!.changedAt,
  };
  known.set(articleId, article);
  writes.articles.set(articleId, article);
  if (decision.kind === 'unchanged') return { articleId, state };
  const { changeKind, fields } = decision;
  writes.versions.push({ receiptId, articleId, revision, changeKind, fields, record, storedAt: now });
  writes.outbox.push({ receiptId, articleId });
  const moved = fields.length > 0 ? ` (${fields.join(', ')})` : '';
  return { articleId, state, told: `${changeKind}: “${title}”${moved} /v1/articles/${articleId}` };
}

function addressesOf({ x: { url } }: ArticleVersionEvent['record']): Set<string> {
  return new Set([url.original, url.final, url.canonical].map(normalizeUrl));
}
