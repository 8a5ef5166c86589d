import {
  type ArticleRecord,
  articleChanges,
  articleState,
  mainHeadline,
  plainBody,
  topicAddress,
} from '@newsmill/contracts';
import type { Transport } from '@newsmill/stage';
import type { QueryResultRow } from 'pg';
import { OPEN_STATES } from '../../apps/store/src/receipt-state.ts';
import { contentHash } from './articles.ts';
import type { Ledger } from './ledger.ts';

/** An installation that can be looked into from outside of what breaks. */
export interface Inspected {
  /** First part of every topic's address. */
  readonly prefix: string;
  /** Processes whose counters can be read. */
  readonly instances: readonly { readonly isRunning: boolean; readonly url: string }[];
  /** Articles that were there before the ledger was opened. */
  readonly earlier?: ReadonlySet<string>;
  /** Runs the command. */
  newsmill(...args: string[]): Promise<string>;
  query<Row extends QueryResultRow>(text: string, values?: unknown[]): Promise<Row[]>;
  log(): Promise<Pick<Transport, 'read'>>;
}

/** What the ledger, the database, the public topics and the account say of one another. */
export interface Check {
  /** Promised and not stored. */
  lost: number;
  /** Stored more than once: as versions, as revisions or as changes for a consumer that follows the contract. */
  duplicates: number;
  /** Stored and never sent. */
  unknown: number;
  /** Stored with other content than was pushed. */
  altered: number;
  /** Records on the public topics that repeat a (`ce_source`, `ce_id`): allowed, and harmless by the contract. */
  publicRepeats: number;
  account: { database: string; metrics: string };
  problems: string[];
}

interface Line {
  id: string;
  revision: number;
  record: ArticleRecord;
  /** Revisions that were told of it, and versions that stand more than once. */
  told: number;
  repeated: number;
}

/** @param uncountable why the metrics cannot close the account, where they cannot */
export async function check(deployment: Inspected, ledger: Ledger, uncountable: string | undefined): Promise<Check> {
  const result: Check = {
    lost: 0,
    duplicates: 0,
    unknown: 0,
    altered: 0,
    publicRepeats: 0,
    account: { database: '', metrics: '' },
    problems: [],
  };
  const hashes = await checkDatabase(deployment, ledger, result);
  await checkPublic(deployment, hashes, result);
  await checkAccount(deployment, uncountable, result);
  for (const name of ['lost', 'duplicates', 'unknown', 'altered'] as const) {
    if (result[name] > 0) result.problems.push(`${result[name]} ${name}`);
  }
  return result;
}

/** @returns content hash and revision by article as stored */
async function checkDatabase(
  deployment: Inspected,
  { promised, sent }: Ledger,
  result: Check,
): Promise<Map<string, { hash: string; revision: number }>> {
  const stored = new Map<string, { hash: string; revision: number }>();
  const guids = new Set<string>();
  for (let after = '00000000-0000-0000-0000-000000000000'; ;) {
    const lines = await deployment.query<Line>(
      `SELECT id, revision, record,
         (SELECT count(*)::int FROM store.article_revision WHERE article_id = article.id) AS told,
         (SELECT (count(*) - count(DISTINCT (receipt_id, replay)))::int FROM store.article_version
          WHERE article_id = article.id) AS repeated
       FROM store.article WHERE id > $1 ORDER BY id LIMIT 500`,
      [after],
    );
    for (const { id, revision, record, told, repeated } of lines) {
      after = id;
      if (deployment.earlier?.has(id)) continue;
      const hash = contentHash(mainHeadline(record), plainBody(record));
      stored.set(id, { hash, revision });
      const guid = /pier-\d+$/.exec(record.x.url.original)?.[0] ?? '';
      if (!sent.has(guid)) result.unknown += 1;
      if (guids.has(guid) || revision !== 1 || told !== 1 || repeated > 0) result.duplicates += 1;
      guids.add(guid);
    }
    if (lines.length === 0) break;
  }
  for (const [id, { hash }] of promised) {
    const found = stored.get(id);
    if (found === undefined) result.lost += 1;
    else if (found.hash !== hash) result.altered += 1;
  }
  return stored;
}

