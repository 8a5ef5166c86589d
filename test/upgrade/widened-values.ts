import type { JsonSchema } from '@newsmill/contracts';

/**
 * Values that `after` allows where `before` listed those that there are: readers of `before` take them for faults. With
 * the path of the field, one a line.
 */
export function widenedValues(before: JsonSchema, after: JsonSchema, path = ''): string[] {
  const found: string[] = [];
  const [old, now] = [valuesOf(before), valuesOf(after)];
  if (old !== undefined) {
    if (now === undefined) found.push(`${path || '(root)'}: any value`);
    for (const value of now ?? []) {
      if (!old.includes(value)) found.push(`${path || '(root)'}: ${JSON.stringify(value)}`);
    }
  }
  for (const [name, schema] of Object.entries(fieldsOf(before))) {
    const same = fieldsOf(after)[name];
    if (same !== undefined) found.push(...widenedValues(schema, same, path ? `${path}.${name}` : name));
  }
  const [oldItems, items] = [before['items'], after['items']];
  if (isSchema(oldItems) && isSchema(items)) found.push(...widenedValues(oldItems, items, `${path}[]`));
  return found;
}

function isSchema(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function fieldsOf(schema: JsonSchema): Record<string, JsonSchema> {
  return (schema['properties'] ?? {}) as Record<string, JsonSchema>;
}

function valuesOf(schema: JsonSchema): unknown[] | undefined {
  if (Array.isArray(schema['enum'])) return schema['enum'] as unknown[];
  return 'const' in schema ? [schema['const']] : undefined;
}
