import { type Layer, mayImport } from '../boundaries.js';
import type { Rule, Violation } from '../rule.js';
import { fileOf, lineOfWord, packageOf, type Project, type Workspace } from '../workspace.js';

/** A project imports, and lists in its package.json, projects of the layers that its own layer may know. */
export const layer: Rule = (workspace) => [
  ...[...workspace.projects.values()].flatMap((project) => ofManifest(project, workspace)),
  ...[...workspace.modules.values()].flatMap(({ path, project, imports }) =>
    imports.flatMap(({ specifier, line }) => {
      const message = project && refusal(project, packageOf(specifier), workspace);
      return message ? [{ path, line, message }] : [];
    }),
  ),
];

function ofManifest(project: Project, workspace: Workspace): Violation[] {
  const { manifest } = project;
  if (!isLayer(project.layer)) {
    const known = Object.keys(mayImport).join(', ');
    const message = `has no known layer: put "layer:…" into nx.tags, one of ${known}`;
    return [{ path: manifest.path, line: lineOfWord(manifest, 'nx'), message }];
  }
  return [...manifest.runtime, ...manifest.development].flatMap((dependency) => {
    const message = refusal(project, dependency, workspace);
    return message ? [{ path: manifest.path, line: lineOfWord(manifest, dependency), message }] : [];
  });
}

function refusal(from: Project, name: string, { projects }: Workspace): string | undefined {
  const to = projects.get(name);
  if (to === undefined || to === from || !isLayer(from.layer)) return undefined;
  const allowed = mayImport[from.layer];
  if (isLayer(to.layer) && allowed.includes(to.layer)) return undefined;
  const may = allowed.length > 0 ? `only ${allowed.join(', ')}` : 'no other project';
  return `depends on ${name} (${to.layer ?? 'no layer'}): layer ${from.layer} may know ${may}`;
}

function isLayer(name: string | undefined): name is Layer {
  return name !== undefined && Object.hasOwn(mayImport, name);
}

/** A relative path stays in its project; tests may also reach the real parts of test/support. */
export const packageBoundary: Rule = ({ modules }) =>
  [...modules.values()].flatMap((module) =>
    module.imports.flatMap((imported) => {
      const target = fileOf(module, imported);
      if (module.project === undefined || target === undefined) return [];
      if (target.startsWith(`${module.project.folder}/`)) return [];
      if (module.isTest && target.startsWith('test/support/')) return [];
      const message = `imports ${imported.specifier}, which leaves ${module.project.folder}: other projects are imported by package name`;
      return [{ path: module.path, line: imported.line, message }];
    }),
  );
