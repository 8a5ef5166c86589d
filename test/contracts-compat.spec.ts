import { readdirSync, readFileSync } from 'node:fs';
import { incompatibilities, type JsonSchema, jsonSchemas } from '@newsmill/contracts';
import { describe, expect, it } from '@jest/globals';

const RELEASED = new URL('../libs/contracts/schemas/released/', import.meta.url);

/** What consumers have been promised. Files here change only when a release is made: see CONTRIBUTING.md. */
const released = readdirSync(RELEASED).map((name): [string, JsonSchema] => [
  name,
  JSON.parse(readFileSync(new URL(name, RELEASED), 'utf8')) as JsonSchema,
]);

describe('contracts keep what has been promised', () => {
  it('has promises to keep', () => {
    expect(released.length).toBeGreaterThan(0);
  });

  it.each(released)('%s', (name, promised) => {
    const now = jsonSchemas().get(name);
    expect(now === undefined ? ['the schema is gone'] : incompatibilities(promised, now)).toEqual([]);
  });
});
