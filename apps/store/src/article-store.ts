import { Injectable, Logger } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { type articleEnriched, articleUri, type EventOf } from '@newsmill/contracts';
import type { TraceContext } from '@newsmill/stage';
import { DataSource, type EntityManager, In } from 'typeorm';
import { addressesOf, claimAddress, identify, ownersOf } from './article-identity.js';
import { type AddressOwner, nextVersionIds, writeArticleRows } from './article-rows.js';
import { Article } from './entities/article.entity.js';
import { Receipt } from './entities/receipt.entity.js';
import type { Fold } from './life-cycle/fold.js';
import type { VersionKey } from './life-cycle/version-key.js';
import { STORED_RANK } from './receipt-state.js';
import { ReceiptStore, type ReceiptReport } from './receipt-store.js';
import { storeDatabase } from './store.database.js';
import { shareStore } from './store-lock.js';
import { type ArticleWrites, StoredArticle } from './stored-article.js';
import { readKeys, updateVersions, VersionRecords } from './version-store.js';

/** A version to be stored, with the replays that it came through; none for live traffic. */
export type Incoming = EventOf<typeof articleEnriched> & {
  replay?: string | undefined;
  /** The span that what it changes comes of. */
  trace?: TraceContext | undefined;
};

/** What storing one version came to. */
export interface Stored {
  articleId: string;
  state: 'stored' | 'unchanged' | 'withdrawn' | 'held';
  /** The revision that the article came to, if subscribers are told of it. */
  revision?: number;
  /** In words, for the log. */
  told?: string;
  /** It came again: its receipt was answered for before. */
  isRedelivered?: true;
}

/** What time came to. */
export interface Released {
  /** What subscribers are told, in words, for the log. */
  words: string[];
  /** Nothing more is due. */
  isDone: boolean;
}

/** Articles that time changes in one transaction. */
const RELEASE_BATCH = 100;
/** One instance at a time does what is due; the others would wait for the same articles. */
const RELEASE_LOCK = 7_203_454;

/** Everything that one transaction is going to write. */
interface Writes extends ArticleWrites {
  urls: Map<string, AddressOwner>;
  receipts: ReceiptReport[];
}

/**
 * Keeps articles: what comes in is added to the history, the history is folded, and what that makes of the article is
 * compared with what the public was told. Whatever changes an article goes this one way.
 */
@Injectable()
export class ArticleStore {
  private readonly logger = new Logger('store');

  constructor(
    @InjectDataSource(storeDatabase.schema) private readonly database: DataSource,
    private readonly receipts: ReceiptStore,
  ) {}

  /**
   * Stores versions in their order: history, outbox and receipts in one transaction. A live version whose receipt is
   * already answered for is a redelivery and changes nothing; a replayed one may replace what the receipt gave before.
   */
  async store(events: readonly Incoming[], now: Date): Promise<Stored[]> {
    for (;;) {
      const stored = await this.database.transaction((manager) => this.tryToStore(manager, events, now));
      if (stored !== undefined) return stored;
    }
  }

  /**
   * Adds versions to the history and tells nothing yet: what one of them means is not known before all are there. To be
   * followed by {@link store} with the same versions.
   */
  async remember(events: readonly Incoming[], now: Date): Promise<void> {
    for (;;) {
      const isDone = await this.database.transaction((manager) => this.tryToStore(manager, events, now, false));
      if (isDone !== undefined) return;
    }
  }

  /** Does what is due: embargoes end, articles expire. Done as well when another instance is at it. */
  async release(now: Date): Promise<Released> {
    const due = 'SELECT article_id AS id FROM article_due WHERE at <= $1 ORDER BY at LIMIT $2';
    if ((await this.database.query<object[]>(due, [now, 1])).length === 0) return { words: [], isDone: true };
    return this.database.transaction(async (manager) => {
      if (!(await this.startRelease(manager))) return { words: [], isDone: true };
      const rows = await manager.query<{ id: string }[]>(due, [now, RELEASE_BATCH]);
      const writes = noWrites();
      const articles = await this.lockAndRead(manager, rows, writes);
      const words: string[] = [];
      for (const article of articles.values()) {
        writes.dues.set(article.id, undefined);
        const settled = await article.settle(now);
        reportReleased(article.id, settled.folded, writes, now);
        if (settled.words !== undefined) words.push(settled.words);
      }
      await this.write(manager, writes);
      return { words, isDone: rows.length < RELEASE_BATCH };
    });
  }

