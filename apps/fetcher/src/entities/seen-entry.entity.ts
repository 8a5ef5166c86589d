import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** An entry of a feed that has been put on the log. Feeds that list the same page each keep their own account of it. */
@Entity({ name: 'seen_entry' })
@Index('seen_entry_feed_idx', ['feedId', 'seenAt'])
export class SeenEntry {
  /** Made from the feed's first and the page's normalised address. */
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'seen_entry_pk' })
  id!: string;

  /** `null`: seen before feeds had ids, and not listed since. */
  @Column({ type: 'uuid', name: 'feed_id', nullable: true })
  feedId!: string | null;

  @Column({ type: 'text' })
  url!: string;

  /** What the feed said of its last change; another value has the page fetched again. */
  @Column({ type: 'text' })
  updated!: string;

  /** When the feed listed it, to a day. */
  @Column({ type: 'timestamptz', name: 'seen_at' })
  seenAt!: Date;
}
