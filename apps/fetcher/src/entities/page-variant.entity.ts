import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** An AMP or print form of a page, so that the next link to it leads straight to the page. */
@Entity({ name: 'page_variant' })
@Index('page_variant_noted_idx', ['notedAt'])
export class PageVariant {
  /** The page id of the variant's normalised address. */
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'page_variant_pk' })
  id!: string;

  /** The address of the page that it is a variant of, normalised. */
  @Column({ type: 'text' })
  canonical!: string;

  /** When the page was last found to agree. */
  @Column({ type: 'timestamptz', name: 'noted_at' })
  notedAt!: Date;
}
