import { articleChanges } from '@newsmill/contracts';
import { readTraceContext, type TraceContext } from '@newsmill/stage';
import type { DataSource } from 'typeorm';
import { type ChangeFilter, filterCondition } from './change-filter.js';
import { changeCursor, type LogPlace, type StatePlace } from './cursor.js';
import { Semaphore } from './semaphore.js';

/** Entries that one query looks at, whatever number of them the filter lets through. */
const WINDOW = 2_000;
/** Queries of subscribers that run at once: the stages need the other connections of the pool. */
const READERS = 3;

/** The place is not in the log any more, or never was in this one. */
export class PlaceNotKept extends Error {
  override readonly name = 'PlaceNotKept';
}

export interface LogHead {
  logId: string;
  lastSeq: number;
  /** Entries up to this one have been forgotten. */
  keptAfter: number;
}

/** A change as subscribers get it. */
export interface ToldChange {
  seq: number;
  changeKind: string;
  /** CloudEvents 1.0, JSON format. */
  text: string;
  /** The span that it came of. */
  trace?: TraceContext;
}

export interface ChangePage {
  head: LogHead;
  changes: ToldChange[];
  /** Where to go on: everything up to here is in the page, or does not fit the filter. */
  position: number;
}

export interface ReadOptions {
  filter: ChangeFilter;
  limit: number;
  /** Octets of the page, unless a single change is larger. */
  maxBytes: number;
}

export interface StatePage {
  /** Values of the `state` topic as JSON, by article id. */
  states: string[];
  log: LogPlace;
  /** Absent on the last page. */
  next?: StatePlace;
}

interface EntryRow {
  seq: string;
  eventId: string;
  source: string;
  articleId: string;
  changeKind: string;
  event: string;
  record: string | null;
  time: Date;
  traceparent: string | null;
  tracestate: string | null;
}

interface HeadRow {
  logId: string;
  lastSeq: string;
  keptAfter: string;
}

const ENTRY_COLUMNS = `c.seq, c.event_id AS "eventId", c.source, c.article_id AS "articleId", c.change_kind AS "changeKind",
  c.event::text AS event, c.record::text AS record, c.changed_at AS time, c.traceparent, c.tracestate`;

const HEAD_COLUMNS = 'h.log_id AS "logId", h.last_seq AS "lastSeq", h.kept_after AS "keptAfter"';

/** Reads what has been told to subscribers, in its order. */
export class ChangeLog {
  private readonly readers = new Semaphore(READERS);
  private readonly running = new Map<string, Promise<ChangePage>>();

  constructor(private readonly database: DataSource) {}

  async head(): Promise<LogHead> {
    const [row] = await this.database.query<[HeadRow]>(`SELECT ${HEAD_COLUMNS} FROM change_log_head h`);
    return toHead(row);
  }

  /**
   * What comes behind `seq`. Those who stand at the same place and want the same share one query.
   * @throws PlaceNotKept when entries behind `seq` have been forgotten, or the log has never reached it
   */
  read(seq: number, options: ReadOptions): Promise<ChangePage> {
    const key = JSON.stringify([seq, options]);
    const running = this.running.get(key);
    if (running) return running;
    const page = this.readers.run(() => this.query(seq, options)).finally(() => this.running.delete(key));
    this.running.set(key, page);
    return page;
  }

  private async query(seq: number, { filter, limit, maxBytes }: ReadOptions): Promise<ChangePage> {
    const parameters: unknown[] = [seq, seq + WINDOW, limit, maxBytes];
    const condition = filterCondition(filter, parameters);
    // One statement, one snapshot: head and entries belong together.
    const rows = await this.database.query<(HeadRow & EntryRow & { seq: string | null; fitting: string | null })[]>(
      `SELECT ${HEAD_COLUMNS}, page.fitting, ${ENTRY_COLUMNS}
       FROM change_log_head h
       LEFT JOIN (
         SELECT seq, row_number() OVER w AS place, sum(bytes) OVER w AS total, count(*) OVER () AS fitting
         FROM change_log WHERE seq > $1 AND seq <= $2 AND ${condition}
         WINDOW w AS (ORDER BY seq) ORDER BY seq LIMIT $3
       ) AS page ON page.place = 1 OR page.total <= $4
       LEFT JOIN change_log c ON c.seq = page.seq
       ORDER BY c.seq`,
      parameters,
    );
    const head = toHead(rows[0]!);
    if (seq < head.keptAfter || seq > head.lastSeq) throw new PlaceNotKept();
    const changes = rows.flatMap((row) => (row.seq === null ? [] : [toTold(row, head.logId)]));
    const isCut = changes.length < Number(rows[0]!.fitting ?? 0);
    return { head, changes, position: isCut ? changes.at(-1)!.seq : Math.min(seq + WINDOW, head.lastSeq) };
  }

