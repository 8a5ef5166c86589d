import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** A feed that is polled, and where its polling stands. */
@Entity({ name: 'feed' })
@Index('feed_due_idx', ['nextPollAt'])
export class Feed {
  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'feed_pk' })
  url!: string;

  /** `false`: no longer in the settings; kept, so that nothing is read twice when it comes back. */
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
