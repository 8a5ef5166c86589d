import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** Every normalised address under which an article has come in. */
@Entity({ name: 'article_url' })
@Index('article_url_article_idx', ['articleId'])
export class ArticleUrl {
  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'article_url_pk' })
  url!: string;

  @Column({ type: 'uuid', name: 'article_id' })
  articleId!: string;
}
