import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';

/** What subscribers have not been told yet. */
@Entity({ name: 'outbox' })
export class OutboxEntry {
  /** Given under the article's lock: in the order of revisions for each article. */
  @PrimaryGeneratedColumn({ type: 'bigint', primaryKeyConstraintName: 'outbox_pk' })
  seq!: string;

  @Column({ type: 'uuid', name: 'article_id' })
  articleId!: string;

  @Column({ type: 'int' })
  revision!: number;

  /** What is to be told; `null` for a tombstone. */
  @Column({ type: 'bigint', name: 'revision_id', nullable: true })
  revisionId!: string | null;

  /** The span that it came of (W3C Trace Context). */
  @Column({ type: 'text', nullable: true })
  traceparent!: string | null;

  @Column({ type: 'text', nullable: true })
  tracestate!: string | null;
}
