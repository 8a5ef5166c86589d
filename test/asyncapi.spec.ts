import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { articleChanges, articleState, changeKind, type Topic, topics } from '@newsmill/contracts';
import type { EventExample } from '@newsmill/stage';
import { describe, expect, it } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { Finding } from './support/parse-asyncapi.ts';

const PARSE = fileURLToPath(new URL('support/parse-asyncapi.ts', import.meta.url));
const text = readFileSync(new URL('../docs/reference/asyncapi.json', import.meta.url), 'utf8');

interface Document {
  channels: Record<string, { address: string; messages: object; bindings?: { kafka: object } }>;
  operations: Record<string, { channel: { $ref: string } }>;
  components: { messages: Record<string, Message> };
}

interface Message {
  payload: object;
  headers?: { required: string[] };
  bindings?: { kafka: { key: object } };
  examples?: { name: string; headers?: Record<string, string>; payload: Record<string, unknown> | null }[];
}

function parse(document: string): Promise<Finding[]> {
  return new Promise((resolve, reject) => {
    const options = { timeout: 55_000, maxBuffer: 16 * 1024 * 1024 };
    const child = execFile(process.execPath, [PARSE], options, (error, out, err) => {
      if (error === null) resolve(JSON.parse(out) as Finding[]);
      else reject(new Error(err, { cause: error }));
    });
    child.stdin!.end(document);
  });
}

const fresh = (): Document => JSON.parse(text) as Document;
const published = topics.filter((topic) => topic.public);

describe('the AsyncAPI document under the official parser', () => {
  it('has no errors and no warnings; a newer minor version of AsyncAPI than most tools read is not used', async () => {
    expect((await parse(text)).map(({ severity, code }) => [severity, code])).toEqual([[2, 'asyncapi-latest-version']]);
  });

  it.each<[string, (document: Document) => void]>([
    ['a channel that is not there', ({ channels }) => Reflect.deleteProperty(channels, articleState.name)],
    ['an address that is none', ({ channels }) => Object.assign(channels[articleState.name]!, { address: 7 })],
    [
      'a schema that is none',
      ({ components }) => Object.assign(components.messages[articleState.name]!.payload, { type: 'thing' }),
    ],
  ])('would find %s', async (_, spoil) => {
    const document = fresh();
    spoil(document);
    expect((await parse(JSON.stringify(document))).filter(({ severity }) => severity === 0)).not.toEqual([]);
  });
});

/** The parser does not look into the examples of version 3. */
describe('the examples in the AsyncAPI document', () => {
  function faults({ components }: Document): unknown[] {
    const ajv = new Ajv2020({ strict: false });
    (addFormats as unknown as (ajv: Ajv2020) => void)(ajv);
    return Object.values(components.messages).flatMap(({ payload, headers = {}, examples = [] }) =>
      examples.flatMap((example) => [
        ...(ajv.validate(payload, example.payload) ? [] : ajv.errors!),
        ...(ajv.validate(headers, example.headers ?? {}) || example.headers === undefined ? [] : ajv.errors!),
      ]),
    );
  }

  it('fit its schemas', () => {
    expect(faults(fresh())).toEqual([]);
  });

  it('would not with a wrong payload or without a header', () => {
    const [wrong, without] = [fresh(), fresh()];
    wrong.components.messages[articleState.name]!.examples![0]!.payload!.revision = 'three';
    Reflect.deleteProperty(without.components.messages[articleChanges.name]!.examples![0]!.headers!, 'ce_id');
    for (const document of [wrong, without]) expect(faults(document)).toHaveLength(1);
  });
});

describe('the contract with consumers', () => {
  const { channels, operations, components } = fresh();

  it.each(published)('$name has key, headers, retention and examples', ({ name }) => {
    expect(channels[name]!.bindings!.kafka).toMatchObject({
      topicConfiguration: { 'cleanup.policy': [expect.any(String)] },
    });
    const { bindings, headers, examples } = components.messages[name]!;
    expect(bindings!.kafka.key).toEqual({ type: 'string', description: 'article id' });
    expect(headers!.required).toEqual(expect.arrayContaining(['ce_id', 'ce_source', 'ce_type']));
    expect(examples!.length).toBeGreaterThanOrEqual(3);
    expect(Object.values(operations).filter(({ channel }) => channel.$ref === `#/channels/${name}`)).not.toEqual([]);
  });

  it('has a tombstone on the compacted topic alone', () => {
    const tombstones = Object.keys(components.messages).filter((name) => name.endsWith('.tombstone'));
    expect(tombstones).toEqual([`${articleState.name}.tombstone`]);
  });

  it('shows every kind of change and every status', () => {
    const payloads = (topic: Topic) => components.messages[topic.name]!.examples!.map(({ payload }) => payload);
    expect(new Set(payloads(articleChanges).map((payload) => payload!.changeKind))).toEqual(
      new Set(changeKind.options),
    );
    expect(new Set(payloads(articleState).map((payload) => payload!.pubStatus))).toEqual(
      new Set(['usable', 'withheld', 'canceled']),
    );
  });

  it.each(published)('$name: each example is an event that a producer may write, under its key', (topic) => {
    const examples = JSON.parse(
      readFileSync(new URL(`../docs/examples/${topic.name}.json`, import.meta.url), 'utf8'),
    ) as EventExample[];
    for (const { name, key, headers, value } of examples) {
      const event = topic.schema.parse(value);
      expect([key, headers.ce_subject, headers.ce_type]).toEqual([topic.key(event), key, topic.name]);
      if (topic === articleChanges) expect((value as { changeKind: string }).changeKind).toBe(name);
    }
  });
});
