import { posix } from 'node:path';
import ts from 'typescript';
import type { Layer } from './boundaries.js';

/** A file of the repository: path from its root, `/` between the parts. */
export interface TextFile {
  readonly path: string;
  readonly text: string;
}

/** One import, re-export, late import or require of a module whose name is written out. */
export interface Import {
  readonly specifier: string;
  readonly line: number;
}

/** A TypeScript file. */
export interface Module extends TextFile {
  readonly tree: ts.SourceFile;
  /** Every node of the tree, outer ones first. */
  readonly nodes: readonly ts.Node[];
  readonly imports: readonly Import[];
  /** Exists to be run by tests: a spec, or a conformance suite that specs of several packages call. */
  readonly isTest: boolean;
  /** Undefined in deploy/, examples/ and most of test/, which belong to the root package. */
  readonly project: Project | undefined;
}

/** A package.json. */
export interface Manifest extends TextFile {
  readonly name: string;
  /** What runs with the package. */
  readonly runtime: ReadonlySet<string>;
  /** What only its tests and tools need. */
  readonly development: ReadonlySet<string>;
}

/** A library, an app or a test project: a folder with a package.json. */
export interface Project {
  readonly folder: string;
  readonly layer: Layer | undefined;
  readonly manifest: Manifest;
}

export interface Workspace {
  /** By package name. */
  readonly projects: ReadonlyMap<string, Project>;
  /** By path. */
  readonly modules: ReadonlyMap<string, Module>;
  readonly root: Manifest | undefined;
}

/** Reads the structure out of the texts of package.json and TypeScript files; files of other kinds are ignored. */
export function workspaceOf(files: readonly TextFile[]): Workspace {
  const manifests = files.filter(({ path }) => posix.basename(path) === 'package.json').map(readManifest);
  const projects = manifests
    .filter(({ path }) => /^((libs|apps)\/[^/]+|test\/.+)\/package\.json$/.test(path))
    .map((manifest): Project => ({ folder: posix.dirname(manifest.path), layer: layerOf(manifest), manifest }));
  const modules = files
    .filter(({ path }) => path.endsWith('.ts'))
    .map((file) =>
      readModule(
        file,
        projects.find(({ folder }) => file.path.startsWith(`${folder}/`)),
      ),
    );
  return {
    projects: new Map(projects.map((project) => [project.manifest.name, project])),
    modules: new Map(modules.map((module) => [module.path, module])),
    root: manifests.find(({ path }) => path === 'package.json'),
  };
}

/** Path of the file that a relative specifier names; TypeScript tells of those that do not exist. */
export function fileOf(module: Module, { specifier }: Import): string | undefined {
  if (!isRelative(specifier)) return undefined;
  return posix.join(posix.dirname(module.path), specifier).replace(/\.js$/, '.ts');
}

export function isRelative(specifier: string): boolean {
  return /^\.{1,2}(\/|$)/.test(specifier);
}

/** `@scope/name` or `name` of a specifier that may go on with a subpath. */
export function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

/** Line, from 1, on which a node of a module starts. */
export function lineOf(module: { tree: ts.SourceFile }, node: ts.Node): number {
  return module.tree.getLineAndCharacterOfPosition(node.getStart(module.tree)).line + 1;
}

/** Line, from 1, of a manifest that writes a dependency or another quoted word. */
export function lineOfWord({ text }: TextFile, word: string): number {
  const at = text.indexOf(`"${word}"`);
  return at < 0 ? 1 : text.slice(0, at).split('\n').length;
}

function readManifest({ path, text }: TextFile): Manifest {
  const json = JSON.parse(text) as Record<string, unknown>;
  const names = (...fields: string[]) => new Set(fields.flatMap((field) => Object.keys(json[field] ?? {})));
  return {
    path,
    text,
    name: String(json['name']),
    runtime: names('dependencies', 'optionalDependencies', 'peerDependencies'),
    development: names('devDependencies'),
  };
}

function layerOf({ text }: Manifest): Layer | undefined {
  const { nx } = JSON.parse(text) as { nx?: { tags?: string[] } };
  const tag = nx?.tags?.find((name) => name.startsWith('layer:'));
  return tag?.slice('layer:'.length) as Layer | undefined;
}

function readModule(file: TextFile, project: Project | undefined): Module {
  const tree = ts.createSourceFile(file.path, file.text, ts.ScriptTarget.Latest, true, ts.ScriptKind.TS);
  const nodes: ts.Node[] = [];
  const collect = (node: ts.Node): void => {
    nodes.push(node);
    ts.forEachChild(node, collect);
  };
  collect(tree);
  const imports = nodes.flatMap((node) => {
    const name = importedName(node);
    return name && ts.isStringLiteralLike(name) ? [{ specifier: name.text, line: lineOf({ tree }, node) }] : [];
  });
  return { ...file, tree, nodes, imports, project, isTest: isTest(file.path) };
}

function isTest(path: string): boolean {
  return /^test\/|\.spec\.ts$|\.conformance\.ts$|\/src\/conformance\//.test(path);
}

function importedName(node: ts.Node): ts.Node | undefined {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return node.moduleSpecifier;
  if (ts.isImportTypeNode(node)) return ts.isLiteralTypeNode(node.argument) ? node.argument.literal : undefined;
  if (!ts.isCallExpression(node)) return undefined;
  const isLate = node.expression.kind === ts.SyntaxKind.ImportKeyword;
  const isRequire = ts.isIdentifier(node.expression) && node.expression.text === 'require';
  return isLate || isRequire ? node.arguments[0] : undefined;
}
