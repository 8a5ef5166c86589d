import { type DataSource, IsNull } from 'typeorm';
import { GoneGuardEntry } from '../entities/gone-guard.entity.js';

/** Hosts more than half of whose pages vanished at once, with those that a person has released; oldest first. */
export function listGuardedHosts(database: DataSource): Promise<GoneGuardEntry[]> {
  return database.manager.find(GoneGuardEntry, { order: { since: 'ASC' } });
}

/**
 * A person's word that the missing pages of a guarded host are gone indeed: they are looked at again at once, and those
 * that are missing still are withdrawn.
 * @returns how many are looked at; `undefined` when the host is not guarded, or has been released before
 */
export async function releaseGuardedHost(database: DataSource, host: string, now: Date): Promise<number | undefined> {
  return database.transaction(async (manager) => {
    const released = await manager.update(GoneGuardEntry, { host, releasedAt: IsNull() }, { releasedAt: now });
    if (released.affected !== 1) return undefined;
    const [, count] = await manager.query<[unknown, number]>(
      'UPDATE page SET next_visit_at = $2 WHERE host = $1 AND first_gone_at IS NOT NULL AND withdrawn_at IS NULL',
      [host, now],
    );
    return count;
  });
}
