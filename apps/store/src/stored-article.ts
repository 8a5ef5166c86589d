import { isDeepStrictEqual } from 'node:util';
import { type ArticleRecord, mainHeadline } from '@newsmill/contracts';
import { compareReplays, type TraceContext } from '@newsmill/stage';
import type { RevisionRow, VersionRow } from './article-rows.js';
import type { Article } from './entities/article.entity.js';
import { fold, type Fold, type Standing, UNDER_EMBARGO } from './life-cycle/fold.js';
import { describeChange, type PublicView } from './life-cycle/public-change.js';
import { shownRecord } from './life-cycle/shown-record.js';
import { compareVersions, identityOf, keyOf, type VersionKey } from './life-cycle/version-key.js';
import type { VersionRecords, VersionUpdates } from './version-store.js';

/** What one receipt gave, live (`replay` empty) or in a replay. */
export interface IncomingVersion {
  receiptId: string;
  replay: string;
  record: ArticleRecord;
}

/** Where an article notes what is to be written. */
export interface ArticleWrites extends VersionUpdates {
  articles: Map<string, Article>;
  versions: VersionRow[];
  revisions: RevisionRow[];
  /** When time alone may change an article next; undefined: never. */
  dues: Map<string, Date | undefined>;
  tombstones: { articleId: string; revision: number }[];
}

/** What an article is now, and what subscribers are told of it. */
export interface Settled {
  folded: Fold;
  told?: RevisionRow;
  /** In words, for the log. */
  words?: string;
}

/** One article within a transaction that holds its lock. */
export class StoredArticle {
  constructor(
    readonly id: string,
    private versions: VersionKey[],
    private told: Article | undefined,
    private readonly records: VersionRecords,
    private readonly writes: ArticleWrites,
  ) {}

  /** Whether there is a version of it. */
  get isKnown(): boolean {
    return this.versions.length > 0;
  }

  /** The version that counts of a receipt. */
  versionOf(receiptId: string): VersionKey | undefined {
    return this.versions.find((version) => version.receiptId === receiptId);
  }

  /**
   * Adds a version to the history. Of what one receipt gave, the later replay counts and what it gave before does not; what
   * comes again changes nothing.
   * @param id of its row
   */
  add(id: string, { receiptId, replay, record }: IncomingVersion, now: Date): void {
    const version = keyOf(id, receiptId, replay, record);
    const known = this.versionOf(receiptId);
    if (known !== undefined) {
      if (compareReplays(replay, known.confirmed) <= 0) return;
      if (identityOf(known) === identityOf(version) && compareVersions(known, version) === 0) {
        known.confirmed = replay;
        this.writes.confirmed.set(known.id, replay);
        return;
      }
      this.remove(known);
    }
    this.records.put(id, record);
    const identity = identityOf(version);
    version.hasRecord = !this.versions.some(
      (other) => other.hasRecord && compareVersions(other, version) < 0 && identityOf(other) === identity,
    );
    this.versions.push(version);
    this.writes.versions.push({
      ...version,
      articleId: this.id,
      record: version.hasRecord ? record : null,
      storedAt: now,
    });
  }

  /**
   * Folds the versions and notes what the public is to be told, if that is not what it was told last.
   * @param trace the span that this came of
   */
  async settle(now: Date, trace?: TraceContext): Promise<Settled> {
    const folded = fold(this.versions, now.getTime());
    this.noteTime(folded);
    const settled = await this.tell(folded, now, trace);
    if (this.told?.buriedAt) this.empty(folded);
    return settled;
  }

  /** The stub of a withdrawn article goes from `state`, its texts from the database. */
  bury(now: Date): void {
    if (this.told === undefined) return;
    this.told.buriedAt = now;
    this.writes.articles.set(this.id, this.told);
    this.writes.tombstones.push({ articleId: this.id, revision: this.told.revision });
    this.empty(fold(this.versions, now.getTime()));
  }

