import type { outcomeKind } from '@newsmill/contracts';
import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { z } from 'zod';

/** What one stage, or door, said of a receipt: one event, at one place of the log, settled in one way. */
@Entity({ name: 'receipt_step' })
@Index('receipt_step_at_idx', ['at'])
export class ReceiptStep {
  @PrimaryColumn({ type: 'text', name: 'receipt_id', primaryKeyConstraintName: 'receipt_step_pk' })
  receiptId!: string;

  /** Of all that makes it this step and no other, so that a step that is told again is recognised. */
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'receipt_step_pk' })
  id!: string;

  @Column({ type: 'timestamptz' })
  at!: Date;

  @Column({ type: 'text' })
  stage!: string;

  @Column({ type: 'text' })
  outcome!: z.output<typeof outcomeKind>;

  @Column({ type: 'text', nullable: true })
  reason!: string | null;

  /** Where the event stood that the stage settled; `null` at a door. */
  @Column({ type: 'text', name: 'log_topic', nullable: true })
  topic!: string | null;

  @Column({ type: 'int', name: 'log_partition', nullable: true })
  partition!: number | null;

  /** A whole number as text. */
  @Column({ type: 'bigint', name: 'log_offset', nullable: true })
  offset!: string | null;

  /** How often it had been taken out of the dead letters. */
  @Column({ type: 'int' })
  redrives!: number;

  /** The replays that it came through; empty for live traffic. */
  @Column({ type: 'text' })
  replay!: string;
}
