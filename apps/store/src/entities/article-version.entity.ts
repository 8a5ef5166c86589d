import type { ArticleRecord } from '@newsmill/contracts';
import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** One version in an article's history; also a late one that never won. */
@Entity({ name: 'article_version' })
@Index('article_version_article_idx', ['articleId', 'storedAt'])
export class ArticleVersion {
  /** The receipt it came under: a redelivery is recognised by it. */
  @PrimaryColumn({ type: 'text', name: 'receipt_id', primaryKeyConstraintName: 'article_version_pk' })
  receiptId!: string;

  @PrimaryColumn({ type: 'uuid', name: 'article_id', primaryKeyConstraintName: 'article_version_pk' })
  articleId!: string;

  /** The revision it became; `null` for a late version. */
  @Column({ type: 'int', nullable: true })
  revision!: number | null;

  @Column({ type: 'text', name: 'change_kind' })
  changeKind!: string;

  @Column({ type: 'text', array: true })
  fields!: string[];

  @Column({ type: 'json' })
  record!: ArticleRecord;

  @Column({ type: 'timestamptz', name: 'stored_at' })
  storedAt!: Date;
}
