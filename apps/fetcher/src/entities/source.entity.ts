import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { DiscoveryStep } from '../sources/discovery.js';
import type { Origin } from '../sources/source-declaration.js';

/** How the last search for a source's feeds ended. */
export type DiscoveryState = 'found' | 'nothing' | 'failed';

/** A site, or a set of feeds, that articles are taken from. */
@Entity({ name: 'source' })
@Index('source_discovery_due_idx', ['discoveryDueAt'])
@Index('source_home_idx', ['home'])
export class Source {
  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'source_pk' })
  id!: string;

  @Column({ type: 'text' })
  origin!: Origin;

  @Column({ type: 'text' })
  name!: string;

  @Column({ type: 'text', nullable: true })
  home!: string | null;

  @Column({ type: 'boolean' })
  paused!: boolean;

  /** Whether its feeds are looked for: it has a home and names none. */
  @Column({ type: 'boolean' })
  discovers!: boolean;

  /** Counts what has been declared of it: the result of a search that began before is not kept. */
  @Column({ type: 'int' })
  revision!: number;

  @Column({ type: 'text', name: 'discovery_state', nullable: true })
  discoveryState!: DiscoveryState | null;

  @Column({ type: 'text', name: 'discovery_error', nullable: true })
  discoveryError!: string | null;

  @Column({ type: 'jsonb', name: 'discovery_steps' })
  discoverySteps!: DiscoveryStep[];

  /** Searches in a row that found nothing. */
  @Column({ type: 'int', name: 'discovery_failures' })
  discoveryFailures!: number;

  @Column({ type: 'timestamptz', name: 'discovered_at', nullable: true })
  discoveredAt!: Date | null;

  /** When its feeds are looked for next; while a process does, when that one counts as dead. */
  @Column({ type: 'timestamptz', name: 'discovery_due_at', nullable: true })
  discoveryDueAt!: Date | null;

  @Column({ type: 'timestamptz', name: 'created_at' })
  createdAt!: Date;

  @Column({ type: 'timestamptz', name: 'updated_at' })
  updatedAt!: Date;
}