  /** The latest event of each article, as the `state` topic has it, behind `place` or from the first one. */
  async states(place: StatePlace | undefined, limit: number, maxBytes: number): Promise<StatePage> {
    const rows = await this.readers.run(() =>
      this.database.query<(HeadRow & { articleId: string | null; event: string; record: string; rest: string })[]>(
        `SELECT ${HEAD_COLUMNS}, page.rest, s.article_id AS "articleId", s.event::text AS event, s.record::text AS record
         FROM change_log_head h
         LEFT JOIN (
           SELECT article_id, row_number() OVER w AS place, sum(bytes) OVER w AS total, count(*) OVER () AS rest
           FROM (SELECT article_id, bytes FROM published_state WHERE article_id > $1 ORDER BY article_id LIMIT $2) AS next
           WINDOW w AS (ORDER BY article_id)
         ) AS page ON page.place <= $2 - 1 AND (page.place = 1 OR page.total <= $3)
         LEFT JOIN published_state s USING (article_id)
         ORDER BY s.article_id`,
        [place?.articleId ?? '00000000-0000-0000-0000-000000000000', limit + 1, maxBytes],
      ),
    );
    const head = toHead(rows[0]!);
    if (place !== undefined && place.log.logId !== head.logId) throw new PlaceNotKept();
    const log = place?.log ?? { logId: head.logId, seq: head.lastSeq };
    const found = rows.filter(({ articleId }) => articleId !== null);
    const hasMore = found.length < Number(rows[0]!.rest ?? 0);
    return {
      states: found.map(({ event, record }) => joined(event, record)),
      log,
      ...(hasMore && { next: { log, articleId: found.at(-1)!.articleId! } }),
    };
  }

  /** One entry as it may be read now; `undefined` once it has been forgotten. */
  async entry(seq: number): Promise<(ToldChange & { eventId: string }) | undefined> {
    const [row] = await this.database.query<[(HeadRow & EntryRow)?]>(
      `SELECT ${HEAD_COLUMNS}, ${ENTRY_COLUMNS} FROM change_log c CROSS JOIN change_log_head h WHERE c.seq = $1`,
      [seq],
    );
    return row && { ...toTold(row, row.logId), eventId: row.eventId };
  }
}

function toHead({ logId, lastSeq, keptAfter }: HeadRow): LogHead {
  return { logId, lastSeq: Number(lastSeq), keptAfter: Number(keptAfter) };
}

/** Records are passed on as they stand in the database: to parse them would only cost time. */
function toTold(row: EntryRow, logId: string): ToldChange {
  const seq = Number(row.seq);
  const trace = readTraceContext(row.traceparent ?? undefined, row.tracestate ?? undefined);
  const attributes = JSON.stringify({
    specversion: '1.0',
    id: row.eventId,
    source: row.source,
    type: articleChanges.name,
    subject: row.articleId,
    time: row.time.toISOString(),
    datacontenttype: 'application/json',
    ...trace,
    cursor: changeCursor({ logId, seq }),
  });
  const text = `${attributes.slice(0, -1)},"data":${joined(row.event, row.record)}}`;
  return { seq, changeKind: row.changeKind, text, ...(trace && { trace }) };
}

/** An event and its record as one JSON object. */
function joined(event: string, record: string | null): string {
  return record === null ? event : `${event.slice(0, -1)},"record":${record}}`;
}
