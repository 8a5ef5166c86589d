/** A record of one of the two public topics; `value` is the parsed JSON, `null` a tombstone. */
export interface PublicRecord {
  /** Address of the topic, prefix included. */
  topic: string;
  /** The article id. */
  key: string;
  value: PublicEvent | null;
}

/** What both topics say of an article. Fields that are not named here pass; a record is kept whole. */
export interface PublicEvent {
  revision: number;
  /** `usable`, `withheld` or `canceled`; older releases do not tell it on `changes`. */
  pubStatus?: string;
  reason?: string;
  record?: Record<string, unknown>;
  /** On `changes` alone. New kinds may come: nothing here depends on knowing them all. */
  changeKind?: string;
}

export interface Article {
  revision: number;
  pubStatus: string;
  reason?: string;
  /** Absent unless the article is usable. */
  record?: Record<string, unknown>;
}

/** What the two topics say, in whatever order and however often it comes. Does no I/O. */
export class Model {
  readonly articles = new Map<string, Article>();
  /**
   * Revisions of articles that are gone, so that what is still on its way cannot bring them back. May be forgotten when
   * `changes` no longer keeps them, after 30 days.
   */
  private readonly gone = new Map<string, number>();

  apply({ topic, key, value }: PublicRecord): void {
    const isState = topic.endsWith('news.article.state.v1');
    const known = this.articles.get(key);
    if (value === null) {
      if (!isState) return;
      this.gone.set(key, known?.revision ?? this.gone.get(key) ?? 0);
      this.articles.delete(key);
      return;
    }
    const { revision, reason, record } = value;
    if (known !== undefined && revision <= known.revision) return;
    // Behind a tombstone, `state` may tell a revision that `changes` told before it.
    const least = (this.gone.get(key) ?? 0) + (isState ? 0 : 1);
    if (revision < least) return;
    const pubStatus = pubStatusOf(value);
    this.articles.set(key, {
      revision,
      pubStatus,
      ...(reason !== undefined && { reason }),
      ...(pubStatus === 'usable' && record !== undefined && { record }),
    });
    this.gone.delete(key);
  }

  /** All that a restart needs. */
  save(): string {
    return JSON.stringify({ articles: [...this.articles], gone: [...this.gone] });
  }

  static load(text: string): Model {
    const saved = JSON.parse(text) as { articles: [string, Article][]; gone: [string, number][] };
    const model = new Model();
    for (const [key, article] of saved.articles) model.articles.set(key, article);
    for (const [key, revision] of saved.gone) model.gone.set(key, revision);
    return model;
  }

  /** The articles by id as canonical JSON: sorted names, no white space. */
  toJson(): string {
    return JSON.stringify(sorted(Object.fromEntries(this.articles)));
  }
}

/** What may not be read for certain may not be read. */
function pubStatusOf({ pubStatus, changeKind, record }: PublicEvent): string {
  if (pubStatus !== undefined) return pubStatus;
  if (record !== undefined) return 'usable';
  return changeKind === 'withdrawn' ? 'canceled' : 'withheld';
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([name, part]) => [name, sorted(part)]));
}
