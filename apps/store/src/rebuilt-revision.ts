import {
  type articleChanges,
  type ArticleRecord,
  type articleState,
  articleUri,
  type EventOf,
} from '@newsmill/contracts';
import { header, type LogRecord } from '@newsmill/stage';
import { addressesOf, type ArticleRows } from './article-rows.js';
import type { Article } from './entities/article.entity.js';
import type { ArticleVersion } from './entities/article-version.entity.js';

type Change = EventOf<typeof articleChanges>;
type State = EventOf<typeof articleState>;

/** A revision as it goes into the history; never a late version. */
export type Revision = Omit<ArticleVersion, 'id' | 'revision'> & { revision: number; isStub: boolean };

/** The revision that a public event tells of. */
export function toRevision(event: Change | State, record: LogRecord): Revision {
  const { articleId, revision, basis } = event;
  const at = 'changedAt' in event ? event.changedAt : header(record, 'ce_time');
  const storedAt = new Date(at ?? record.timestamp);
  const changeKind = 'changeKind' in event ? event.changeKind : likelyKind(event);
  return {
    articleId,
    revision,
    receiptId: basis?.receiptId ?? '',
    replay: basis?.replay ?? '',
    changeKind,
    fields: 'fields' in event ? event.fields : [],
    record: event.record ?? stubOf(event, changeKind, storedAt.toISOString()),
    isStub: event.record === undefined,
    storedAt,
  };
}

/** Rows for revisions, in their order; the highest of each article is its current one. */
export function rowsOf(revisions: readonly Revision[]): ArticleRows {
  const rows: ArticleRows = { articles: new Map(), versions: [...revisions], urls: new Map() };
  for (const { articleId, revision, record, receiptId, replay, storedAt, isStub } of revisions) {
    if (!isStub) for (const url of addressesOf(record)) rows.urls.set(url, articleId);
    const known = rows.articles.get(articleId);
    if (known !== undefined && known.revision > revision) continue;
    const article: Article = {
      id: articleId,
      revision,
      pubStatus: record.pubStatus,
      record,
      receiptId,
      replay,
      storedAt: known?.storedAt ?? storedAt,
      changedAt: storedAt,
    };
    rows.articles.set(articleId, article);
  }
  return rows;
}

/** `state` does not tell what happened: the status does, as far as it matters to a reader. */
function likelyKind({ revision, pubStatus }: State): Change['changeKind'] {
  if (pubStatus === 'canceled') return 'withdrawn';
  if (pubStatus === 'withheld') return 'withheld';
  return revision === 1 ? 'new' : 'update';
}

/**
 * What is left of an article that may not be read: its status, the reason, and what orders it among other versions. One
 * of which the log does not say that counts as new as the moment at which it was told, so that nothing older brings a
 * withdrawn article back.
 */
function stubOf(event: Change | State, changeKind: string, at: string): ArticleRecord {
  const { articleId, basis, reason } = event;
  const uri = articleUri(articleId);
  const pubStatus = event.pubStatus ?? (changeKind === 'withheld' ? 'withheld' : 'canceled');
  return {
    uri,
    type: 'text',
    ...(basis?.version !== undefined && { version: basis.version }),
    versionCreated: basis?.versionCreated ?? at,
    pubStatus,
    headlines: [],
    bodies: [],
    ...(reason !== undefined && reason !== changeKind && { edNote: reason }),
    x: {
      url: { original: uri, final: uri, canonical: uri },
      dates: {},
      access: {},
      provenance: {},
      parse: { missing: [], warnings: [] },
      acquisition: { mode: 'push', source: 'rebuild', fetchedAt: basis?.fetchedAt ?? at },
    },
  };
}
