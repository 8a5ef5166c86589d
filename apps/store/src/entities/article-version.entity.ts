import type { ArticleRecord } from '@newsmill/contracts';
import { Column, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';
import type { VersionKey } from '../life-cycle/version-key.js';

/** One version of an article as it came in: what the life cycle goes by. See {@link VersionKey}. */
@Entity({ name: 'article_version' })
@Index('article_version_article_idx', ['articleId', 'storedAt'])
export class ArticleVersion implements Omit<VersionKey, 'contentHash' | 'hasRecord'> {
  @PrimaryGeneratedColumn({ type: 'bigint', primaryKeyConstraintName: 'article_version_pk' })
  id!: string;

  @Column({ type: 'uuid', name: 'article_id' })
  articleId!: string;

  @Column({ type: 'text', name: 'receipt_id' })
  receiptId!: string;

  @Column({ type: 'text' })
  replay!: string;

  @Column({ type: 'text' })
  confirmed!: string;

  /** A later replay of its receipt made something else of it: it counts no more. */
  @Column({ type: 'boolean' })
  superseded!: boolean;

  @Column({ type: 'text', nullable: true })
  version!: string | null;

  @Column({ type: 'timestamptz', name: 'version_created' })
  versionCreated!: Date;

  @Column({ type: 'timestamptz', name: 'accepted_at' })
  acceptedAt!: Date;

  @Column({ type: 'text', name: 'pub_status' })
  pubStatus!: ArticleRecord['pubStatus'];

  @Column({ type: 'text', nullable: true })
  note!: string | null;

  @Column({ type: 'boolean' })
  restores!: boolean;

  @Column({ type: 'timestamptz', name: 'embargoed_until', nullable: true })
  embargoedUntil!: Date | null;

  @Column({ type: 'timestamptz', nullable: true })
  expires!: Date | null;

  @Column({ type: 'timestamptz', name: 'elapsed_to', nullable: true })
  elapsedTo!: Date | null;

  /** `null` until it is needed: of a version that an older release has stored. */
  @Column({ type: 'text', name: 'content_hash', nullable: true })
  contentHash!: string | null;

  /** `null` when an older version says the same, or its text is gone. */
  @Column({ type: 'json', nullable: true })
  record!: ArticleRecord | null;

  @Column({ type: 'timestamptz', name: 'stored_at' })
  storedAt!: Date;
}
