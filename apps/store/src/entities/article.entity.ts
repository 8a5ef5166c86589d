import type { ArticleRecord } from '@newsmill/contracts';
import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** The winning version of an article. */
@Entity({ name: 'article' })
@Index('article_changed_idx', ['changedAt', 'id'])
export class Article {
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'article_pk' })
  id!: string;

  /** Grows by one with every change that subscribers are told of. */
  @Column({ type: 'int' })
  revision!: number;

  @Column({ type: 'text', name: 'pub_status' })
  pubStatus!: ArticleRecord['pubStatus'];

  @Column({ type: 'json' })
  record!: ArticleRecord;

  /** The receipt of the winning version; empty where a rebuild could not learn it. */
  @Column({ type: 'text', name: 'receipt_id' })
  receiptId!: string;

  /** The replays that the winning version came through; empty for live traffic. */
  @Column({ type: 'text' })
  replay!: string;

  @Column({ type: 'timestamptz', name: 'stored_at' })
  storedAt!: Date;

  @Column({ type: 'timestamptz', name: 'changed_at' })
  changedAt!: Date;
}