  /**
   * Takes the stub of articles that have been withdrawn for so many milliseconds from `state`, and their texts from the
   * history, as soon as subscribers have been told all of them. Returns how many.
   */
  async bury(now: Date, afterMs: number): Promise<number> {
    return this.database.transaction(async (manager) => {
      if (!(await this.startRelease(manager))) return 0;
      const gone = (ids: string): string =>
        `SELECT id FROM article a WHERE pub_status = 'canceled' AND buried_at IS NULL AND changed_at <= $1 ${ids}
           AND NOT EXISTS (SELECT FROM outbox o WHERE o.article_id = a.id) LIMIT $2`;
      const before = new Date(now.getTime() - afterMs);
      const rows = await manager.query<{ id: string }[]>(gone(''), [before, RELEASE_BATCH]);
      const writes = noWrites();
      const articles = await this.lockAndRead(manager, rows, writes);
      // It may have been restored before its lock was had.
      const still = await manager.query<{ id: string }[]>(gone('AND id = ANY($3::uuid[])'), [
        before,
        RELEASE_BATCH,
        rows.map(({ id }) => id),
      ]);
      for (const { id } of still) articles.get(id)!.bury(now);
      await this.write(manager, writes);
      return still.length;
    });
  }

  /** Undefined when an address has changed hands while its lock was waited for. */
  private async tryToStore(
    manager: EntityManager,
    events: readonly Incoming[],
    now: Date,
    isTold = true,
  ): Promise<Stored[] | undefined> {
    await shareStore(manager);
    const urls = [...new Set(events.flatMap(({ record }) => [...addressesOf(record).keys()]))];
    const likely = await ownersOf(manager, urls);
    const ids = new Set([...events, ...likely.values()].map(({ articleId }) => articleId));
    await lock(manager, [...ids, ...urls]);
    const owners = await ownersOf(manager, urls);
    if ([...owners.values()].some(({ articleId }) => !ids.has(articleId))) return undefined;

    const writes = noWrites();
    const articles = await this.read(manager, [...ids], writes);
    const settled = await this.settledReceipts(manager, events);
    const rowIds = await nextVersionIds(manager, events.length);
    const results: Stored[] = [];
    for (const [index, event] of events.entries()) {
      const redelivered = event.replay === undefined ? settled.get(event.receiptId) : undefined;
      if (redelivered) {
        results.push({ ...redelivered, isRedelivered: true });
        continue;
      }
      const article = this.add(event, rowIds[index]!, articles, owners, writes, now);
      if (!isTold) continue;
      const stored = await settle(article, event, writes, now);
      settled.set(event.receiptId, { articleId: stored.articleId, state: stored.state });
      results.push(stored);
    }
    await this.write(manager, writes);
    return results;
  }

  /** Adds a version to the article that it is of. */
  private add(
    event: Incoming,
    rowId: string,
    articles: ReadonlyMap<string, StoredArticle>,
    owners: Map<string, AddressOwner>,
    writes: Writes,
    now: Date,
  ): StoredArticle {
    const { articleId, met } = identify(event, (id) => articles.get(id)?.isKnown ?? false, owners);
    if (met.length > 0) {
      this.logger.warn(`article ${articleId} has come to an address of ${met.join(', ')}: both are kept`);
    }
    const { receiptId, replay = '' } = event;
    const record = articleId === event.articleId ? event.record : { ...event.record, uri: articleUri(articleId) };
    for (const [url, isOwn] of addressesOf(record)) {
      claimAddress(owners, url, { articleId, isOwn });
      writes.urls.set(url, owners.get(url)!);
    }
    const article = articles.get(articleId)!;
    article.add(rowId, { receiptId, replay, record }, now);
    return article;
  }

  private async startRelease(manager: EntityManager): Promise<boolean> {
    await shareStore(manager);
    const [{ held }] = await manager.query<[{ held: boolean }]>('SELECT pg_try_advisory_xact_lock($1) AS held', [
      RELEASE_LOCK,
    ]);
    return held;
  }

  private async lockAndRead(
    manager: EntityManager,
    rows: readonly { id: string }[],
    writes: Writes,
  ): Promise<Map<string, StoredArticle>> {
    if (rows.length === 0) return new Map();
    const ids = rows.map(({ id }) => id);
    await lock(manager, ids);
    return this.read(manager, ids, writes);
  }

