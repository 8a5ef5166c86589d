import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';
import type { FeedKind } from '../sources/source-declaration.js';
import { Source } from './source.entity.js';

/** A feed that is polled, and where its polling stands. */
@Entity({ name: 'feed' })
@Index('feed_due_idx', ['nextPollAt'])
@Index('feed_source_idx', ['sourceId'])
export class Feed {
  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'feed_pk' })
  url!: string;

  @Column({ type: 'text', default: 'feed' })
  kind!: FeedKind;

  /** The source that it is polled for; the oldest of several that share it. */
  @Column({ type: 'text', name: 'source_id', nullable: true })
  sourceId!: string | null;

  @ManyToOne(() => Source, { onDelete: 'SET NULL' })
  @JoinColumn({ name: 'source_id', foreignKeyConstraintName: 'feed_source_fk' })
  source?: Source | null;

  /** `false`: no source follows it; kept, so that nothing is read twice when it comes back. */
  @Column({ type: 'boolean' })
  active!: boolean;

  @Column({ type: 'timestamptz', name: 'next_poll_at' })
  nextPollAt!: Date;

  /** Validators of the last answer, for conditional requests. */
  @Column({ type: 'text', nullable: true })
  etag!: string | null;

  @Column({ type: 'text', name: 'last_modified', nullable: true })
  lastModified!: string | null;

  /** Polls that failed in a row. */
  @Column({ type: 'int' })
  failures!: number;
}
