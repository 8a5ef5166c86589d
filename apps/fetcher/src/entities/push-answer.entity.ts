import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** What came of a push with an `Idempotency-Key`; without a status as long as it runs, or when its process has died. */
@Entity({ name: 'push_answer' })
@Index('push_answer_expiry_idx', ['expiresAt'])
export class PushAnswer {
  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'push_answer_pk' })
  publisher!: string;

  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'push_answer_pk' })
  key!: string;

  /** SHA-256 of the request, hexadecimal: the same key with another one is refused. */
  @Column({ type: 'text' })
  fingerprint!: string;

  /** Written before anything is on the log, and of the event when it is there: a repeat makes the same event. */
  @Column({ type: 'text', name: 'receipt_id' })
  receiptId!: string;

  @Column({ type: 'timestamptz', name: 'taken_at' })
  takenAt!: Date;

  /** Until then the push counts as running. */
  @Column({ type: 'timestamptz', name: 'locked_until' })
  lockedUntil!: Date;

  @Column({ type: 'smallint', nullable: true })
  status!: number | null;

  /** JSON, byte for byte as it was answered. */
  @Column({ type: 'text', nullable: true })
  body!: string | null;

  @Column({ type: 'timestamptz', name: 'expires_at' })
  expiresAt!: Date;
}
