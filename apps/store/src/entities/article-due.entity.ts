import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** When time alone may change an article next: an embargo ends, or it expires. */
@Entity({ name: 'article_due' })
@Index('article_due_at_idx', ['at'])
export class ArticleDue {
  @PrimaryColumn({ type: 'uuid', name: 'article_id', primaryKeyConstraintName: 'article_due_pk' })
  articleId!: string;

  @Column({ type: 'timestamptz' })
  at!: Date;
}