  private async read(
    manager: EntityManager,
    ids: readonly string[],
    writes: Writes,
  ): Promise<Map<string, StoredArticle>> {
    const found = await manager.findBy(Article, { id: In([...ids]) });
    const told = new Map(found.map((article) => [article.id, article]));
    const keys = await readKeys(manager, ids);
    const records = new VersionRecords(manager);
    return new Map(ids.map((id) => [id, new StoredArticle(id, keys.get(id) ?? [], told.get(id), records, writes)]));
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
    await writeArticleRows(manager, writes, true);
    await updateVersions(manager, writes);
    const { dues, tombstones } = writes;
    const never = [...dues].filter(([, at]) => at === undefined).map(([id]) => id);
    if (never.length > 0) await manager.query('DELETE FROM article_due WHERE article_id = ANY($1::uuid[])', [never]);
    const due = [...dues].filter(([, at]) => at !== undefined);
    if (due.length > 0) {
      await manager.query(
        `INSERT INTO article_due (article_id, at) SELECT * FROM unnest($1::uuid[], $2::timestamptz[])
         ON CONFLICT (article_id) DO UPDATE SET at = excluded.at`,
        [due.map(([id]) => id), due.map(([, at]) => at)],
      );
    }
    if (tombstones.length > 0) {
      await manager.query('INSERT INTO outbox (article_id, revision) SELECT * FROM unnest($1::uuid[], $2::int[])', [
        tombstones.map(({ articleId }) => articleId),
        tombstones.map(({ revision }) => revision),
      ]);
    }
    await this.receipts.report(manager, writes.receipts);
  }
}

/**
 * Articles and addresses are locked by name, new ones too: a holder that lost its partition and wakes late must not
 * overwrite what its successor stored. In sorted order, so that two transactions never wait for each other in a circle.
 */
async function lock(manager: EntityManager, names: readonly string[]): Promise<void> {
  await manager.query(
    `SELECT pg_advisory_xact_lock(key)
     FROM (SELECT DISTINCT hashtextextended(name, 0) AS key FROM unnest($1::text[]) AS name ORDER BY key) AS keys`,
    [names],
  );
}

/** What an article is with the version of a receipt, and what became of that. */
async function settle(
  article: StoredArticle,
  { receiptId, trace }: Incoming,
  writes: Writes,
  now: Date,
): Promise<Stored> {
  const { id: articleId } = article;
  // An earlier trace is linked to, and a stored context is continued.
  const settled = await article.settle(now, trace?.isEarlier ? undefined : trace);
  const { state, reason } = stateOf(article.versionOf(receiptId)!, settled.folded);
  writes.receipts.push({ id: receiptId, state, stage: 'store', articleId, at: now, ...(reason && { reason }) });
  reportReleased(articleId, settled.folded, writes, now);
  const words = settled.words ?? (reason && `${reason} /v1/articles/${articleId}`);
  return {
    articleId,
    state,
    ...(settled.told && { revision: settled.told.revision }),
    ...(words !== undefined && { told: words }),
  };
}

/** What became of one version, whatever came before or after it. */
function stateOf(
  version: VersionKey,
  { held, runs, standing, due }: Fold,
): { state: Stored['state']; reason?: string } {
  if (version.pubStatus === 'canceled') return { state: 'withdrawn' };
  if (held.has(version)) return { state: 'held', reason: `under embargo until ${releaseTime(version, due)}` };
  const run = runs.find(({ members }) => members.includes(version))!;
  if (run.members.length > 1) return { state: 'unchanged' };
  if (standing === undefined || run.members.includes(standing.version)) return { state: 'stored' };
  const isKilled = standing.version.pubStatus === 'canceled';
  const what = isKilled ? 'the article is withdrawn' : 'an older version';
  return { state: 'stored', reason: `${what}: kept in the history` };
}

/** Its own, or the next moment when its embargo was moved. */
function releaseTime({ embargoedUntil }: VersionKey, due: number | undefined): string {
  return new Date(Math.max(embargoedUntil!.getTime(), due ?? 0)).toISOString();
}

/** What was held is answered for with its release. */
function reportReleased(articleId: string, folded: Fold, { receipts }: Writes, now: Date): void {
  for (const { version } of folded.passed) {
    if (version.embargoedUntil === null) continue;
    const { state, reason } = stateOf(version, folded);
    receipts.push({ id: version.receiptId, state, stage: 'store', articleId, at: now, ...(reason && { reason }) });
  }
}

function noWrites(): Writes {
  return {
    articles: new Map(),
    versions: [],
    revisions: [],
    urls: new Map(),
    dues: new Map(),
    tombstones: [],
    superseded: [],
    confirmed: new Map(),
    elapsed: new Map(),
    inherited: [],
    emptied: new Map(),
    receipts: [],
  };
}
