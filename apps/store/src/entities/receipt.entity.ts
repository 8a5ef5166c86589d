import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { ReceiptState } from '../receipt-state.js';

/** What became of one thing received. */
@Entity({ name: 'receipt' })
@Index('receipt_state_idx', ['state'])
export class Receipt {
  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'receipt_pk' })
  id!: string;

  @Column({ type: 'text' })
  state!: ReceiptState;

  /** Rank of the state: see receipt-state.ts. */
  @Column({ type: 'smallint' })
  rank!: number;

  @Column({ type: 'uuid', name: 'article_id', nullable: true })
  articleId!: string | null;

  @Column({ type: 'text', nullable: true })
  reason!: string | null;

  @Column({ type: 'timestamptz', name: 'updated_at' })
  updatedAt!: Date;
}
