import { articleChanges, articleState, type EventOf, topicAddress } from '@newsmill/contracts';
import { decodeEvent, header, type NewRecord, traceOf } from '@newsmill/stage';
import type { EntityManager } from 'typeorm';
import { ANY_FACET, facetsOf, joinFacets } from './change-filter.js';

type Change = EventOf<typeof articleChanges>;
type State = EventOf<typeof articleState>;

/** What an article's row in `published_state` says. */
interface Known {
  articleId: string;
  facets: string[];
}

interface Entry {
  record: NewRecord;
  change: Change;
  facets: string[];
}

/**
 * Notes what goes out on the public topics, in the transaction that takes it from the outbox: changes at the end of the
 * change log, states in `published_state`.
 *
 * The numbers of the log are drawn under the lock of its head row, which is held until the transaction ends. So entries
 * become visible in the order of their numbers and without gaps, and a reader behind number n has missed nothing before
 * it; the relay, which works alone, makes that order the one of the topic.
 *
 * An event without record means that the article may not be read any more: the text of earlier entries goes in the same
 * transaction.
 */
export async function appendPublished(
  manager: EntityManager,
  prefix: string,
  records: readonly NewRecord[],
): Promise<void> {
  const [changesAddress, stateAddress] = [articleChanges, articleState].map((topic) => topicAddress(prefix, topic));
  const told = records.filter(({ topic, value }) => topic === changesAddress && value !== null);
  const states = records.filter(({ topic }) => topic === stateAddress);
  const changes = told.map((record) => ({ record, change: decodeEvent(articleChanges, asRead(record)) }));
  const ids = [...new Set([...changes.map(({ change }) => change.articleId), ...states.map(keyOf)])];
  if (ids.length === 0) return;
  const facets = await knownFacets(manager, ids);
  const entries = changes.map(({ record, change }): Entry => {
    const { articleId, revision } = change;
    const before = facets.get(articleId) ?? (revision > 1 ? [ANY_FACET] : []);
    const joined = joinFacets(before, change.record === undefined ? [] : facetsOf(change.record));
    facets.set(articleId, joined);
    return { record, change, facets: joined };
  });
  await appendChanges(manager, entries);
  await putStates(
    manager,
    states.map((record) => [keyOf(record), record.value === null ? null : decodeEvent(articleState, asRead(record))]),
    facets,
  );
}

/** Takes over what the `state` topic says, for a store that is made again. Which facets an article had is not known. */
export async function putPublishedStates(manager: EntityManager, states: readonly State[]): Promise<void> {
  await putStates(
    manager,
    states.map((state) => [state.articleId, state]),
    new Map(),
  );
}

async function knownFacets(manager: EntityManager, ids: readonly string[]): Promise<Map<string, string[]>> {
  const known = await manager.query<Known[]>(
    'SELECT article_id AS "articleId", facets FROM published_state WHERE article_id = ANY($1::uuid[])',
    [ids],
  );
  return new Map(known.map(({ articleId, facets }) => [articleId, facets]));
}

