import type { ArticleRecord } from '@newsmill/contracts';
import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** A change as it went out on the `changes` topic. */
@Entity({ name: 'change_log' })
@Index('change_log_article_idx', ['articleId', 'seq'])
export class ChangeLogEntry {
  /** In the order of publication, without gaps. */
  @PrimaryColumn({ type: 'bigint', primaryKeyConstraintName: 'change_log_pk' })
  seq!: string;

  /** The `ce_id` that it has on the topic. */
  @Column({ type: 'text', name: 'event_id' })
  eventId!: string;

  @Column({ type: 'text' })
  source!: string;

  @Column({ type: 'uuid', name: 'article_id' })
  articleId!: string;

  @Column({ type: 'int' })
  revision!: number;

  @Column({ type: 'text', name: 'change_kind' })
  changeKind!: string;

  @Column({ type: 'text', name: 'pub_status', nullable: true })
  pubStatus!: string | null;

  /** The event without its record. */
  @Column({ type: 'jsonb' })
  event!: object;

  /** `null` where the event has none, and once the article may no longer be read. */
  @Column({ type: 'json', nullable: true })
  record!: ArticleRecord | null;

  /** Octets of event and record, so that a page can be measured without reading them. */
  @Column({ type: 'int' })
  bytes!: number;

  /** What filters look at: of this version and of all before it. */
  @Column({ type: 'text', array: true })
  facets!: string[];

  @Column({ type: 'timestamptz', name: 'changed_at' })
  changedAt!: Date;

  /** Retention counts from here. */
  @Column({ type: 'timestamptz', name: 'logged_at' })
  loggedAt!: Date;

  /** The span that it came of (W3C Trace Context). */
  @Column({ type: 'text', nullable: true })
  traceparent!: string | null;

  @Column({ type: 'text', nullable: true })
  tracestate!: string | null;
}
