import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn, Unique } from 'typeorm';
import type { FeedKind } from '../sources/source-declaration.js';
import { Source } from './source.entity.js';

/** A feed that is polled, and where its polling stands. */
@Entity({ name: 'feed' })
@Unique('feed_id_key', ['id'])
@Index('feed_due_idx', ['nextPollAt'], { where: 'active' })
@Index('feed_source_idx', ['sourceId'])
export class Feed {
  /** Where it stands now; changes when the feed has moved for good. */
  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'feed_pk' })
  url!: string;

  /** Stays when the feed moves. */
  @Column({ type: 'uuid', default: () => 'gen_random_uuid()' })
  id!: string;

  /** Where it stood when it was declared, if it has moved since; ids of its entries and receipts are made of it. */
  @Column({ type: 'text', name: 'first_url', nullable: true })
  firstUrl!: string | null;

  /** Host and port of `url`: one process looks at few feeds of a host at once. */
  @Column({
    type: 'text',
    nullable: true,
    generatedType: 'STORED',
    asExpression: `substring(url from '^[a-z]+://([^/?#]+)')`,
    insert: false,
    update: false,
  })
  host!: string | null;

  @Column({ type: 'text', default: 'feed' })
  kind!: FeedKind;

  /** The source that it is polled for; the oldest of several that share it. */
  @Column({ type: 'text', name: 'source_id', nullable: true })
  sourceId!: string | null;

  @ManyToOne(() => Source, { onDelete: 'SET NULL' })
  @JoinColumn({ name: 'source_id', foreignKeyConstraintName: 'feed_source_fk' })
  source?: Source | null;

  /** `false`: no source follows it; kept, so that nothing is read twice when it comes back. */
  @Column({ type: 'boolean' })
  active!: boolean;

  /** Since when it is watched. */
  @Column({ type: 'timestamptz', default: () => 'now()' })
  since!: Date;

  /** When it is looked at next; while a process looks at it, when its claim ends. */
  @Column({ type: 'timestamptz', name: 'next_poll_at' })
  nextPollAt!: Date;

  /** Marks the look under way: only who holds it may write what the look found. */
  @Column({ type: 'uuid', nullable: true })
  claim!: string | null;

  /** When it last answered with a document or 304. */
  @Column({ type: 'timestamptz', name: 'polled_at', nullable: true })
  polledAt!: Date | null;

  /** When it last sent its document, and not 304. */
  @Column({ type: 'timestamptz', name: 'read_at', nullable: true })
  readAt!: Date | null;

  /** Validators of the last answer, for conditional requests. */
  @Column({ type: 'text', nullable: true })
  etag!: string | null;

  @Column({ type: 'text', name: 'last_modified', nullable: true })
  lastModified!: string | null;

  /** SHA-256 of the document that was read last: servers send it again without a 304. */
  @Column({ type: 'bytea', name: 'body_hash', nullable: true })
  bodyHash!: Buffer | null;

  /** Least time between two looks that the document asks for (`ttl`, `sy:`). */
  @Column({ type: 'int', name: 'wished_seconds', nullable: true })
  wishedSeconds!: number | null;

  @Column({ type: 'smallint', array: true, name: 'skip_hours', default: '{}' })
  skipHours!: number[];

  @Column({ type: 'smallint', array: true, name: 'skip_days', default: '{}' })
  skipDays!: number[];

  /** When it had something new, newest first; a bounded number of moments. */
  @Column({ type: 'timestamptz', array: true, default: '{}' })
  activity!: Date[];

  /** When it counts as silent, should nothing new come; `null` while its rhythm is not known. */
  @Column({ type: 'timestamptz', name: 'silent_from', nullable: true })
  silentFrom!: Date | null;

  /** Polls that failed in a row. */
  @Column({ type: 'int', default: 0 })
  failures!: number;

  /** Class of the last failure; `null` while it answers. */
  @Column({ type: 'text', nullable: true })
  failure!: string | null;

  /** When it answered 410; `null` while it is there. */
  @Column({ type: 'timestamptz', name: 'gone_at', nullable: true })
  goneAt!: Date | null;

  /** Where permanent redirects lead, and how often that was seen. */
  @Column({ type: 'text', name: 'moved_to', nullable: true })
  movedTo!: string | null;

  @Column({ type: 'smallint', name: 'moves_seen', default: 0 })
  movesSeen!: number;

  @Column({ type: 'timestamptz', name: 'move_seen_at', nullable: true })
  moveSeenAt!: Date | null;
}
