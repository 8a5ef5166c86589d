import type { Layer } from '../boundaries.js';
import type { RuleName } from '../rules.js';
import type { TextFile } from '../workspace.js';

/** A small repository that breaks one rule, and the places where the rule must say so. */
export interface Planted {
  readonly rule: RuleName;
  readonly what: string;
  readonly files: readonly TextFile[];
  /** `path:line` of each violation. None: the repository looks like a breach and is right. */
  readonly found: readonly string[];
}

/** The project in which most breaches are planted, and its neighbour. */
export const web = (...dependencies: string[]) => project('libs/web', 'pure', ...dependencies);
export const feeds = (...dependencies: string[]) => project('libs/feeds', 'pure', ...dependencies);

/** A file of libs/web. */
export const source = (...lines: string[]) => file('libs/web/src/a.ts', ...lines);

/** A file of the planted repository, one argument a line. */
export function file(path: string, ...lines: string[]): TextFile {
  return { path, text: lines.map((line) => `${line}\n`).join('') };
}

/** A package.json whose dependencies stand from line 9 on. */
export function project(folder: string, layer: Layer, ...dependencies: string[]): TextFile {
  const json = {
    name: nameOf(folder),
    nx: { tags: [`layer:${layer}`] },
    dependencies: Object.fromEntries(dependencies.map((name) => [name, '1.0.0'])),
  };
  return { path: `${folder}/package.json`, text: JSON.stringify(json, null, 2) };
}

/** Package name of a folder. */
export function nameOf(folder: string): string {
  return `@newsmill/${folder.split('/')[1]}`;
}
