import { DependencyDown } from '@newsmill/stage';
import type { EntityManager } from 'typeorm';

/** Shared by everything that stores into a schema, held alone by a rebuild. */
const STORE_LOCK = 7_203_453;

/** @throws DependencyDown while the store is being rebuilt: its stages pause and go on with what the rebuild left */
export async function shareStore(manager: EntityManager): Promise<void> {
  const [{ shared }] = await manager.query<[{ shared: boolean }]>(
    'SELECT pg_try_advisory_xact_lock_shared($1, hashtext(current_schema())) AS shared',
    [STORE_LOCK],
  );
  if (!shared) throw new DependencyDown('store (it is being rebuilt)');
}

/** Waits for transactions that store, and keeps others out until this one ends. */
export async function holdStore(manager: EntityManager): Promise<void> {
  await manager.query('SELECT pg_advisory_xact_lock($1, hashtext(current_schema()))', [STORE_LOCK]);
}
