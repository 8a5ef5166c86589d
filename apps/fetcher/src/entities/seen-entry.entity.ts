import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A feed entry that has been put on the log. */
@Entity({ name: 'seen_entry' })
export class SeenEntry {
  /** Normalised address. */
  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'seen_entry_pk' })
  url!: string;

  /** What the feed said of its last change; another value has the page fetched again. */
  @Column({ type: 'text' })
  updated!: string;

  @Column({ type: 'timestamptz', name: 'seen_at' })
  seenAt!: Date;
}