/** Reads committed records as a consumer does: drops repeated ids, applies a revision that is greater than its own. */
async function checkPublic(
  deployment: Inspected,
  stored: ReadonlyMap<string, { hash: string; revision: number }>,
  result: Check,
): Promise<void> {
  const log = await deployment.log();
  for (const topic of [articleChanges, articleState]) {
    const ids = new Set<string>();
    const own = new Map<string, { revision: number; effects: number; hash: string }>();
    for await (const { headers, value } of log.read(topicAddress(deployment.prefix, topic), 'earliest')) {
      const id = `${String(headers['ce_source'])} ${String(headers['ce_id'])}`;
      if (ids.has(id)) {
        result.publicRepeats += 1;
        continue;
      }
      ids.add(id);
      const { articleId, revision, record } = JSON.parse(String(value)) as {
        articleId: string;
        revision: number;
        record: ArticleRecord;
      };
      if (deployment.earlier?.has(articleId)) continue;
      const before = own.get(articleId);
      const isRepeat = before !== undefined && before.revision === revision;
      if (isRepeat) result.duplicates += 1;
      if (before !== undefined && before.revision >= revision) continue;
      const hash = contentHash(mainHeadline(record), plainBody(record));
      own.set(articleId, { revision, effects: (before?.effects ?? 0) + 1, hash });
    }
    let [missing, other] = [0, 0];
    for (const [id, { hash, revision }] of stored) {
      const seen = own.get(id);
      if (seen === undefined) missing += 1;
      else if (seen.hash !== hash || seen.revision !== revision) other += 1;
    }
    if (missing > 0) result.problems.push(`${missing} articles are missing on ${topic.name}`);
    if (other > 0) result.problems.push(`${other} articles differ on ${topic.name}`);
    const unknown = [...own.keys()].filter((id) => !stored.has(id)).length;
    if (unknown > 0) result.problems.push(`${unknown} articles on ${topic.name} are not in the store`);
  }
}

interface Report {
  receipts: { received: number; open: number; states: Record<string, number> };
  database: { closes?: boolean; told: string };
  metrics?: { closes?: boolean; told: string };
}

/** The conservation law, from the database and, where no process lost its counters, from the metrics. */
async function checkAccount(deployment: Inspected, uncountable: string | undefined, result: Check): Promise<void> {
  const running = deployment.instances.filter(({ isRunning }) => isRunning);
  const metrics = running.map(({ url }) => `${url}/metrics`).join(',');
  const counted = uncountable === undefined && metrics !== '' ? ['--metrics', metrics] : [];
  const output = await deployment.newsmill('status', '--json', ...counted);
  const report = JSON.parse(output.slice(output.indexOf('{'))) as Report;
  const { states, received, open } = report.receipts;
  const ends = ['stored', 'unchanged', 'rejected', 'withdrawn', 'dead'].map(
    (state) => `${states[state] ?? 0} ${state}`,
  );
  result.account.database = `${received} = ${ends.join(' + ')}${open > 0 ? ` + ${open} open` : ''}`;
  if (open > 0 || report.database.closes !== true) {
    const stuck = await deployment.query<{ place: string; count: number }>(
      `SELECT concat_ws(' by ', state, stage) AS place, count(*)::int AS count FROM store.receipt
       WHERE state = ANY($1) GROUP BY 1 ORDER BY 1`,
      [OPEN_STATES],
    );
    const places = stuck.map(({ place, count }) => `${count} ${place}`).join(', ');
    result.problems.push(`database: ${report.database.told} (${places})`);
  }
  if (uncountable !== undefined) result.account.metrics = `not countable: ${uncountable}`;
  else {
    result.account.metrics = report.metrics?.told ?? 'no metrics';
    if (report.metrics?.closes !== true) result.problems.push(`metrics: ${result.account.metrics}`);
  }
}
