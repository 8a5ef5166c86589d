import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** Every normalised address under which an article has come in. An address belongs to one article. */
@Entity({ name: 'article_url' })
@Index('article_url_article_idx', ['articleId'])
export class ArticleUrl {
  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'article_url_pk' })
  url!: string;

  @Column({ type: 'uuid', name: 'article_id' })
  articleId!: string;

  /** The article stood there; not only was it linked under that address. */
  @Column({ type: 'boolean', name: 'is_own' })
  isOwn!: boolean;
}