  private remove(version: VersionKey): void {
    this.versions = this.versions.filter((other) => other !== version);
    this.writes.superseded.push(version.id);
    const identity = identityOf(version);
    const heirs = this.versions.filter((other) => identityOf(other) === identity).sort(compareVersions);
    if (!version.hasRecord || heirs.length === 0 || heirs.some(({ hasRecord }) => hasRecord)) return;
    heirs[0]!.hasRecord = true;
    this.records.inherit(version.id, heirs[0]!.id);
    this.writes.inherited.push([version.id, heirs[0]!.id]);
  }

  private noteTime({ passed, due }: Fold): void {
    for (const { version, moment } of passed) {
      version.elapsedTo = moment;
      this.writes.elapsed.set(version.id, moment);
    }
    if (this.versions.some(({ embargoedUntil, expires }) => embargoedUntil !== null || expires !== null)) {
      this.writes.dues.set(this.id, due === undefined ? undefined : new Date(due));
    }
  }

  /** Of a buried article what is held keeps its text: it may be what restores it. */
  private empty({ held }: Fold): void {
    for (const version of this.versions) if (!held.has(version)) version.hasRecord = false;
    const kept = [...held].map(({ id }) => id);
    this.writes.emptied.set(this.id, kept);
  }

  private async tell(folded: Fold, now: Date, trace: TraceContext | undefined): Promise<Settled> {
    const { standing } = folded;
    const { told } = this;
    if (standing === undefined && told === undefined) return { folded };
    const receiptId = standing?.version.receiptId ?? '';
    const sourceId = standing?.source?.id ?? null;
    const status = standing?.pubStatus ?? 'withheld';
    const reason = standing === undefined ? UNDER_EMBARGO : (standing.reason ?? null);
    if (told?.pubStatus === status && told.reason === reason) {
      if (told.buriedAt !== null) return { folded };
      const isSame = told.receiptId === receiptId && told.sourceId === sourceId;
      if (isSame && told.revision >= folded.revision) return { folded };
    }
    const view: PublicView = { pubStatus: status, reason, record: await this.recordOf(standing) };
    const change = describeChange(told, view);
    const revision = Math.max(folded.revision, (told?.revision ?? 0) + (change ? 1 : 0));
    const article: Article = {
      ...view,
      id: this.id,
      revision,
      receiptId,
      replay: standing?.version.replay ?? '',
      sourceId,
      storedAt: told?.storedAt ?? now,
      changedAt: change || told === undefined ? now : told.changedAt,
      buriedAt: null,
    };
    this.told = article;
    this.writes.articles.set(this.id, article);
    const isKnown =
      revision === told?.revision && receiptId === told.receiptId && isDeepStrictEqual(told.record, view.record);
    if (change === undefined && isKnown) return { folded };
    const row: RevisionRow = {
      articleId: this.id,
      revision,
      changeKind: change?.changeKind ?? null,
      fields: change?.fields ?? [],
      correction: change?.correction ?? null,
      pubStatus: status,
      reason,
      versionId: standing?.version.id ?? null,
      sourceId,
      toldAt: now,
      trace,
    };
    this.writes.revisions.push(row);
    return { folded, told: row, ...(change && { words: inWords(row, view, told) }) };
  }

  private async recordOf(standing: Standing | undefined): Promise<ArticleRecord | null> {
    if (standing?.source === undefined) return null;
    return shownRecord(await this.records.get(standing.source.id), standing.version);
  }
}

function inWords({ articleId, changeKind, fields, reason }: RevisionRow, view: PublicView, told?: PublicView): string {
  const record = view.record ?? told?.record ?? null;
  const title = (record && mainHeadline(record)) || '(no headline)';
  const why = reason ?? fields.join(', ');
  return `${changeKind}: “${title}”${why && ` (${why})`} /v1/articles/${articleId}`;
}
