import { Column, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';
import type { ChangeKind, PublicView } from '../life-cycle/public-change.js';

/** One thing that subscribers were told of an article; never changed. */
@Entity({ name: 'article_revision' })
@Index('article_revision_article_idx', ['articleId', 'revision'])
@Index('article_revision_change_key', ['articleId', 'revision'], { unique: true, where: 'change_kind IS NOT NULL' })
export class ArticleRevision {
  /** In the order in which it was told, for each article. */
  @PrimaryGeneratedColumn({ type: 'bigint', primaryKeyConstraintName: 'article_revision_pk' })
  id!: string;

  @Column({ type: 'uuid', name: 'article_id' })
  articleId!: string;

  @Column({ type: 'int' })
  revision!: number;

  /** `null`: told on `state` alone, where a reader sees nothing new. */
  @Column({ type: 'text', name: 'change_kind', nullable: true })
  changeKind!: ChangeKind | null;

  @Column({ type: 'text', array: true })
  fields!: string[];

  @Column({ type: 'text', nullable: true })
  correction!: string | null;

  @Column({ type: 'text', name: 'pub_status' })
  pubStatus!: PublicView['pubStatus'];

  @Column({ type: 'text', nullable: true })
  reason!: string | null;

  /** The version that it stands on. */
  @Column({ type: 'bigint', name: 'version_id', nullable: true })
  versionId!: string | null;

  /** The version whose record is shown. */
  @Column({ type: 'bigint', name: 'source_id', nullable: true })
  sourceId!: string | null;

  @Column({ type: 'timestamptz', name: 'told_at' })
  toldAt!: Date;
}
