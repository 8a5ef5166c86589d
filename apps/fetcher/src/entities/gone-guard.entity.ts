import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A host more than half of whose pages vanished at once: nothing of it is withdrawn. */
@Entity({ name: 'gone_guard' })
export class GoneGuardEntry {
  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'gone_guard_pk' })
  host!: string;

  /** When the first page was missed. */
  @Column({ type: 'timestamptz' })
  since!: Date;

  /** Pages asked since then, and how many of them were missing, when the guard was set. */
  @Column({ type: 'int' })
  asked!: number;

  @Column({ type: 'int' })
  missing!: number;

  /** When a person said that the pages are gone indeed. */
  @Column({ type: 'timestamptz', name: 'released_at', nullable: true })
  releasedAt!: Date | null;
}
