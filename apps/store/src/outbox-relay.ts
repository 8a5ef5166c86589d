import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { articleChanges, articleState, type ArticleRecord, type EventOf } from '@newsmill/contracts';
import { SERVICE_SETTINGS, type ServiceSettings, TRANSPORT } from '@newsmill/service';
import { backoff, deterministicId, encodeEvent, type NewRecord, sleep, type Transport } from '@newsmill/stage';
import { DataSource } from 'typeorm';
import { storeDatabase } from './store.database.js';
import { appendPublished } from './subscribers/append-published.js';
import { ChangeTail } from './subscribers/change-tail.js';

/** Entries published at once, and the bytes of their records unless a single one is larger. */
const BATCH = 200;
const BATCH_BYTES = 16 * 1024 * 1024;
/** Milliseconds between looks when nobody wakes the relay: another instance may have died with entries unpublished. */
const IDLE_MS = 1_000;
/** Milliseconds that a publication in hand may take on close; a later instance repeats one that is cut off. */
const CLOSE_GRACE_MS = 1_000;
/** One relay works at a time, whatever number of instances runs. */
export const RELAY_LOCK = 7_203_452;

type Change = EventOf<typeof articleChanges>;

/** An outbox entry with the version it stands for. */
interface Entry {
  seq: string;
  articleId: string;
  revision: number;
  changeKind: Change['changeKind'];
  fields: string[];
  changedAt: Date;
  record: ArticleRecord;
  receiptId: string;
  replay: string;
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
        if (published === 0) await this.idle(IDLE_MS);
        else this.tail.wake();
      } catch (error) {
        failures += 1;
        if (failures === 1) this.logger.warn(`cannot publish changes, tries again: ${(error as Error).message}`);
        await this.idle(backoff(failures, 500, 10_000));
      }
    }
  }

  private async publishNext(): Promise<number> {
    return this.database.transaction(async (manager) => {
      const [{ held }] = await manager.query<[{ held: boolean }]>('SELECT pg_try_advisory_xact_lock($1) AS held', [
        RELAY_LOCK,
      ]);
      if (!held) return 0;
      const entries = await manager.query<Entry[]>(
        `SELECT seq, article_id AS "articleId", revision, change_kind AS "changeKind", fields, stored_at AS "changedAt", record,
           receipt_id AS "receiptId", replay
         FROM (
           SELECT o.seq, v.*, sum(octet_length(v.record::text)) OVER (ORDER BY o.seq) AS bytes
           FROM (SELECT * FROM outbox ORDER BY seq LIMIT $1) o JOIN article_version v USING (article_id, revision)
         ) AS next
         WHERE bytes <= $2 OR seq = (SELECT min(seq) FROM outbox)
         ORDER BY seq`,
        [BATCH, BATCH_BYTES],
      );
      if (entries.length === 0) return 0;
      const records = entries.flatMap((entry) => this.toRecords(entry));
      await this.transport.publish(records);
      await appendPublished(manager, this.settings.topicPrefix, records);
      await manager.query('DELETE FROM outbox WHERE seq = ANY($1::bigint[])', [entries.map(({ seq }) => seq)]);
      return entries.length;
    });
  }

  /** Whoever may not read an article any more is told that it is gone, not what it said. */
  private toRecords(entry: Entry): NewRecord[] {
    const { articleId, revision, changeKind, fields, changedAt, record } = entry;
    const source = '/newsmill/store';
    const time = changedAt.getTime();
    const id = (topic: string): string => deterministicId(articleId, String(revision), topic);
    const shown = record.pubStatus === 'usable' ? { record } : {};
    const basis = basisOf(entry);
    const { pubStatus } = record;
    const reason = pubStatus === 'usable' ? {} : { reason: record.edNote ?? changeKind };
    const change: Change = {
      articleId,
      revision,
      changeKind,
      fields,
      changedAt: changedAt.toISOString(),
      pubStatus,
      ...reason,
      ...shown,
      basis,
    };
    const state: EventOf<typeof articleState> = {
      articleId,
      revision,
      pubStatus,
      ...reason,
      ...shown,
      basis,
    };
    const { topicPrefix } = this.settings;
    return [
      encodeEvent(topicPrefix, articleChanges, change, { id: id(articleChanges.name), source, time }),
      encodeEvent(topicPrefix, articleState, state, { id: id(articleState.name), source, time }),
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
function basisOf({ receiptId, replay, record }: Entry): NonNullable<Change['basis']> {
  const { version, versionCreated, x } = record;
  return {
    receiptId,
    ...(replay !== '' && { replay }),
    ...(version !== undefined && { version }),
    versionCreated,
    fetchedAt: x.acquisition.fetchedAt,
  };
}
