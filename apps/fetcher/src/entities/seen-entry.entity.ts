import { Column, Entity, PrimaryColumn } from 'typeorm';

/** An entry of a feed that has been put on the log. Feeds that list the same page each keep their own account of it. */
@Entity({ name: 'seen_entry' })
export class SeenEntry {
  /** Made from the feed's and the page's normalised addresses. */
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'seen_entry_pk' })
  id!: string;

  @Column({ type: 'text' })
  url!: string;

  /** What the feed said of its last change; another value has the page fetched again. */
  @Column({ type: 'text' })
  updated!: string;

  @Column({ type: 'timestamptz', name: 'seen_at' })
  seenAt!: Date;
}
