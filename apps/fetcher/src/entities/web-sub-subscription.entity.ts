import { Column, Entity, Index, PrimaryColumn, Unique } from 'typeorm';

/** `wanted`: asked for or to be asked for; `active`: verified by us, until the lease ends; `denied`: the hub will not. */
export type SubscriptionState = 'wanted' | 'active' | 'denied' | 'leaving';

/** The subscription of a feed to its hub (W3C WebSub). */
@Entity({ name: 'websub_subscription' })
@Unique('websub_subscription_token_key', ['token'])
@Index('websub_subscription_next_idx', ['nextAt'])
export class WebSubSubscription {
  @PrimaryColumn({ type: 'uuid', name: 'feed_id', primaryKeyConstraintName: 'websub_subscription_pk' })
  feedId!: string;

  @Column({ type: 'text' })
  hub!: string;

  /** The address under which the hub knows the feed: its `rel="self"`. */
  @Column({ type: 'text' })
  topic!: string;

  /** Last part of the callback's path: nobody but the hub is told it. */
  @Column({ type: 'text' })
  token!: string;

  /** Key of the HMAC under which the hub sends; `null` where the hub is spoken to in the clear: what it sends is not read. */
  @Column({ type: 'text', nullable: true })
  secret!: string | null;

  @Column({ type: 'text' })
  state!: SubscriptionState;

  /** What has been asked of the hub and not been verified. */
  @Column({ type: 'text', nullable: true })
  pending!: 'subscribe' | 'unsubscribe' | null;

  /** Requests since the hub last verified one. */
  @Column({ type: 'int', default: 0 })
  attempts!: number;

  /** When the hub is asked next. */
  @Column({ type: 'timestamptz', name: 'next_at' })
  nextAt!: Date;

  @Column({ type: 'timestamptz', name: 'lease_until', nullable: true })
  leaseUntil!: Date | null;

  /** Its pushes have brought what polling had not found, and polling has found nothing that they should have brought. */
  @Column({ type: 'boolean', default: false })
  trusted!: boolean;

  /** Polls in a row that found what no push had brought. */
  @Column({ type: 'smallint', default: 0 })
  misses!: number;

  /** When the hub last sent something that was taken. */
  @Column({ type: 'timestamptz', name: 'pushed_at', nullable: true })
  pushedAt!: Date | null;

  /** Why the hub denied it, or what it answered, in its words; cut. */
  @Column({ type: 'text', nullable: true })
  reason!: string | null;
}
