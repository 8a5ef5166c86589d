import type { Rule } from '../rule.js';
import { fileOf, lineOfWord, packageOf } from '../workspace.js';

/** No file reaches itself through imports, types included: files that need each other are one thing or have a third. */
export const fileCycle: Rule = ({ modules }) => {
  const next = (path: string) => {
    const module = modules.get(path)!;
    const targets = module.imports.map((imported) => fileOf(module, imported));
    return targets.filter((target) => target !== undefined && modules.has(target)) as string[];
  };
  return cyclesIn(modules.keys(), next).map((cycle) => {
    const module = modules.get(cycle[0]!)!;
    const { line } = module.imports.find((imported) => fileOf(module, imported) === cycle[1])!;
    return { path: module.path, line, message: `stands in an import cycle: ${cycle.join(' → ')}` };
  });
};

/** No project reaches itself through what its files import or its package.json lists. Specs count: Nx counts them. */
export const projectCycle: Rule = ({ projects, modules }) => {
  const edges = new Map<string, Set<string>>();
  for (const { manifest } of projects.values()) {
    edges.set(manifest.name, new Set([...manifest.runtime, ...manifest.development]));
  }
  for (const { project, imports } of modules.values()) {
    for (const { specifier } of imports) if (project) edges.get(project.manifest.name)?.add(packageOf(specifier));
  }
  const next = (name: string) => [...edges.get(name)!].filter((other) => other !== name && projects.has(other));
  return cyclesIn(projects.keys(), next).map((cycle) => {
    const { manifest } = projects.get(cycle[0]!)!;
    const message = `stands in a cycle of projects: ${cycle.join(' → ')}`;
    return { path: manifest.path, line: lineOfWord(manifest, cycle[1]!), message };
  });
};

/** One cycle for each edge that closes one, in a walk depth first; its first node stands at its end again. */
function cyclesIn(nodes: Iterable<string>, next: (node: string) => readonly string[]): string[][] {
  const cycles: string[][] = [];
  const done = new Set<string>();
  const walk = (node: string, trail: readonly string[]): void => {
    const start = trail.indexOf(node);
    if (start >= 0) cycles.push([...trail.slice(start), node]);
    if (start >= 0 || done.has(node)) return;
    for (const other of next(node)) walk(other, [...trail, node]);
    done.add(node);
  };
  for (const node of nodes) walk(node, []);
  return cycles;
}
