import type { Problem } from './newsroom-item.js';

/** Objects nested deeper than this say nothing that is read. */
const MAX_DEPTH = 16;

export function parseJson(content: string): { ok: true; value: unknown } | { ok: false; problems: Problem[] } {
  try {
    return { ok: true, value: JSON.parse(content.replace(/^\ufeff/, '')) as unknown };
  } catch (error) {
    return { ok: false, problems: [{ pointer: '', detail: `not JSON: ${(error as Error).message.slice(0, 200)}` }] };
  }
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A copy with all names in lower case, without properties that are null. Of names that fold to one, the first counts. */
export function foldNames(value: unknown, depth = 0): unknown {
  if (Array.isArray(value)) return depth < MAX_DEPTH ? value.map((entry) => foldNames(entry, depth + 1)) : [];
  if (!isObject(value)) return value;
  const folded: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
  if (depth >= MAX_DEPTH) return folded;
  for (const [name, entry] of Object.entries(value)) {
    const key = name.toLowerCase();
    if (entry !== null && !(key in folded)) folded[key] = foldNames(entry, depth + 1);
  }
  return folded;
}

/** The names of objects by their folded spellings, made once for each: pointers into one object are many. */
const known = new WeakMap<object, ReadonlyMap<string, string>>();

function spellings(value: object): ReadonlyMap<string, string> {
  let names = known.get(value);
  if (names === undefined) {
    // Of names that fold to one, the first counts.
    names = new Map(
      Object.keys(value)
        .reverse()
        .map((name) => [name.toLowerCase(), name]),
    );
    known.set(value, names);
  }
  return names;
}

/** The JSON pointer (RFC 6901) of a place in the folded document, in the spelling of the document itself. */
export function pointerOf(document: unknown, path: readonly PropertyKey[]): string {
  let pointer = '';
  let value = document;
  for (const step of path) {
    const name = isObject(value) ? (spellings(value).get(String(step)) ?? step) : step;
    pointer += `/${String(name).replaceAll('~', '~0').replaceAll('/', '~1')}`;
    value = typeof value === 'object' && value !== null ? (value as Record<PropertyKey, unknown>)[name] : undefined;
  }
  return pointer;
}