async function appendChanges(manager: EntityManager, entries: readonly Entry[]): Promise<void> {
  if (entries.length === 0) return;
  const [[{ lastSeq }]] = await manager.query<[[{ lastSeq: string }], number]>(
    'UPDATE change_log_head SET last_seq = last_seq + $1 RETURNING last_seq AS "lastSeq"',
    [entries.length],
  );
  const firstSeq = Number(lastSeq) - entries.length + 1;
  const parts = entries.map(({ change }) => partsOf(change));
  const traces = entries.map(({ record }) => traceOf(record));
  await manager.query(
    `INSERT INTO change_log (seq, event_id, source, article_id, revision, change_kind, pub_status, event, record, bytes,
       facets, changed_at, logged_at, traceparent, tracestate)
     SELECT seq, event_id, source, article_id, revision, change_kind, pub_status, event, record, bytes,
       ARRAY(SELECT jsonb_array_elements_text(facets)), changed_at, clock_timestamp(), traceparent, tracestate
     FROM unnest($1::bigint[], $2::text[], $3::text[], $4::uuid[], $5::int[], $6::text[], $7::text[], $8::jsonb[],
       $9::json[], $10::int[], $11::jsonb[], $12::timestamptz[], $13::text[], $14::text[])
       AS e (seq, event_id, source, article_id, revision, change_kind, pub_status, event, record, bytes, facets,
         changed_at, traceparent, tracestate)`,
    [
      entries.map((_, index) => firstSeq + index),
      entries.map(({ record }) => header(record, 'ce_id')),
      entries.map(({ record }) => header(record, 'ce_source')),
      entries.map(({ change }) => change.articleId),
      entries.map(({ change }) => change.revision),
      entries.map(({ change }) => change.changeKind),
      entries.map(({ change }) => change.pubStatus ?? null),
      parts.map(({ event }) => event),
      parts.map(({ record }) => record),
      parts.map(({ bytes }) => bytes),
      entries.map(({ facets }) => JSON.stringify(facets)),
      entries.map(({ record }) => header(record, 'ce_time')),
      traces.map((trace) => trace?.traceparent),
      traces.map((trace) => trace?.tracestate),
    ],
  );
  const hidden = new Map(
    entries.flatMap(({ change }, index) =>
      change.record === undefined ? [[change.articleId, firstSeq + index] as const] : [],
    ),
  );
  if (hidden.size === 0) return;
  await manager.query(
    `UPDATE change_log AS c SET record = NULL, event = c.event - 'correction'
     FROM unnest($1::uuid[], $2::bigint[]) AS hidden (article_id, seq)
     WHERE c.article_id = hidden.article_id AND c.seq < hidden.seq
       AND (c.record IS NOT NULL OR c.event ? 'correction')`,
    [[...hidden.keys()], [...hidden.values()]],
  );
}

/** In their order; `null` is a tombstone. A state never takes the place of a later one. */
async function putStates(
  manager: EntityManager,
  states: readonly (readonly [articleId: string, State | null])[],
  facets: ReadonlyMap<string, string[]>,
): Promise<void> {
  const latest = new Map(states);
  const gone = [...latest].flatMap(([id, state]) => (state === null ? [id] : []));
  if (gone.length > 0) await manager.query('DELETE FROM published_state WHERE article_id = ANY($1::uuid[])', [gone]);
  const put = [...latest.values()].filter((state) => state !== null);
  if (put.length === 0) return;
  const parts = put.map(partsOf);
  await manager.query(
    `INSERT INTO published_state AS p (article_id, revision, event, record, bytes, facets)
     SELECT article_id, revision, event, record, bytes, ARRAY(SELECT jsonb_array_elements_text(facets))
     FROM unnest($1::uuid[], $2::int[], $3::jsonb[], $4::json[], $5::int[], $6::jsonb[])
       AS s (article_id, revision, event, record, bytes, facets)
     ON CONFLICT (article_id) DO UPDATE SET revision = excluded.revision, event = excluded.event,
       record = excluded.record, bytes = excluded.bytes, facets = excluded.facets
     WHERE p.revision <= excluded.revision`,
    [
      put.map(({ articleId }) => articleId),
      put.map(({ revision }) => revision),
      parts.map(({ event }) => event),
      parts.map(({ record }) => record),
      parts.map(({ bytes }) => bytes),
      put.map(({ articleId }) => JSON.stringify(facets.get(articleId) ?? [ANY_FACET])),
    ],
  );
}

function partsOf(value: Change | State): { event: string; record: string | null; bytes: number } {
  const { record, ...rest } = value;
  // jsonb refuses U+0000 and halves of surrogate pairs, which JSON may hold.
  const event = JSON.stringify(rest, (_, part: unknown) =>
    typeof part === 'string' ? part.toWellFormed().replaceAll('\0', '') : part,
  );
  const text = record === undefined ? null : JSON.stringify(record);
  return { event, record: text, bytes: Buffer.byteLength(event) + (text === null ? 0 : Buffer.byteLength(text)) };
}

function keyOf({ key }: NewRecord): string {
  return key!.toString();
}

/** Where a record will stand on the log says nothing of its content. */
function asRead(record: NewRecord): Parameters<typeof decodeEvent>[1] {
  return { ...record, partition: 0, offset: 0n, timestamp: 0 };
}
