import type { JsonSchema } from './json-schema.js';

/**
 * What breaks a reader or writer of `before` under `after`: a field that is gone, a field that became required, a type or
 * a list of allowed values that became narrower. Empty when the change is compatible.
 */
export function incompatibilities(before: JsonSchema, after: JsonSchema, path = ''): string[] {
  const found: string[] = [];
  const at = path || '(root)';
  if (before.type !== undefined && JSON.stringify(before.type) !== JSON.stringify(after.type)) {
    found.push(`${at}: type ${JSON.stringify(before.type)} became ${JSON.stringify(after.type)}`);
  }
  const oldValues = allowedValues(before);
  const newValues = allowedValues(after);
  if (newValues) {
    if (!oldValues) found.push(`${at}: values are now limited`);
    for (const value of oldValues ?? []) {
      if (!newValues.includes(value)) found.push(`${at}: value ${JSON.stringify(value)} was removed`);
    }
  }
  const oldFields = fields(before);
  const newFields = fields(after);
  for (const [name, schema] of Object.entries(oldFields)) {
    const field = path ? `${path}.${name}` : name;
    const now = newFields[name];
    if (now === undefined) found.push(`${field}: field was removed`);
    else found.push(...incompatibilities(schema, now, field));
  }
  const wasRequired = required(before);
  for (const name of required(after)) {
    if (!wasRequired.includes(name)) found.push(`${path ? `${path}.` : ''}${name}: field became required`);
  }
  for (const name of wasRequired) {
    if (name in newFields && !required(after).includes(name)) {
      found.push(`${path ? `${path}.` : ''}${name}: field was promised and became optional`);
    }
  }
  for (const part of ['items', 'additionalProperties'] as const) {
    const [old, now] = [before[part], after[part]];
    if (isSchema(old) && isSchema(now))
      found.push(...incompatibilities(old, now, `${path}${part === 'items' ? '[]' : '{}'}`));
  }
  return found;
}

function isSchema(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function fields(schema: JsonSchema): Record<string, JsonSchema> {
  return (schema.properties ?? {}) as Record<string, JsonSchema>;
}

function required(schema: JsonSchema): string[] {
  return (schema.required ?? []) as string[];
}

function allowedValues(schema: JsonSchema): unknown[] | undefined {
  if (Array.isArray(schema.enum)) return schema.enum as unknown[];
  return 'const' in schema ? [schema.const] : undefined;
}
