import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { articleChanges, articleState, type ArticleRecord, type EventOf, topicAddress } from '@newsmill/contracts';
import { SERVICE_SETTINGS, type ServiceSettings, type Tracing, TRACING, TRANSPORT } from '@newsmill/service';
import {
  backoff,
  deterministicId,
  encodeEvent,
  encodeTombstone,
  type NewRecord,
  readTraceContext,
  sleep,
  type TraceContext,
  type Transport,
} from '@newsmill/stage';
import { DataSource } from 'typeorm';
import { shownRecord } from './life-cycle/shown-record.js';
import { storeDatabase } from './store.database.js';
import { appendPublished } from './subscribers/append-published.js';
import { ChangeTail } from './subscribers/change-tail.js';

/** Entries published at once, and the bytes of their records unless a single one is larger. */
const BATCH = 200;
const BATCH_BYTES = 16 * 1024 * 1024;
/** Milliseconds between looks when nobody wakes the relay: another instance may have died with entries unpublished. */
const IDLE_MS = 500;
/** Milliseconds between looks while the relay of another instance is at work: it may have looked too early. */
const BUSY_MS = 50;
/** Milliseconds that a publication in hand may take on close; a later instance repeats one that is cut off. */
const CLOSE_GRACE_MS = 1_000;
/** One relay works at a time, whatever number of instances runs. */
export const RELAY_LOCK = 7_203_452;

type Change = EventOf<typeof articleChanges>;

/** An outbox entry with what it tells; nothing more of a tombstone. */
interface Entry {
  seq: string;
  articleId: string;
  revision: number;
  /** `null` for a tombstone. */
  revisionId: string | null;
  /** `null`: told on `state` alone. */
  changeKind: Change['changeKind'] | null;
  fields: string[];
  correction: string | null;
  pubStatus: NonNullable<Change['pubStatus']>;
  reason: string | null;
  toldAt: Date;
  /** The version that it stands on; `null` where there is none. */
  receiptId: string | null;
  replay: string;
  version: string | null;
  versionCreated: Date;
  acceptedAt: Date;
  expires: Date | null;
  /** Of which version the record is. */
  sourceReceiptId: string | null;
  record: ArticleRecord | null;
  traceparent: string | null;
  tracestate: string | null;
}

/**
 * Publishes the outbox to the public topics, in order for each article. An entry is removed after the log has it: a crash
 * in between repeats it under the same `ce_id`.
 */
