import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The one row that says which log this is and how far it reaches. */
@Entity({ name: 'change_log_head' })
export class ChangeLogHead {
  /** Drawn when the log is made: a cursor of another log is recognised. */
  @PrimaryColumn({ type: 'text', name: 'log_id', primaryKeyConstraintName: 'change_log_head_pk' })
  logId!: string;

  /** Of the latest entry. Taken under this row's lock, which is held until the entries are committed: no gaps, no late ones. */
  @Column({ type: 'bigint', name: 'last_seq' })
  lastSeq!: string;

  /** Entries up to this one have been forgotten. */
  @Column({ type: 'bigint', name: 'kept_after' })
  keptAfter!: string;
}
