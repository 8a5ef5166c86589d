/**
 * `node deploy/helm/kubernetes-schemas.ts <folder> <file …>`: JSON Schemas for kubeconform, closed, so that a misspelt
 * field is an error. Files are Kubernetes' own `swagger.json`, or CustomResourceDefinitions as JSON, one a line.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

interface Schema {
  $ref?: string;
  type?: string | string[];
  properties?: Record<string, Schema>;
  items?: Schema;
  additionalProperties?: Schema | boolean;
  required?: string[];
  enum?: unknown[];
  anyOf?: unknown[];
  [field: string]: unknown;
}

interface Kind {
  kind: string;
  group: string;
  version: string;
}

const REFERENCE = '#/definitions/';
/** Definitions that stand for what the API takes in several forms. */
const FORMS: [end: string, types: string[]][] = [
  ['.IntOrString', ['integer', 'string']],
  ['.Quantity', ['number', 'string']],
];

const [folder, ...files] = process.argv.slice(2);
if (folder === undefined || files.length === 0) throw new Error('usage: kubernetes-schemas.ts <folder> <file …>');
mkdirSync(folder, { recursive: true });
let count = 0;
for (const file of files) {
  const text = readFileSync(file, 'utf8');
  const document = file.endsWith('swagger.json')
    ? (JSON.parse(text) as { definitions: Record<string, Schema> })
    : undefined;
  if (document) writeBuiltIn(document.definitions);
  else
    for (const line of text.split('\n').filter((line) => line.startsWith('{'))) writeCustom(JSON.parse(line) as Custom);
}
console.log(`${count} schemas in ${folder}`);

function writeBuiltIn(definitions: Readonly<Record<string, Schema>>): void {
  for (const [name, definition] of Object.entries(definitions)) {
    const kinds = (definition['x-kubernetes-group-version-kind'] ?? []) as Kind[];
    for (const kind of kinds) write(kind, closed(definition, definitions, new Set([name])));
  }
}

interface Custom {
  kind?: string;
  spec: {
    group: string;
    names: { kind: string };
    versions: { name: string; schema: { openAPIV3Schema: Schema } }[];
  };
}

function writeCustom({ kind, spec }: Custom): void {
  if (kind !== 'CustomResourceDefinition') return;
  for (const { name, schema } of spec.versions) {
    const whole = schema.openAPIV3Schema;
    // What every object has is said of none.
    const properties = { apiVersion: { type: 'string' }, kind: { type: 'string' }, ...whole.properties };
    const open = { ...properties, metadata: { type: 'object' } };
    write(
      { kind: spec.names.kind, group: spec.group, version: name },
      closed({ ...whole, properties: open }, {}, new Set()),
    );
  }
}

function write({ kind, group, version }: Kind, schema: Schema): void {
  const apiVersion = group === '' ? version : `${group}/${version}`;
  const properties = {
    ...schema.properties,
    ...(schema.properties?.kind && { kind: { enum: [kind] }, apiVersion: { enum: [apiVersion] } }),
  };
  const name = [kind, group.split('.', 1)[0], version].filter(Boolean).join('-').toLowerCase();
  writeFileSync(join(folder!, `${name}.json`), JSON.stringify({ ...schema, properties }));
  count += 1;
}

/** The schema without references and without room for unknown fields; a definition within itself is left open. */
function closed(schema: Schema, definitions: Readonly<Record<string, Schema>>, within: ReadonlySet<string>): Schema {
  if (schema.$ref !== undefined) {
    const name = schema.$ref.slice(REFERENCE.length);
    const form = FORMS.find(([end]) => name.endsWith(end));
    if (form) return { type: form[1] };
    return within.has(name) ? {} : closed(definitions[name]!, definitions, new Set([...within, name]));
  }
  if (schema['x-kubernetes-int-or-string']) return { type: ['integer', 'string'] };
  const { properties, items, additionalProperties, type, required, enum: values, pattern, minItems, maxItems } = schema;
  const inner = (part: Schema): Schema => closed(part, definitions, within);
  const isOpen = schema['x-kubernetes-preserve-unknown-fields'] === true;
  return {
    ...(type && { type }),
    ...(required && { required }),
    ...(values && { enum: values }),
    ...(typeof pattern === 'string' && { pattern }),
    ...(minItems !== undefined && { minItems }),
    ...(maxItems !== undefined && { maxItems }),
    ...(items && { items: inner(items) }),
    ...(properties && {
      properties: Object.fromEntries(
        Object.entries(properties).map(([name, part]) => [
          name,
          orNull(inner(part), required?.includes(name) ?? false),
        ]),
      ),
      additionalProperties: isOpen,
    }),
    ...(typeof additionalProperties === 'object' && { additionalProperties: inner(additionalProperties) }),
  };
}

/** The API drops fields that are null, where they need not be there. */
function orNull(schema: Schema, isRequired: boolean): Schema {
  return isRequired || typeof schema.type !== 'string' || schema.enum
    ? schema
    : { ...schema, type: [schema.type, 'null'] };
}
