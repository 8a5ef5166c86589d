import { readFileSync, statSync } from 'node:fs';
import {
  CST,
  type Document,
  isAlias,
  isCollection,
  isMap,
  isScalar,
  Lexer,
  LineCounter,
  parseDocument,
  visit,
} from 'yaml';
import { z } from 'zod';
import { type SourceDeclaration, sourceDeclaration } from './source-declaration.js';

/** Largest sources file that is read, in bytes: 2 MiB. */
const MAX_BYTES = 2 * 1024 * 1024;

/** Parts (words, signs, line ends) after which a file takes too long to read; 20,000 sources have fewer. */
const MAX_TOKENS = 400_000;

/** Most sources that one file declares. */
const MAX_SOURCES = 20_000;

/** Deepest nesting of brackets, and most signs of nesting on one line; what means something here has five. */
const MAX_DEPTH = 16;

/** Deepest indentation, in columns. */
const MAX_INDENT = 64;

/** More fields than any part of the file has. */
const MAX_FIELDS = 32;

/** Mistakes that are told at once. */
const MAX_TOLD = 20;

const sourcesFile = z.strictObject(
  { sources: z.array(sourceDeclaration, 'must be a list').max(MAX_SOURCES, `must have at most ${MAX_SOURCES}`) },
  'must be a map with the field "sources"',
);

/** What is wrong with a sources file, each mistake with its line. */
export class SourceFileError extends Error {
  override readonly name = 'SourceFileError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    const more = problems.length - MAX_TOLD;
    const told = more > 0 ? [...problems.slice(0, MAX_TOLD), `and ${more} more`] : problems;
    super(told.join('; '));
    this.problems = told;
  }
}

/** @throws SourceFileError naming the file's mistakes, or why it cannot be read */
export function readSourceFile(path: string): SourceDeclaration[] {
  let text: string;
  try {
    const { size } = statSync(path);
    if (size > MAX_BYTES) throw new SourceFileError([`has ${size} bytes, at most ${MAX_BYTES} are read`]);
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof SourceFileError) throw error;
    throw new SourceFileError([`${path} cannot be read (${(error as NodeJS.ErrnoException).code ?? String(error)})`]);
  }
  return parseSources(text);
}

/** What changes when the file does, by whatever way it is replaced. @throws Error when it is not there */
export function sourceFileState(path: string): string {
  const { dev, ino, size, mtimeMs, ctimeMs } = statSync(path);
  return [dev, ino, size, mtimeMs, ctimeMs].join(':');
}

/**
 * Reads the text of a sources file: YAML 1.2 without anchors, aliases, merge keys and tags.
 * @throws SourceFileError
 */
export function parseSources(text: string): SourceDeclaration[] {
  if (Buffer.byteLength(text) > MAX_BYTES) throw new SourceFileError([`is over ${MAX_BYTES} bytes`]);
  refuseHostile(text);
  const lines = new LineCounter();
  const document = parseYaml(text, lines);
  const read = sourcesFile.safeParse(document.toJS({ maxAliasCount: 0 }));
  if (!read.success) {
    throw new SourceFileError(
      read.error.issues.flatMap((issue) => mistakesOf(issue).map(({ path, message }) => at(path, message))),
    );
  }
  const repeated = repeats(read.data.sources);
  if (repeated.length > 0) {
    throw new SourceFileError(repeated.map(({ index, message }) => at(['sources', index], message)));
  }
  return read.data.sources;

  function at(path: readonly PropertyKey[], message: string): string {
    return `line ${lineOf(document, lines, path)}, ${fieldName(path)}: ${message}`;
  }
}

