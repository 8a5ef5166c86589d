import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A living process. Its pid may be given to another program later; together with `startedAt` it is unique. */
export interface LivingProcess {
  readonly pid: number;
  /** When it started, in the system's own notation: to be compared for equality, nothing else. */
  readonly startedAt: string;
  /** Program and arguments, separated by spaces. Empty where the system does not tell. */
  readonly command: string;
}

/** The process that has this pid now, or undefined. A zombie (ended, not yet reaped) counts as ended. */
export async function findProcess(pid: number): Promise<LivingProcess | undefined> {
  if (!Number.isSafeInteger(pid) || pid <= 0) return undefined;
  if (process.platform === 'linux') return findOnLinux(pid);
  return process.platform === 'win32' ? findOnWindows(pid) : findByPs(pid);
}

/** Whether this very process, and not a later one with its pid, still runs. */
export async function stillRuns(known: { pid: number; startedAt: string }): Promise<boolean> {
  return (await findProcess(known.pid))?.startedAt === known.startedAt;
}

async function findOnLinux(pid: number): Promise<LivingProcess | undefined> {
  try {
    const [stat, command, boot] = await Promise.all([
      readFile(`/proc/${pid}/stat`, 'utf8'),
      readFile(`/proc/${pid}/cmdline`, 'utf8'),
      readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => ''),
    ]);
    // proc_pid_stat(5): the second field, the name in parentheses, may hold spaces and parentheses itself.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [state, ticksSinceBoot] = [fields[0], fields[19]];
    if (state === 'Z' || state === 'X' || ticksSinceBoot === undefined) return undefined;
    return {
      pid,
      startedAt: `${boot.trim()}+${ticksSinceBoot}`,
      command: command.split('\0').join(' ').trim(),
    };
  } catch {
    return undefined;
  }
}

async function findByPs(pid: number): Promise<LivingProcess | undefined> {
  try {
    const { stdout } = await run('ps', ['-ww', '-o', 'stat=,lstart=,command=', '-p', String(pid)], {
      env: { PATH: '/usr/bin:/bin', LC_ALL: 'C' },
    });
    // "Ss   Mon Nov 23 02:01:12 2026     /usr/bin/program arguments": lstart has always five words.
    const line = /^\s*(\S+)\s+(\S+\s+\S+\s+\S+\s+\S+\s+\S+)\s+(.*)$/m.exec(stdout);
    if (!line || line[1]?.startsWith('Z')) return undefined;
    return { pid, startedAt: line[2] ?? '', command: (line[3] ?? '').trim() };
  } catch {
    return undefined;
  }
}

async function findOnWindows(pid: number): Promise<LivingProcess | undefined> {
  const query =
    `$p = Get-CimInstance Win32_Process -Filter 'ProcessId=${pid}'; ` +
    `if ($p) { $p.CreationDate.ToFileTimeUtc(); $p.CommandLine }`;
  try {
    const { stdout } = await run('powershell.exe', ['-NoProfile', '-NonInteractive', '-Command', query]);
    const [startedAt, ...command] = stdout.trim().split(/\r?\n/);
    return startedAt ? { pid, startedAt, command: command.join(' ') } : undefined;
  } catch {
    return undefined;
  }
}
