import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

let reaper: ChildProcess | undefined;

/** A temporary folder for a server's data. If this process ends without `release`, the reaper ends the server. */
export interface HeldFolder {
  readonly path: string;
  /** To be called when the server has ended: removes the folder. */
  release(): Promise<void>;
}

/** Creates a temporary folder and puts it, and every process whose command line names it, under the reaper's care. */
export async function holdFolder(name: string): Promise<HeldFolder> {
  const path = await realpath(await mkdtemp(join(tmpdir(), `newsmill-${name}-`)));
  tell(`+${path}`);
  return {
    path,
    release: async () => {
      await rm(path, { recursive: true, force: true, maxRetries: 5 });
      tell(`-${path}`);
    },
  };
}

function tell(line: string): void {
  reaper ??= startReaper();
  reaper.stdin?.write(`${line}\n`);
}

function startReaper(): ChildProcess {
  const program = fileURLToPath(new URL('./reaper.ts', import.meta.url));
  // A session of its own, so that the terminal's Ctrl-C does not reach it; its input ends when this process does.
  const child = spawn(process.execPath, [program], { detached: true, stdio: ['pipe', 'ignore', 'inherit'] });
  child.stdin.on('error', () => undefined);
  child.unref();
  const input: unknown = child.stdin;
  if (input instanceof Object && 'unref' in input && typeof input.unref === 'function') input.unref();
  return child;
}
