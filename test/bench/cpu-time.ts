import { readdirSync, readFileSync } from 'node:fs';

/** Clock ticks a second on Linux (`getconf CLK_TCK`). */
const TICKS = 100;

/** CPU milliseconds that processes and their ended children have used, by part. Empty where there is no /proc. */
export function cpuTimes(roots: ReadonlyMap<string, number>): Map<string, number> {
  const all = readProcesses();
  const times = new Map<string, number>();
  for (const [name, root] of roots) {
    let total = 0;
    for (const pid of treeOf(root, all, new Set(roots.values()))) total += all.get(pid)?.cpuMs ?? 0;
    times.set(name, total);
  }
  return times;
}

interface Process {
  parent: number;
  cpuMs: number;
}

function readProcesses(): Map<number, Process> {
  const all = new Map<number, Process>();
  for (const entry of readdir('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    try {
      const stat = readFileSync(`/proc/${entry}/stat`, 'utf8');
      // Fields after the command name, which may hold spaces: proc(5), field 4 on.
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      const ticks = [11, 12, 13, 14].reduce((sum, index) => sum + Number(fields[index]), 0);
      all.set(Number(entry), { parent: Number(fields[1]), cpuMs: (ticks * 1000) / TICKS });
    } catch {
      // It has ended meanwhile; its time is with its parent.
    }
  }
  return all;
}

function readdir(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}

/** A process and its descendants, without those that are a part of their own. */
function treeOf(root: number, all: Map<number, Process>, parts: Set<number>): number[] {
  const tree = [root];
  for (let at = 0; at < tree.length; at += 1) {
    for (const [pid, { parent }] of all) if (parent === tree[at] && !parts.has(pid)) tree.push(pid);
  }
  return tree;
}
