import type { ArticleRecord } from '@newsmill/contracts';
import { Column, Entity, Index, PrimaryGeneratedColumn, Unique } from 'typeorm';

/** One version in an article's history; also a late one that never won. */
@Entity({ name: 'article_version' })
@Index('article_version_article_idx', ['articleId', 'storedAt'])
@Unique('article_version_revision_key', ['articleId', 'revision'])
export class ArticleVersion {
  @PrimaryGeneratedColumn({ type: 'bigint', primaryKeyConstraintName: 'article_version_pk' })
  id!: string;

  /** The receipt it came under. */
  @Column({ type: 'text', name: 'receipt_id' })
  receiptId!: string;

  @Column({ type: 'uuid', name: 'article_id' })
  articleId!: string;

  /** The replays that it came through; empty for live traffic. */
  @Column({ type: 'text' })
  replay!: string;

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