@Injectable()
export class OutboxRelay implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger('relay');
  private readonly closing = new AbortController();
  private loop: Promise<void> = Promise.resolve();
  private wakeUp: () => void = () => undefined;
  private woken = false;

  constructor(
    @InjectDataSource(storeDatabase.schema) private readonly database: DataSource,
    @Inject(TRANSPORT) private readonly transport: Transport,
    @Inject(SERVICE_SETTINGS) private readonly settings: ServiceSettings,
    private readonly tail: ChangeTail,
    @Inject(TRACING) private readonly tracing: Tracing,
  ) {}

  onApplicationBootstrap(): void {
    this.loop = this.run();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.closing.abort();
    this.wake();
    // The stages stop only after this: a database that says nothing must not let them go on.
    const grace = new AbortController();
    await Promise.race([this.loop, sleep(CLOSE_GRACE_MS, grace.signal).catch(() => undefined)]);
    grace.abort();
  }

  /** Something was put into the outbox. */
  wake(): void {
    this.woken = true;
    this.wakeUp();
  }

  private async run(): Promise<void> {
    let failures = 0;
    while (!this.closing.signal.aborted) {
      this.woken = false;
      try {
        const published = await this.publishNext();
        failures = 0;
        if (published === undefined) await sleep(BUSY_MS, this.closing.signal).catch(() => undefined);
        else if (published === 0) await this.idle(IDLE_MS);
        else this.tail.wake();
      } catch (error) {
        failures += 1;
        if (failures === 1) this.logger.warn(`cannot publish changes, tries again: ${(error as Error).message}`);
        // Not cut short by what comes meanwhile: it would be read again and refused again.
        await sleep(backoff(failures, 500, 10_000), this.closing.signal).catch(() => undefined);
      }
    }
  }

  /** Publishes what comes next; undefined when another instance is at it. */
  private async publishNext(): Promise<number | undefined> {
    return this.database.transaction(async (manager) => {
      const [{ held }] = await manager.query<[{ held: boolean }]>('SELECT pg_try_advisory_xact_lock($1) AS held', [
        RELAY_LOCK,
      ]);
      if (!held) return undefined;
      const entries = await manager.query<Entry[]>(
        `SELECT seq, article_id AS "articleId", revision, revision_id AS "revisionId", change_kind AS "changeKind", fields,
           correction, pub_status AS "pubStatus", reason, told_at AS "toldAt", receipt_id AS "receiptId", replay, version,
           version_created AS "versionCreated", accepted_at AS "acceptedAt", expires,
           source_receipt_id AS "sourceReceiptId", record, traceparent, tracestate
         FROM (
           SELECT o.*, r.change_kind, r.fields, r.correction, r.pub_status, r.reason, r.told_at, v.receipt_id, v.replay,
             v.version, v.version_created, v.accepted_at, v.expires, s.receipt_id AS source_receipt_id, s.record,
             sum(octet_length(s.record::text)) OVER (ORDER BY o.seq) AS bytes
           FROM (SELECT * FROM outbox ORDER BY seq LIMIT $1) o
             LEFT JOIN article_revision r ON r.id = o.revision_id
             LEFT JOIN article_version v ON v.id = r.version_id
             LEFT JOIN article_version s ON s.id = r.source_id
         ) AS next
         WHERE bytes IS NULL OR bytes <= $2 OR seq = (SELECT min(seq) FROM outbox)
         ORDER BY seq`,
        [BATCH, BATCH_BYTES],
      );
      if (entries.length === 0) return 0;
      const records = await this.traced(entries, async (contexts) => {
        const made = entries.flatMap((entry, index) => this.toRecords(entry, contexts[index]));
        await this.transport.publish(made);
        return made;
      });
      await appendPublished(manager, this.settings.topicPrefix, records);
      await manager.query('DELETE FROM outbox WHERE seq = ANY($1::bigint[])', [entries.map(({ seq }) => seq)]);
      return entries.length;
    });
  }

  /** Publishes within a span of each entry, and where there are several, one of all. */
  private async traced<T>(
    entries: readonly Entry[],
    publish: (contexts: (TraceContext | undefined)[]) => Promise<T>,
  ): Promise<T> {
    const sources = entries.map(({ traceparent, tracestate }) =>
      readTraceContext(traceparent ?? undefined, tracestate ?? undefined),
    );
    if (!this.tracing.isOn) return publish(sources);
    const system = this.transport.kind;
    const attributes = { 'messaging.system': system, 'messaging.batch.message_count': entries.length };
    const whole =
      entries.length > 1 ? this.tracing.open('relay', { parent: 'none', links: sources, attributes }) : undefined;
    const spans = entries.map(({ articleId, revision, changeKind }, index) => {
      const topic = changeKind === null ? articleState : articleChanges;
      return this.tracing.open('send', {
        name: `send ${topic.name}`,
        parent: sources[index] ?? 'none',
        links: [whole?.context],
        attributes: {
          'messaging.system': system,
          'messaging.operation.type': 'send',
          'messaging.operation.name': 'send',
          'messaging.destination.name': topicAddress(this.settings.topicPrefix, topic),
          'newsmill.article_id': articleId,
          'newsmill.revision': revision,
        },
      });
    });
    const end = (fault?: unknown): void => [whole, ...spans].forEach((span) => span?.end(fault));
    try {
      const published = await publish(spans.map(({ context }) => context));
      end();
      return published;
    } catch (error) {
      end(error);
      throw error;
    }
  }

  /** Whoever may not read an article any more is told that it is gone, not what it said. */
  private toRecords(entry: Entry, trace: TraceContext | undefined): NewRecord[] {
    const { topicPrefix } = this.settings;
    const { articleId, revision, changeKind, fields, correction, pubStatus, toldAt, receiptId, sourceReceiptId } =
      entry;
    const source = '/newsmill/store';
    const id = (topic: string, ...of: string[]): string => deterministicId(articleId, String(revision), topic, ...of);
    if (entry.revisionId === null) {
      const envelope = { id: id(articleState.name, 'tombstone'), source, time: Date.now(), trace };
      return [encodeTombstone(topicPrefix, articleState, articleId, envelope)];
    }
    const said = [receiptId ?? '', entry.replay ?? '', sourceReceiptId ?? ''];
    const time = toldAt.getTime();
    const basis = basisOf(entry);
    const state: EventOf<typeof articleState> = {
      articleId,
      revision,
      pubStatus,
      ...(entry.reason !== null && { reason: entry.reason }),
      ...(entry.record !== null && { record: shownRecord(entry.record, entry) }),
      ...(basis && { basis }),
    };
    const stateRecord = encodeEvent(topicPrefix, articleState, state, {
      id: id(articleState.name, ...said),
      source,
      time,
      trace,
    });
    if (changeKind === null) return [stateRecord];
    const change: Change = {
      ...state,
      changeKind,
      fields,
      changedAt: toldAt.toISOString(),
      ...(correction !== null && { correction }),
    };
    return [
      encodeEvent(topicPrefix, articleChanges, change, { id: id(articleChanges.name, ...said), source, time, trace }),
      stateRecord,
    ];
  }

  private async idle(ms: number): Promise<void> {
    if (this.woken) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.wakeUp = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

/** What orders the version among others, so that a rebuilt store does not take an older one for newer. */
function basisOf({ receiptId, replay, version, versionCreated, acceptedAt, expires }: Entry): Change['basis'] {
  if (receiptId === null) return undefined;
  return {
    receiptId,
    ...(replay !== '' && { replay }),
    ...(version !== null && { version }),
    versionCreated: versionCreated.toISOString(),
    fetchedAt: acceptedAt.toISOString(),
    ...(expires !== null && { expires: expires.toISOString() }),
  };
}
