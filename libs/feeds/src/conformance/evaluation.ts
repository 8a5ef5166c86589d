import type { Expression } from './expression.js';

/** Thrown where Python would throw: a name, key or index that is not there. */
export class Missing extends Error {
  override readonly name = 'Missing';
}

export type Scope = Readonly<Record<string, unknown>>;

/** @param same whether two texts mean the same; equality of texts if absent */
export function evaluate(
  expression: Expression,
  scope: Scope,
  same = (a: string, b: string): boolean => a === b,
): unknown {
  const value = (of: Expression): unknown => evaluate(of, scope, same);
  switch (expression.kind) {
    case 'literal':
      return expression.value;
    case 'name':
      if (!Object.hasOwn(scope, expression.name)) throw new Missing(expression.name);
      return scope[expression.name];
    case 'item':
      return itemOf(value(expression.of), value(expression.key));
    case 'not':
      return !isTrue(value(expression.operand));
    case 'both':
      return expression.operands.every((operand) => isTrue(value(operand)));
    case 'either':
      return expression.operands.some((operand) => isTrue(value(operand)));
    case 'list':
      return expression.items.map(value);
    case 'dictionary':
      return Object.fromEntries(expression.entries.map(([key, item]) => [String(value(key)), value(item)]));
    case 'chain': {
      const operands = expression.operands.map(value);
      return expression.operators.every((operator, at) => compare(operator, operands[at], operands[at + 1], same));
    }
    case 'call':
      return call(
        expression.name,
        expression.of === undefined ? undefined : value(expression.of),
        expression.arguments.map(value),
      );
  }
}

/** Truth as Python sees it: nothing that is empty is true. */
export function isTrue(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0;
  if (typeof value === 'object' && value !== null) return Object.keys(value).length > 0;
  return Boolean(value);
}

function itemOf(of: unknown, key: unknown): unknown {
  const found = Array.isArray(of)
    ? (of as unknown[])[Number(key)]
    : (of as Record<string, unknown> | undefined)?.[String(key)];
  if (found === undefined && !(typeof of === 'object' && of !== null && String(key) in of))
    throw new Missing(String(key));
  return found;
}

function compare(operator: string, left: unknown, right: unknown, same: (a: string, b: string) => boolean): boolean {
  const equal = (): boolean =>
    typeof left === 'string' && typeof right === 'string'
      ? same(left, right)
      : JSON.stringify(left) === JSON.stringify(right);
  switch (operator) {
    case '==':
    case 'is':
      return equal();
    case '!=':
      return !equal();
    case 'in':
      return Object.hasOwn(Object(right), String(left));
    case 'not in':
      return !Object.hasOwn(Object(right), String(left));
    default:
      throw new Missing(operator);
  }
}

function call(name: string, of: unknown, values: unknown[]): unknown {
  if (name === 'len') return (values[0] as unknown[]).length;
  if (name === 'ord') return String(values[0]).codePointAt(0);
  if (name === 'has_key') return Object.hasOwn(Object(of), String(values[0])) && itemOf(of, values[0]) !== undefined;
  if (name === 'get') return (of as Record<string, unknown>)[String(values[0])];
  throw new Missing(name);
}

/** What an expression looks at: `feed.title`, `entries.content.value` …; positions in lists are left out. */
export function pathsOf(expression: Expression): Set<string> {
  const paths = new Set<string>();
  collect(expression, paths);
  return paths;
}

function collect(expression: Expression, paths: Set<string>): void {
  const path = pathOf(expression);
  if (path !== undefined) {
    paths.add(path);
    return;
  }
  switch (expression.kind) {
    case 'not':
      collect(expression.operand, paths);
      break;
    case 'both':
    case 'either':
    case 'chain':
      for (const operand of expression.operands) collect(operand, paths);
      break;
    case 'list':
      for (const item of expression.items) collect(item, paths);
      break;
    case 'call': {
      const [first] = expression.arguments;
      const of = expression.of === undefined ? undefined : pathOf(expression.of);
      if (of !== undefined && first?.kind === 'literal') paths.add(`${of}.${String(first.value)}`);
      else for (const argument of expression.arguments) collect(argument, paths);
      break;
    }
    default:
      break;
  }
}

function pathOf(expression: Expression): string | undefined {
  if (expression.kind === 'name') return expression.name;
  if (expression.kind !== 'item') return undefined;
  const of = pathOf(expression.of);
  const key = expression.key.kind === 'literal' ? expression.key.value : undefined;
  if (of === undefined || (typeof key !== 'number' && typeof key !== 'string')) return undefined;
  return typeof key === 'number' ? of : `${of}.${key}`;
}
