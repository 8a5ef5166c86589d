import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { type articleEnriched, type EventOf, mainHeadline } from '@newsmill/contracts';
import { DataSource, type EntityManager, In } from 'typeorm';
import { addressesOf, type ArticleRows, writeArticleRows } from './article-rows.js';
import { Article } from './entities/article.entity.js';
import { ArticleVersion } from './entities/article-version.entity.js';
import { Receipt } from './entities/receipt.entity.js';
import { STORED_RANK } from './receipt-state.js';
import { ReceiptStore, type ReceiptReport } from './receipt-store.js';
import { decideReplay, type Version } from './replay-rule.js';
import { storeDatabase } from './store.database.js';
import { shareStore } from './store-lock.js';
import { decide, type Decision } from './version-rule.js';

/** A version to be stored, with the replays that it came through; none for live traffic. */
export type Incoming = EventOf<typeof articleEnriched> & { replay?: string | undefined };

/** What storing one version came to. */
export interface Stored {
  articleId: string;
  state: 'stored' | 'unchanged' | 'withdrawn';
  /** The revision that it became, if subscribers are told of it. */
  revision?: number;
  /** In words, for the log; absent for a redelivery. */
  told?: string;
}

/** Writes of one transaction. */
interface Writes extends ArticleRows {
  /** Revisions that subscribers are to be told of. */
  outbox: { articleId: string; revision: number }[];
  receipts: ReceiptReport[];
}

/** What the transaction knows, kept up with what it is going to write. */
interface Known {
  articles: Map<string, Article>;
  /** Versions in the history, oldest first, of articles that a replay is about. */
  histories: Map<string, Version[]>;
  /** Receipts that are answered for. */
  settled: Map<string, Stored>;
}

@Injectable()
export class ArticleStore {
  constructor(
    @InjectDataSource(storeDatabase.schema) private readonly database: DataSource,
    private readonly receipts: ReceiptStore,
  ) {}

  /**
   * Stores versions in their order: version rule, history, outbox and receipts in one transaction. A live version whose
   * receipt is already answered for is a redelivery and changes nothing; a replayed one may replace what the receipt gave
   * before.
   */
  async store(events: readonly Incoming[], now: Date): Promise<Stored[]> {
    return this.database.transaction(async (manager) => {
      await shareStore(manager);
      const known: Known = {
        articles: await this.lockArticles(manager, events),
        histories: await this.histories(manager, events),
        settled: await this.settledReceipts(manager, events),
      };
      const writes: Writes = { articles: new Map(), versions: [], urls: new Map(), outbox: [], receipts: [] };
      const results = events.map((event) => {
        const before = event.replay === undefined ? known.settled.get(event.receiptId) : undefined;
        if (before) return before;
        const stored = apply(event, known, writes, now);
        known.settled.set(event.receiptId, { articleId: stored.articleId, state: stored.state });
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
  private async lockArticles(manager: EntityManager, events: readonly Incoming[]): Promise<Map<string, Article>> {
    const ids = [...new Set(events.map(({ articleId }) => articleId))];
    await manager.query(
      `SELECT pg_advisory_xact_lock(key)
       FROM (SELECT DISTINCT hashtextextended(id, 0) AS key FROM unnest($1::text[]) AS id ORDER BY key) AS keys`,
      [ids],
    );
    const found = await manager.findBy(Article, { id: In(ids) });
    return new Map(found.map((article) => [article.id, article]));
  }

  private async histories(manager: EntityManager, events: readonly Incoming[]): Promise<Map<string, Version[]>> {
    const ids = new Set(events.filter(({ replay }) => replay !== undefined).map(({ articleId }) => articleId));
    if (ids.size === 0) return new Map();
    const found = await manager.find(ArticleVersion, { where: { articleId: In([...ids]) }, order: { id: 'ASC' } });
    return Map.groupBy(found, ({ articleId }) => articleId);
  }

  private async settledReceipts(manager: EntityManager, events: readonly Incoming[]): Promise<Map<string, Stored>> {
    const found = await manager.findBy(Receipt, { id: In(events.map(({ receiptId }) => receiptId)) });
    return new Map(
      found
        .filter(({ rank }) => rank >= STORED_RANK)
        .map(({ id, state, articleId }) => [id, { articleId: articleId!, state: state as Stored['state'] }]),
    );
  }

  private async write(manager: EntityManager, writes: Writes): Promise<void> {
    const { outbox, receipts } = writes;
    await writeArticleRows(manager, writes);
    if (outbox.length > 0) {
      await manager.query(
        `INSERT INTO outbox (article_id, revision)
         SELECT article_id, revision
         FROM unnest($1::uuid[], $2::int[]) WITH ORDINALITY AS o (article_id, revision, place) ORDER BY place`,
        [outbox.map(({ articleId }) => articleId), outbox.map(({ revision }) => revision)],
      );
    }
    await this.receipts.report(manager, receipts);
  }
}

/** Applies one version to what is known and notes what is to be written. */
function apply(event: Incoming, known: Known, writes: Writes, now: Date): Stored {
  const { articleId, receiptId, record, replay = '' } = event;
  const current = known.articles.get(articleId);
  const incoming: Version = { receiptId, replay, record };
  const { decision, winner, isHistory } = judge(event, incoming, current, known);

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
  const remember = (version: Version, revision: number | null, changeKind: string, fields: string[]): void => {
    writes.versions.push({ ...version, articleId, revision, changeKind, fields, storedAt: now });
    known.histories.set(articleId, [...(known.histories.get(articleId) ?? []), version]);
  };
  if (isHistory) remember(incoming, null, winner === incoming ? 'unchanged' : 'late', []);
  const title = mainHeadline((winner ?? incoming).record) || '(no headline)';
  if (winner === undefined) {
    const told = isHistory ? { told: `older version of “${title}” kept in the history` } : {};
    return { articleId, state, ...told };
  }
  const revision = (current?.revision ?? 0) + (decision.kind === 'change' ? 1 : 0);
  const article: Article = {
    id: articleId,
    revision,
    pubStatus: winner.record.pubStatus,
    record: winner.record,
    receiptId: winner.receiptId,
    replay: winner.replay,
    storedAt: current?.storedAt ?? now,
    changedAt: decision.kind === 'change' ? now : current!.changedAt,
  };
  known.articles.set(articleId, article);
  writes.articles.set(articleId, article);
  if (decision.kind !== 'change') return { articleId, state };
  const { changeKind, fields } = decision;
  remember(winner, revision, changeKind, fields);
  writes.outbox.push({ articleId, revision });
  const moved = fields.length > 0 ? ` (${fields.join(', ')})` : '';
  return { articleId, state, revision, told: `${changeKind}: “${title}”${moved} /v1/articles/${articleId}` };
}

/** What the version means: the decision, the version that wins if the article is written, and whether it is history. */
function judge(
  event: Incoming,
  incoming: Version,
  current: Article | undefined,
  { histories, settled }: Known,
): { decision: Decision; winner: Version | undefined; isHistory: boolean } {
  if (event.replay !== undefined) {
    const wasUnchanged = settled.get(event.receiptId)?.state === 'unchanged';
    return decideReplay(current, incoming, histories.get(event.articleId) ?? [], wasUnchanged);
  }
  const decision = decide(current, event.record);
  const isLate = decision.kind === 'late';
  return { decision, winner: isLate ? undefined : incoming, isHistory: isLate };
}
