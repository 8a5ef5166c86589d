import type { ArticleRecord } from '@newsmill/contracts';
import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The latest event of an article on the `state` topic; none after its tombstone. */
@Entity({ name: 'published_state' })
export class PublishedState {
  @PrimaryColumn({ type: 'uuid', name: 'article_id', primaryKeyConstraintName: 'published_state_pk' })
  articleId!: string;

  @Column({ type: 'int' })
  revision!: number;

  /** The event without its record. */
  @Column({ type: 'jsonb' })
  event!: object;

  @Column({ type: 'json', nullable: true })
  record!: ArticleRecord | null;

  /** Octets of event and record. */
  @Column({ type: 'int' })
  bytes!: number;

  /** What filters look at: of all versions that have been told. */
  @Column({ type: 'text', array: true })
  facets!: string[];
}
