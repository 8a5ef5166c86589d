import type { ArticleRecord } from '@newsmill/contracts';
import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** What the public was told last of an article. One of which nothing may be told yet has no row. */
@Entity({ name: 'article' })
@Index('article_changed_idx', ['changedAt', 'id'])
export class Article {
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'article_pk' })
  id!: string;

  /** Grows with every change that subscribers are told of; may skip. */
  @Column({ type: 'int' })
  revision!: number;

  @Column({ type: 'text', name: 'pub_status' })
  pubStatus!: ArticleRecord['pubStatus'];

  /** Why it may not be read. */
  @Column({ type: 'text', nullable: true })
  reason!: string | null;

  /** As it is shown; `null` when it may not be read. */
  @Column({ type: 'json', nullable: true })
  record!: ArticleRecord | null;

  /** The receipt of the version that it stands on; empty where there is none, or a rebuild could not learn it. */
  @Column({ type: 'text', name: 'receipt_id' })
  receiptId!: string;

  /** The replays that this version came through; empty for live traffic. */
  @Column({ type: 'text' })
  replay!: string;

  /** The version whose record is shown. */
  @Column({ type: 'bigint', name: 'source_id', nullable: true })
  sourceId!: string | null;

  @Column({ type: 'timestamptz', name: 'stored_at' })
  storedAt!: Date;

  /** When a reader last saw something new. */
  @Column({ type: 'timestamptz', name: 'changed_at' })
  changedAt!: Date;

  /** When its tombstone was put on `state` and its texts were removed; only of one that may not be read. */
  @Column({ type: 'timestamptz', name: 'buried_at', nullable: true })
  buriedAt!: Date | null;
}
