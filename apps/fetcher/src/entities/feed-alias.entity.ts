import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** An address at which a feed stood before it moved: who declares it means the feed where it stands now. */
@Entity({ name: 'feed_alias' })
@Index('feed_alias_feed_idx', ['feedId'])
export class FeedAlias {
  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'feed_alias_pk' })
  url!: string;

  @Column({ type: 'uuid', name: 'feed_id' })
  feedId!: string;
}