function parseYaml(text: string, lines: LineCounter): Document {
  // To look for repeated keys takes the library a time that grows with their square: it is done below, where there are few.
  const options = {
    lineCounter: lines,
    uniqueKeys: false,
    merge: false,
    prettyErrors: false,
    stringKeys: true,
  } as const;
  const document = parseDocument(text, options);
  if (document.contents === null) throw new SourceFileError(['line 1: is empty; write "sources:" and a list']);
  const line = (offset: number): number => lines.linePos(offset).line;
  const faults = [...document.errors, ...document.warnings];
  if (faults.length > 0) {
    throw new SourceFileError(faults.map(({ pos, message }) => `line ${line(pos[0])}: ${message}`));
  }
  const problems: string[] = [];
  visit(document, {
    Node: (_, node) => {
      const where = `line ${line(node.range?.[0] ?? 0)}`;
      if (isAlias(node) || ((isScalar(node) || isCollection(node)) && node.anchor !== undefined)) {
        problems.push(`${where}: anchors and aliases are not taken; write the value out`);
      } else if (isMap(node)) {
        const keys = node.items.map(({ key }) => String(isScalar(key) ? key.value : key));
        if (keys.length > MAX_FIELDS)
          problems.push(`${where}: has ${keys.length} fields, at most ${MAX_FIELDS} are read`);
        else
          for (const key of new Set(keys.filter((key, n) => keys.indexOf(key) < n))) {
            problems.push(`${where}: ${JSON.stringify(key.slice(0, 100))} stands twice`);
          }
      }
      return problems.length > MAX_TOLD ? visit.BREAK : undefined;
    },
  });
  if (problems.length > 0) throw new SourceFileError(problems);
  return document;
}

/**
 * Refuses what the parser would not survive: it follows nesting by recursion, and takes long over many small parts. The
 * lexer alone is neither recursive nor slow.
 */
function refuseHostile(text: string): void {
  let [tokens, line, brackets, signs] = [0, 1, 0, 0];
  let isLineStart = true;
  for (const token of new Lexer().lex(text)) {
    tokens += 1;
    const type = CST.tokenType(token);
    if (type === 'newline') {
      line += 1;
      signs = 0;
      isLineStart = true;
      continue;
    }
    const indent = isLineStart && type === 'space' ? token.length : 0;
    isLineStart = false;
    if (type === 'flow-seq-start' || type === 'flow-map-start') brackets += 1;
    else if (type === 'flow-seq-end' || type === 'flow-map-end') brackets -= 1;
    else if (type !== null && NESTING.has(type)) signs += 1;
    if (brackets > MAX_DEPTH || signs > MAX_DEPTH || indent > MAX_INDENT) {
      throw new SourceFileError([`line ${line}: is nested too deep`]);
    }
    if (tokens > MAX_TOKENS) throw new SourceFileError([`has too many parts: more than ${MAX_TOKENS} by line ${line}`]);
  }
}

/** Several of them on one line nest. */
const NESTING: ReadonlySet<string> = new Set(['seq-item-ind', 'explicit-key-ind', 'map-value-ind', 'anchor', 'tag']);

interface Mistake {
  path: readonly PropertyKey[];
  message: string;
}

function mistakesOf(issue: z.core.$ZodIssue): Mistake[] {
  if (issue.code !== 'unrecognized_keys') return [{ path: issue.path, message: issue.message }];
  return issue.keys.map((key) => ({ path: [...issue.path, key], message: 'is not a known field' }));
}

/** Sources that have the id or the home of one before them. */
function repeats(sources: readonly SourceDeclaration[]): { index: number; message: string }[] {
  const ids = new Set<string>();
  const homes = new Set<string>();
  return sources.flatMap(({ id, home }, index) => {
    const isRepeated = home !== null && homes.has(home);
    const isTaken = ids.has(id);
    ids.add(id);
    if (home !== null) homes.add(home);
    if (isRepeated) return [{ index, message: `the home ${home} is declared before` }];
    return isTaken ? [{ index, message: `the id ${id} is taken; give one of them another "id"` }] : [];
  });
}

/** The line on which the innermost part of the path that is there stands. */
function lineOf(document: Document, lines: LineCounter, path: readonly PropertyKey[]): number {
  let node: unknown = document.contents;
  let offset = startOf(node) ?? 0;
  for (const part of path) {
    if (!isCollection(node)) break;
    const pair = isMap(node) ? node.items.find(({ key }) => isScalar(key) && key.value === part) : undefined;
    const next: unknown = isMap(node) ? pair?.value : node.get(part, true);
    offset = startOf(pair?.key) ?? startOf(next) ?? offset;
    node = next;
  }
  return lines.linePos(offset).line;
}

function startOf(node: unknown): number | undefined {
  return isScalar(node) || isCollection(node) ? node.range?.[0] : undefined;
}

/** `sources[3].home` */
function fieldName(path: readonly PropertyKey[]): string {
  const name = path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part).slice(0, 100)}`)).join('');
  return name.replace(/^\./, '') || 'the file';
}
