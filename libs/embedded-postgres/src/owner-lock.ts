import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { randomUUID } from 'node:crypto';
import { systemCode } from './errors.js';
import { findProcess, stillRuns } from './process-identity.js';

/** Held by the one process that may start and stop the server of a data folder. */
export interface OwnerLock {
  /** Gives the folder free. Does nothing when another process has taken it over meanwhile. */
  release(): Promise<void>;
}

/** Who holds a lock: a pid is used again after its process has ended, so the start time belongs to it. */
interface Owner {
  readonly pid: number;
  readonly startedAt: string;
}

/**
 * Takes the lock `file` for this process. A lock left behind by a process that has ended is taken over.
 *
 * @returns the lock, or the pid of the living owner.
 */
export async function acquireOwnerLock(file: string): Promise<OwnerLock | { heldBy: number }> {
  const startedAt = (await findProcess(process.pid))?.startedAt ?? '';
  const claim = JSON.stringify({ pid: process.pid, startedAt, id: randomUUID() });
  for (;;) {
    if (await place(file, claim)) return { release: () => remove(file, claim) };
    const found = await readIfThere(file);
    if (found === undefined) continue;
    const owner = parseOwner(found);
    if (owner && (await stillRuns(owner))) return { heldBy: owner.pid };
    await remove(file, found);
  }
}

/** Creates `file` with its whole content in one step: nobody ever reads half a claim. */
async function place(file: string, claim: string): Promise<boolean> {
  const draft = `${file}.${randomUUID()}`;
  await writeFile(draft, claim, { flag: 'wx', mode: 0o600 });
  try {
    await link(draft, file);
    return true;
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

/**
 * Removes the lock if it still has this content. It is moved aside first: of two processes that judged the
 * same lock stale only one moves it, and a claim that was placed in between is put back.
 */
async function remove(file: string, content: string): Promise<void> {
  if ((await readIfThere(file)) !== content) return;
  const aside = `${file}.${randomUUID()}`;
  try {
    await rename(file, aside);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return;
    throw error;
  }
  if ((await readIfThere(aside)) !== content) await link(aside, file).catch(() => undefined);
  await rm(aside, { force: true });
}

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

function parseOwner(content: string): Owner | undefined {
  try {
    const { pid, startedAt } = JSON.parse(content) as Partial<Owner>;
    return typeof pid === 'number' && typeof startedAt === 'string' ? { pid, startedAt } : undefined;
  } catch {
    return undefined;
  }
}
