import { existsSync, readFileSync } from 'node:fs';
import { type ArticleRecord, toNinjs } from '@newsmill/contracts';
import { recordOf } from '@newsmill/standalone';
import { describe, expect, it } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';

const SCHEMA = new URL('../../shared/data/ninjs/specification/ninjs-schema_3.1.json', import.meta.url);
const SAMPLE = new URL('../apps/standalone/sample/', import.meta.url);

const isThere = existsSync(SCHEMA);
if (!isThere) console.warn(`SKIPPED: the official ninjs 3.1 schema is not at ${SCHEMA.pathname}`);

const paths = Object.entries(
  JSON.parse(readFileSync(new URL('expected.json', SAMPLE), 'utf8')) as Record<string, { rejected?: true }>,
).flatMap(([path, { rejected }]) => (rejected ? [] : [path.replace(/^\//, '')]));

function sampleRecord(path: string): ArticleRecord {
  const html = readFileSync(new URL(path, SAMPLE), 'latin1').replaceAll('{{origin}}', 'https://courier.example');
  const found = recordOf(html, `https://courier.example/${path}`, new Date(0));
  if ('reason' in found) throw new Error(`${path}: ${found.reason}`);
  return found.record;
}

(isThere ? describe : describe.skip)('a record without its x block', () => {
  const ajv = new Ajv2020({ strict: false });
  (addFormats as unknown as (ajv: Ajv2020) => void)(ajv);
  // Referenced for places with a shape, which our records do not carry.
  ajv.addSchema({ $id: 'https://geojson.org/schema/GeoJSON.json' });
  const validate = isThere ? ajv.compile(JSON.parse(readFileSync(SCHEMA, 'utf8')) as object) : undefined;

  it.each(paths)('is valid ninjs 3.1: %s', (path) => {
    expect(validate!(toNinjs(sampleRecord(path))) ? [] : validate!.errors).toEqual([]);
  });

  it('would not be valid with it', () => {
    expect(validate!(sampleRecord(paths[0]!))).toBe(false);
  });
});
