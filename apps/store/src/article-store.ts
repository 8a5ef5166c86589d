import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { articleEnriched, type EventOf } from '@newsmill/contracts';
import { normalizeUrl } from '@newsmill/web';
import { DataSource, type EntityManager, In } from 'typeorm';
import { Article } from './entities/article.entity.js';
import { ArticleUrl } from './entities/article-url.entity.js';
import { ArticleVersion } from './entities/article-version.entity.js';
import { OutboxEntry } from './entities/outbox-entry.entity.js';
import { Receipt } from './entities/receipt.entity.js';
import { rankOf } from './receipt-state.js';
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
        .filter(({ rank }) => rank >= rankOf('stored'))
        .map(({ id, state, articleId }) => [id, { articleId: articleId!, state: state as Stored['state'] }]),
    );
  }

  private async write(manager: EntityManager, { articles, versions, urls, outbox, receipts }: Writes): Promise<void> {
    if (articles.size > 0) {
      await manager
        .createQueryBuilder()
        .insert()
        .into(Article)
        .values([...articles.values()])
        .orUpdate(['revision', 'pub_status', 'record', 'changed_at'], ['id'])
        .updateEntity(false)
        .execute();
    }
    if (versions.length > 0) {
      await manager.createQueryBuilder().insert().into(ArticleVersion).values(versions).orIgnore().execute();
    }
    if (urls.size > 0) {
      const rows = [...urls].map(([url, articleId]) => ({ url, articleId })).sort((a, b) => (a.url < b.url ? -1 : 1));
      await manager
        .createQueryBuilder()
        .insert()
        .into(ArticleUrl)
        .values(rows)
        .orUpdate(['article_id'], ['url'])
        .execute();
    }
    if (outbox.length > 0) {
      await manager.createQueryBuilder().insert().into(OutboxEntry).values(outbox).updateEntity(false).execute();
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
