import {
  articleChanges,
  articleEnriched,
  articleOutcomes,
  articleState,
  type EventOf,
  type Topic,
  topicAddress,
} from '@newsmill/contracts';
import { decodeEvent, type LogRecord, markReplayed, replayOf, type Transport } from '@newsmill/stage';
import { isDeepStrictEqual } from 'node:util';
import { type DataSource, type EntityManager, In } from 'typeorm';
import { nextVersionIds, writeArticleRows } from './article-rows.js';
import { ArticleStore, type Incoming } from './article-store.js';
import { Article } from './entities/article.entity.js';
import { RELAY_LOCK } from './outbox-relay.js';
import { ReceiptStore } from './receipt-store.js';
import { rowsOf, type Told, toTold } from './rebuilt-revision.js';
import { HELD, rankOf } from './receipt-state.js';
import { stepsSince, toSteps, writeSteps } from './receipt-steps.js';
import { storeDatabase } from './store.database.js';
import { holdStore } from './store-lock.js';
import { toReports } from './store.controller.js';
import { putPublishedStates } from './subscribers/append-published.js';

export interface RebuildOptions {
  transport: Transport;
  prefix: string;
  /** Of the store, its schema up to date. */
  database: DataSource;
  /** Empty a store that holds something. */
  force?: boolean;
  /** Sorts above every replay before; marks what is caught up. */
  replayId: string;
  /** Days for which the steps of receipts are kept. */
  traceDays: number;
  /** Milliseconds since the epoch; the machine's clock unless told otherwise. */
  clock?(): number;
  onProgress?(phase: RebuildPhase, events: number): void;
}

export type RebuildPhase = 'changes' | 'state' | 'outcomes' | 'enriched';

/** Events read in each phase, and how many revisions the last one still had to tell of. */
export type RebuildReport = Record<RebuildPhase, number> & { caughtUp: number };

/** The store holds something, or has changes that are not on the log yet. */
export class StoreInUse extends Error {
  override readonly name = 'StoreInUse';
}

const BATCH = 200;
const BATCH_BYTES = 16 * 1024 * 1024;
/** How long the relay gets to put what is in the outbox on the log. */
const DRAIN_MS = 30_000;

/**
 * Makes the store again from the log. The public topics are the truth: `changes` gives the history as far back as it is
 * kept, `state` every article; `outcomes` gives the account. All of it in one transaction: killed at any moment, the store
 * is what it was before. Stages that run meanwhile pause. Nothing is told to subscribers, who know it already.
 *
 * Then the versions that the log still has go through the version rule once more: what the lost store had settled and not
 * told yet is stored, and told, now.
 * @throws StoreInUse when it holds something and `force` is not set, or cannot tell what it holds
 */
export async function rebuildStore(options: RebuildOptions): Promise<RebuildReport> {
  const { database, clock = Date.now, onProgress = () => undefined } = options;
  const report: RebuildReport = { changes: 0, state: 0, outcomes: 0, enriched: 0, caughtUp: 0 };
  const count = (phase: RebuildPhase, events: number): void => {
    report[phase] += events;
    onProgress(phase, report[phase]);
  };
  const receipts = new ReceiptStore(database);
  const stepsFrom = stepsSince(options.traceDays, Date.now());
  await database.transaction(async (manager) => {
    await holdStore(manager);
    await makeEmpty(database, manager, options.force ?? false);
    for await (const batch of readBatches(options, articleChanges)) {
      await writeTold(manager, toldIn(batch));
      count('changes', batch.length);
    }
    const gone = new Set<string>();
    for await (const batch of readBatches(options, articleState, gone)) {
      await writeStates(manager, toldIn(batch));
      await putPublishedStates(
        manager,
        batch.map(({ event }) => event),
      );
      count('state', batch.length);
    }
    for await (const batch of readBatches(options, articleOutcomes)) {
      await receipts.report(
        manager,
        batch.flatMap(({ event }) => toReports(event)),
      );
      await writeSteps(
        manager,
        batch.flatMap(({ event }) => toSteps(event, stepsFrom)),
      );
      count('outcomes', batch.length);
    }
    await finish(manager, gone);
  });
  const articles = new ArticleStore(database, receipts);
  const now = (): Date => new Date(clock());
  for await (const batch of readBatches(options, articleEnriched)) {
    await articles.remember(asReplayed(batch, options.replayId), now());
  }
  for await (const batch of readBatches(options, articleEnriched)) {
    const stored = await articles.store(asReplayed(batch, options.replayId), now());
    report.caughtUp += stored.filter(({ revision }) => revision !== undefined).length;
    count('enriched', batch.length);
  }
  return report;
}

function asReplayed(batch: readonly Read<typeof articleEnriched>[], replayId: string): Incoming[] {
  return batch.map(({ event, record }) => ({
    ...event,
    replay: replayOf(markReplayed(record, articleEnriched.name, replayId)),
  }));
}

