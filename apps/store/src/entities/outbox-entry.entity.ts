import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';

/** A version in the history that subscribers have not been told of yet. */
@Entity({ name: 'outbox' })
export class OutboxEntry {
  /** Given under the article's row lock: in the order of revisions for each article. */
  @PrimaryGeneratedColumn({ type: 'bigint', primaryKeyConstraintName: 'outbox_pk' })
  seq!: string;

  @Column({ type: 'uuid', name: 'article_id' })
  articleId!: string;

  @Column({ type: 'int' })
  revision!: number;
}
