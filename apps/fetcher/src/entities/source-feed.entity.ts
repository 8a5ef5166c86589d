import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';
import type { FeedKind } from '../sources/source-declaration.js';
import { Source } from './source.entity.js';

/** A feed or sitemap that a source names, or was found to have. Several sources may have the same. */
@Entity({ name: 'source_feed' })
@Index('source_feed_url_idx', ['url'])
export class SourceFeed {
  @PrimaryColumn({ type: 'text', name: 'source_id', primaryKeyConstraintName: 'source_feed_pk' })
  sourceId!: string;

  @ManyToOne(() => Source, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'source_id', foreignKeyConstraintName: 'source_feed_source_fk' })
  source?: Source;

  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'source_feed_pk' })
  url!: string;

  @Column({ type: 'text' })
  kind!: FeedKind;

  /** Named by the source itself; else found. */
  @Column({ type: 'boolean' })
  declared!: boolean;

  /** `false`: known as another way to the same, and not polled. */
  @Column({ type: 'boolean' })
  followed!: boolean;

  /** `rss`, `atom`, `rdf`, `json`, `news-sitemap`, `sitemap`, `sitemap-index`; known of what was found. */
  @Column({ type: 'text', nullable: true })
  format!: string | null;

  @Column({ type: 'text', nullable: true })
  title!: string | null;

  /** The followed feed that has the same content. */
  @Column({ type: 'text', name: 'same_as', nullable: true })
  sameAs!: string | null;
}
