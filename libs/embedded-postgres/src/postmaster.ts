import { readFile, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { findProcess, type LivingProcess } from './process-identity.js';

/** What `postmaster.pid` says about the server of a database. */
export interface PostmasterFile {
  readonly pid: number;
  readonly port: number;
  /** True once the server accepts connections. */
  readonly ready: boolean;
}

/** A server that runs now, and is sure to be the one of this database. */
export interface RunningPostmaster extends PostmasterFile {
  readonly process: LivingProcess;
}

/** Reads the lines of `postmaster.pid` (PostgreSQL's miscinit.h): 1 pid, 2 folder, 3 start time, 4 port, 8 status. */
export function parsePostmasterFile(text: string): PostmasterFile | undefined {
  const lines = text.split('\n');
  const pid = Number(lines[0]);
  if (!Number.isSafeInteger(pid) || pid <= 0) return undefined;
  return { pid, port: Number(lines[3] ?? 0) || 0, ready: (lines[7] ?? '').trim() === 'ready' };
}

/** The content of `postmaster.pid`, or undefined when no server runs or one has just begun to write it. */
export async function readPostmasterFile(cluster: string): Promise<PostmasterFile | undefined> {
  return parsePostmasterFile(await readFile(join(cluster, 'postmaster.pid'), 'utf8').catch(() => ''));
}

/**
 * Finds the server of `cluster`, also one whose Node process was killed. The pid in the file proves nothing,
 * another program may have it by now: the command line must name PostgreSQL and this folder.
 */
export async function findPostmaster(cluster: string): Promise<RunningPostmaster | undefined> {
  const file = await readPostmasterFile(cluster);
  if (!file) return undefined;
  const found = await findProcess(file.pid);
  return found && isServerOf(cluster, found.command) ? { ...file, process: found } : undefined;
}

/** Whether a command line is that of `postgres -D <cluster>`. */
export function isServerOf(cluster: string, command: string): boolean {
  const at = command.indexOf(` -D ${cluster}`);
  if (at < 0) return false;
  const after = command[at + ` -D ${cluster}`.length];
  const program = command.slice(0, at).replaceAll('"', '').replaceAll('\\', '/');
  return (after === undefined || after === ' ') && /^postgres(\.exe)?$/.test(basename(program));
}

/**
 * Removes a `postmaster.pid` whose server has ended. PostgreSQL does so itself unless its pid was given to another
 * program. Server processes that outlived their postmaster are still noticed: by the shared memory, whose
 * key derives from the folder.
 */
export async function removeStalePostmasterFile(cluster: string): Promise<void> {
  if (!(await findPostmaster(cluster))) await rm(join(cluster, 'postmaster.pid'), { force: true });
}
