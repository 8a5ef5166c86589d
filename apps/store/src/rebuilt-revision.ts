import {
  type articleChanges,
  type ArticleRecord,
  type articleState,
  articleUri,
  type EventOf,
} from '@newsmill/contracts';
import { header, type LogRecord } from '@newsmill/stage';
import { addressesOf, claimAddress } from './article-identity.js';
import type { ArticleRows, VersionRow } from './article-rows.js';
import type { Article } from './entities/article.entity.js';
import { EXPIRED, UNDER_EMBARGO } from './life-cycle/fold.js';
import type { ChangeKind } from './life-cycle/public-change.js';
import { keyOf } from './life-cycle/version-key.js';

type Change = EventOf<typeof articleChanges>;
type State = EventOf<typeof articleState>;

/** What a public event tells of an article. */
export interface Told {
  articleId: string;
  revision: number;
  /** `null` of `state`. */
  changeKind: ChangeKind | null;
  fields: string[];
  correction: string | null;
  pubStatus: State['pubStatus'];
  reason: string | null;
  record: ArticleRecord | null;
  basis: Change['basis'];
  at: Date;
}

export function toTold(event: Change | State, record: LogRecord): Told {
  const { articleId, revision, reason = null, basis } = event;
  const isChange = 'changeKind' in event;
  const at = isChange ? event.changedAt : header(record, 'ce_time');
  return {
    articleId,
    revision,
    changeKind: isChange ? event.changeKind : null,
    fields: isChange ? event.fields : [],
    correction: isChange ? (event.correction ?? null) : null,
    pubStatus: event.pubStatus ?? statusOf(event),
    reason,
    record: event.record ?? null,
    basis,
    at: new Date(at ?? record.timestamp),
  };
}

/**
 * Rows for what was told, in its order; what was told last of an article is what it is.
 * @param ids for a version each
 * @param before articles that are there already
 */
export function rowsOf(
  told: readonly Told[],
  ids: readonly string[],
  before: ReadonlyMap<string, Pick<Article, 'revision' | 'storedAt' | 'changedAt'>> = new Map(),
): ArticleRows {
  const rows: ArticleRows = { articles: new Map(), versions: [], revisions: [], urls: new Map() };
  for (const [index, one] of told.entries()) {
    const { articleId, revision, changeKind, fields, correction, pubStatus, reason, record, basis, at } = one;
    const version = versionOf(one, ids[index]!);
    if (version !== undefined) rows.versions.push(version);
    const sourceId = record === null ? null : version!.id;
    rows.revisions.push({
      articleId,
      revision,
      changeKind,
      fields,
      correction,
      pubStatus,
      reason,
      versionId: version?.id ?? null,
      sourceId,
      toldAt: at,
    });
    for (const [url, isOwn] of record === null ? [] : addressesOf(record)) {
      claimAddress(rows.urls, url, { articleId, isOwn });
    }
    const known = rows.articles.get(articleId) ?? before.get(articleId);
    if (known !== undefined && known.revision > revision) continue;
    const article: Article = {
      id: articleId,
      revision,
      pubStatus,
      reason,
      record,
      receiptId: basis?.receiptId ?? '',
      replay: basis?.replay ?? '',
      sourceId,
      storedAt: known?.storedAt ?? at,
      changedAt: changeKind === null ? (known?.changedAt ?? at) : at,
      buriedAt: null,
    };
    rows.articles.set(articleId, article);
  }
  return rows;
}

/**
 * The version that was told of. Of one that may not be read its status, the reason and its place among others are left; of
 * an article that hides because nothing may be told of it, nothing. One of which the log does not say its place counts as
 * new as the moment at which it was told, so that nothing older brings a withdrawn article back.
 */
function versionOf({ articleId, pubStatus, reason, record, basis, at }: Told, id: string): VersionRow | undefined {
  const [receiptId, replay] = [basis?.receiptId ?? '', basis?.replay ?? ''];
  const row = { articleId, storedAt: at };
  if (record !== null) {
    const key = keyOf(id, receiptId, replay, record);
    return { ...key, ...row, record, elapsedTo: key.embargoedUntil };
  }
  if (basis === undefined && reason === UNDER_EMBARGO) return undefined;
  const told = at.toISOString();
  const hasExpired = pubStatus === 'canceled' && reason === EXPIRED && basis?.expires !== undefined;
  const note = reason === null || reason === WORD_OF_STATUS[pubStatus] ? undefined : reason;
  const stub: ArticleRecord = {
    uri: articleUri(articleId),
    type: 'text',
    ...(basis?.version !== undefined && { version: basis.version }),
    versionCreated: basis?.versionCreated ?? told,
    pubStatus: hasExpired ? 'usable' : pubStatus,
    headlines: [],
    bodies: [],
    ...(basis?.expires !== undefined && { expires: basis.expires }),
    ...(note !== undefined && !hasExpired && { edNote: note }),
    x: {
      url: { original: articleUri(articleId), final: articleUri(articleId), canonical: articleUri(articleId) },
      dates: {},
      access: {},
      provenance: {},
      parse: { missing: [], warnings: [] },
      acquisition: { mode: 'push', source: 'rebuild', fetchedAt: basis?.fetchedAt ?? told },
    },
  };
  return { ...keyOf(id, receiptId, replay, stub), ...row, record: null, hasRecord: false };
}

/** What is told of a version that does not say why it may not be read. */
const WORD_OF_STATUS: Partial<Record<Told['pubStatus'], string>> = { canceled: 'withdrawn', withheld: 'withheld' };

/** Events of older releases do not tell the status. */
function statusOf(event: Change | State): Told['pubStatus'] {
  if (event.record !== undefined) return event.record.pubStatus;
  return 'changeKind' in event && event.changeKind === 'withheld' ? 'withheld' : 'canceled';
}
