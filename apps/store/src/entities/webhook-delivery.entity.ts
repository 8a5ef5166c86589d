import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** A change that a webhook has still to get, or was given up for it; what got through leaves no row. */
@Entity({ name: 'webhook_delivery' })
@Index('webhook_delivery_article_idx', ['webhookId', 'articleId', 'seq'])
export class WebhookDelivery {
  @PrimaryColumn({ type: 'text', name: 'webhook_id', primaryKeyConstraintName: 'webhook_delivery_pk' })
  webhookId!: string;

  /** Its entry in the change log, where the text is read at every try. */
  @PrimaryColumn({ type: 'bigint', primaryKeyConstraintName: 'webhook_delivery_pk' })
  seq!: string;

  @Column({ type: 'text', name: 'event_id' })
  eventId!: string;

  @Column({ type: 'uuid', name: 'article_id' })
  articleId!: string;

  @Column({ type: 'text', name: 'change_kind' })
  changeKind!: string;

  @Column({ type: 'text' })
  state!: 'waiting' | 'failed';

  @Column({ type: 'int' })
  attempts!: number;

  @Column({ type: 'timestamptz', name: 'next_at' })
  nextAt!: Date;

  @Column({ type: 'timestamptz', name: 'first_tried_at', nullable: true })
  firstTriedAt!: Date | null;

  @Column({ type: 'timestamptz', name: 'tried_at', nullable: true })
  triedAt!: Date | null;

  /** HTTP status of the last try, if it got an answer. */
  @Column({ type: 'int', nullable: true })
  status!: number | null;

  @Column({ type: 'text', nullable: true })
  error!: string | null;
}
