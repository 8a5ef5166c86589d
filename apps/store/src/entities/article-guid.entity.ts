import { Entity, PrimaryColumn } from 'typeorm';

/** Every publisher's guid under which an article has come in; publishers may give the same one to different articles. */
@Entity({ name: 'article_guid' })
export class ArticleGuid {
  /** Its first 500 characters: an index entry must stay under 2.7 kB. */
  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'article_guid_pk' })
  guid!: string;

  @PrimaryColumn({ type: 'uuid', name: 'article_id', primaryKeyConstraintName: 'article_guid_pk' })
  articleId!: string;
}