async function makeEmpty(database: DataSource, manager: EntityManager, force: boolean): Promise<void> {
  const isThere = async (table: string): Promise<boolean> => {
    const [{ found }] = await database.query<[{ found: boolean }]>(`SELECT EXISTS (SELECT FROM ${table}) AS found`);
    return found;
  };
  const tables = [
    'article',
    'article_version',
    'article_revision',
    'article_due',
    'article_url',
    'article_guid',
    'receipt',
    'receipt_step',
    'outbox',
    'published_state',
  ];
  const used = await Promise.all(tables.map(isThere));
  if (!used.includes(true)) return;
  if (!force) throw new StoreInUse('the store is not empty: a rebuild replaces all of it (--force)');
  // A schema beside the store's own has no relay: nobody is told of what stands in its outbox.
  const isOwn = (database.options as { schema?: string }).schema === storeDatabase.schema;
  for (const deadline = performance.now() + DRAIN_MS; isOwn && (await isThere('outbox'));) {
    if (performance.now() > deadline) {
      throw new StoreInUse('changes wait in the outbox and nobody puts them on the log: start the store service first');
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  if (isOwn) await manager.query('SELECT pg_advisory_xact_lock($1)', [RELAY_LOCK]);
  for (const table of tables) await manager.query(`DELETE FROM ${table}`);
}

function toldIn(batch: readonly Read<typeof articleChanges | typeof articleState>[]): Told[] {
  return batch.map(({ event, record }) => toTold(event, record));
}

async function writeTold(manager: EntityManager, told: readonly Told[], before?: Map<string, Article>): Promise<void> {
  await writeArticleRows(manager, rowsOf(told, await nextVersionIds(manager, told.length), before), false);
}

/** What `changes` has told already is left as it is: it says more of a revision than `state` does. */
async function writeStates(manager: EntityManager, batch: readonly Told[]): Promise<void> {
  const found = await manager.findBy(Article, { id: In(batch.map(({ articleId }) => articleId)) });
  const known = new Map(found.map((article) => [article.id, article]));
  const news = batch.filter(({ articleId, revision, basis, record }) => {
    const article = known.get(articleId);
    if (article === undefined || article.revision !== revision) return revision > (article?.revision ?? 0);
    return article.receiptId !== (basis?.receiptId ?? '') || !isDeepStrictEqual(article.record, record);
  });
  await writeTold(manager, news, known);
}

/**
 * What follows from all that was told: of one receipt the last version counts; what may change with time is due now;
 * a withdrawn article without a stub has had its tombstone; what was held and has been told is stored.
 * @param gone articles that have a stub on `state`
 */
async function finish(manager: EntityManager, gone: ReadonlySet<string>): Promise<void> {
  // That a version has expired says less of it than what told it before.
  const rank = (row: string): string => `(NOT (${row}.pub_status = 'usable' AND ${row}.record IS NULL), ${row}.id)`;
  await manager.query(
    `UPDATE article_version v SET superseded = true FROM article_version other
     WHERE other.article_id = v.article_id AND other.receipt_id = v.receipt_id AND v.receipt_id <> ''
       AND ${rank('other')} > ${rank('v')}`,
  );
  await manager.query(
    `INSERT INTO article_due (article_id, at)
     SELECT article_id, min(expires) FROM article_version WHERE expires IS NOT NULL GROUP BY 1`,
  );
  await manager.query(
    `UPDATE article SET buried_at = changed_at WHERE pub_status = 'canceled' AND id <> ALL($1::uuid[])`,
    [[...gone]],
  );
  await manager.query(
    `UPDATE article_version v SET record = NULL FROM article a WHERE a.id = v.article_id AND a.buried_at IS NOT NULL`,
  );
  await manager.query(
    `UPDATE receipt SET state = 'stored', rank = $2
     WHERE state = $1 AND EXISTS (SELECT FROM article_version v WHERE v.receipt_id = receipt.id)`,
    [HELD, rankOf('stored')],
  );
}

interface Read<T extends Topic> {
  event: EventOf<T>;
  record: LogRecord;
}

/**
 * Events of a topic in batches. What cannot be read is left out: the store never wrote it.
 * @param gone is kept up with the keys that are withdrawn, and not forgotten by a tombstone
 */
async function* readBatches<T extends Topic>(
  { transport, prefix }: RebuildOptions,
  topic: T,
  gone = new Set<string>(),
): AsyncGenerator<Read<T>[]> {
  let batch: Read<T>[] = [];
  let bytes = 0;
  for await (const record of transport.read(topicAddress(prefix, topic), 'earliest')) {
    const event = record.value === null ? undefined : readable(topic, record);
    noteGone(gone, record, event);
    if (event === undefined) continue;
    bytes += record.value!.length;
    if (batch.length > 0 && (batch.length >= BATCH || bytes > BATCH_BYTES)) {
      yield batch;
      [batch, bytes] = [[], record.value!.length];
    }
    batch.push({ event, record });
  }
  if (batch.length > 0) yield batch;
}

function noteGone(gone: Set<string>, { key, value }: LogRecord, event: unknown): void {
  const name = key?.toString() ?? '';
  if (value === null) gone.delete(name);
  else if ((event as { pubStatus?: string } | undefined)?.pubStatus === 'canceled') gone.add(name);
  else gone.delete(name);
}

function readable<T extends Topic>(topic: T, record: LogRecord): EventOf<T> | undefined {
  try {
    return decodeEvent(topic, record);
  } catch {
    return undefined;
  }
}
