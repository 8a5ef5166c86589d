import type { EventOf, linkDiscovered } from '@newsmill/contracts';
import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** What a link says that holds for every visit: where the page stands, and whose article it is. */
export type KnownLink = Pick<EventOf<typeof linkDiscovered>, 'url' | 'publisher' | 'guid' | 'origin' | 'hints'>;

/** A page that has been fetched, and what its visits have found. */
@Entity({ name: 'page' })
@Index('page_due_idx', ['nextVisitAt'])
@Index('page_host_idx', ['host', 'visitedAt'])
export class Page {
  /** The page id of the normalised address as linked, or of publisher and guid. */
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'page_pk' })
  id!: string;

  /** As linked, normalised. */
  @Column({ type: 'text' })
  url!: string;

  /** Where the next visit goes: as linked, or where the page has moved for good. */
  @Column({ type: 'text' })
  address!: string;

  /** Of the address. */
  @Column({ type: 'text' })
  host!: string;

  /** Where its content stood last, after redirects. */
  @Column({ type: 'text', name: 'final_url' })
  finalUrl!: string;

  @Column({ type: 'json' })
  link!: KnownLink;

  @Column({ type: 'timestamptz', name: 'first_fetched_at' })
  firstFetchedAt!: Date;

  /** When its host last had an answer for it: not a 429, not 5xx. */
  @Column({ type: 'timestamptz', name: 'visited_at' })
  visitedAt!: Date;

  /** HTTP status at the last visit; 0: no answer. */
  @Column({ type: 'int' })
  status!: number;

  /** Validators of the content, for conditional requests. */
  @Column({ type: 'text', nullable: true })
  etag!: string | null;

  @Column({ type: 'text', name: 'last_modified', nullable: true })
  lastModified!: string | null;

  /** SHA-256 of the decoded content; `null`: what the log has of it is not known, so the next revisit brings it again. */
  @Column({ type: 'text', nullable: true })
  digest!: string | null;

  /**
   * The receipt under which the log was told of this content, or of the withdrawal. `null`: it may not have been told, so
   * the next visit that finds the page missing withdraws it again.
   */
  @Column({ type: 'text', name: 'told_under', nullable: true })
  toldUnder!: string | null;

  /** Number of the next revisit. */
  @Column({ type: 'int' })
  visit!: number;

  /** `null`: none is planned. */
  @Column({ type: 'timestamptz', name: 'next_visit_at', nullable: true })
  nextVisitAt!: Date | null;

  /** Visits in a row that found it missing, spaced. */
  @Column({ type: 'int', name: 'gone_count' })
  goneCount!: number;

  @Column({ type: 'timestamptz', name: 'first_gone_at', nullable: true })
  firstGoneAt!: Date | null;

  /** The last visit that counted. */
  @Column({ type: 'timestamptz', name: 'last_gone_at', nullable: true })
  lastGoneAt!: Date | null;

  @Column({ type: 'timestamptz', name: 'withdrawn_at', nullable: true })
  withdrawnAt!: Date | null;
}

/** What a row of pages holds, as a value. */
export type KnownPage = Pick<Page, keyof Page>;
