import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { ChangeFilter } from '../subscribers/change-filter.js';
import type { WebhookSecret } from '../subscribers/webhook-signature.js';

/** `paused` by somebody or by the target's 410, `failed` because nothing got through for too long. */
export type WebhookState = 'active' | 'paused' | 'failed';

/** A subscription whose changes are posted to an address. */
@Entity({ name: 'webhook' })
export class Webhook {
  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'webhook_pk' })
  id!: string;

  @Column({ type: 'text' })
  url!: string;

  @Column({ type: 'text', nullable: true })
  description!: string | null;

  @Column({ type: 'jsonb' })
  filter!: ChangeFilter;

  /** As they are, since HMAC needs them; newest first. */
  @Column({ type: 'jsonb' })
  secrets!: WebhookSecret[];

  @Column({ type: 'text' })
  state!: WebhookState;

  /** Why it is not active. */
  @Column({ type: 'text', nullable: true })
  reason!: string | null;

  /** Entries of the change log up to this one have been made deliveries, or passed over by the filter. */
  @Column({ type: 'bigint' })
  position!: string;

  @Column({ type: 'timestamptz', name: 'created_at' })
  createdAt!: Date;

  @Column({ type: 'timestamptz', name: 'succeeded_at', nullable: true })
  succeededAt!: Date | null;

  /** The first failure since something got through. */
  @Column({ type: 'timestamptz', name: 'failing_since', nullable: true })
  failingSince!: Date | null;

  /** Failures since something got through. */
  @Column({ type: 'int' })
  failures!: number;

  /** Nothing is sent before: the target is down, or has asked to be left alone. */
  @Column({ type: 'timestamptz', name: 'hold_until', nullable: true })
  holdUntil!: Date | null;

  /** The process that works it. */
  @Column({ type: 'text', name: 'leased_by', nullable: true })
  leasedBy!: string | null;

  @Column({ type: 'timestamptz', name: 'leased_until', nullable: true })
  leasedUntil!: Date | null;
}
