import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { ReceiptState } from '../receipt-state.js';

/** What became of one thing received. */
@Entity({ name: 'receipt' })
@Index('receipt_state_idx', ['state'])
@Index('receipt_article_idx', ['articleId'])
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

  /** Where it came in; not known when only later stages have spoken of it. */
  @Column({ type: 'text', nullable: true })
  door!: string | null;

  /** Address or page id under which it came in; found by a hash index, since an address may be long. */
  @Column({ type: 'text', nullable: true })
  subject!: string | null;

  /** Which stage, or door, told the state. */
  @Column({ type: 'text', nullable: true })
  stage!: string | null;

  @Column({ type: 'timestamptz', name: 'received_at', nullable: true })
  receivedAt!: Date | null;

  @Column({ type: 'timestamptz', name: 'updated_at' })
  updatedAt!: Date;
}
