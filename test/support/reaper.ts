/**
 * A process of its own that outlives a test run which is ended by Ctrl-C or kill -9. It reads folders from its standard
 * input, `+folder` and `-folder` a line; when the input ends, it ends every process whose command line names one of
 * the folders that remain, and removes the folders. Their names are random, so nothing else names them.
 */
import { execFile } from 'node:child_process';
import { readdir, readFile, rm } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';

const stopWithinMs = 15_000;
const pollMs = 100;
const folders = new Set<string>();

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
for await (const line of createInterface({ input: process.stdin })) {
  if (line.startsWith('+')) folders.add(line.slice(1));
  else folders.delete(line.slice(1));
}
await Promise.all([...folders].map(reap));

async function reap(folder: string): Promise<void> {
  for (const pid of await processesNaming(folder)) send(pid, 'SIGINT');
  const from = performance.now();
  for (;;) {
    const left = await processesNaming(folder);
    if (left.length === 0) break;
    if (performance.now() - from > stopWithinMs) for (const pid of left) send(pid, 'SIGKILL');
    await delay(pollMs);
  }
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended meanwhile.
  }
}

async function processesNaming(folder: string): Promise<number[]> {
  const all = process.platform === 'linux' ? await listProc() : await listPs();
  return all.filter(({ command }) => command.includes(folder)).map(({ pid }) => pid);
}

async function listProc(): Promise<{ pid: number; command: string }[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const commands = pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => ''));
  return (await Promise.all(commands)).map((command, index) => ({ pid: Number(pids[index]), command }));
}

async function listPs(): Promise<{ pid: number; command: string }[]> {
  const { stdout } = await promisify(execFile)('ps', ['-A', '-ww', '-o', 'pid=,command='], { maxBuffer: 16_000_000 });
  return stdout.split('\n').map((line) => ({ pid: Number.parseInt(line, 10), command: line }));
}
