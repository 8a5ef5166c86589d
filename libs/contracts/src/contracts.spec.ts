import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { incompatibilities } from './compat.js';
import { toJsonSchema } from './json-schema.js';
import { defineTopic, tolerant } from './topic.js';
import { topics } from './topics.js';
import { articleEnriched, articleParsed } from './topics/article-versions.js';

describe('a topic', () => {
  it.each(['news.page', 'news.page.fetched', 'News.Page.fetched.v1', 'news.page.fetched.v0', 'x.page.fetched.v1'])(
    'cannot be called %s',
    (name) => {
      const definition = {
        name,
        description: '',
        schema: z.strictObject({}),
        key: () => '',
        subject: () => ({ id: '' }),
        retention: { cleanup: 'delete', days: 1 },
      } as const;
      expect(() => defineTopic(definition)).toThrow(`topic name "${name}"`);
    },
  );

  it('has a name of its own', () => {
    expect(new Set(topics.map(({ name }) => name)).size).toBe(topics.length);
  });
});

describe('tolerant reading', () => {
  const schema = z.strictObject({
    a: z.strictObject({ b: z.array(z.strictObject({ c: z.int() })).optional() }),
    m: z.record(z.string(), z.strictObject({ d: z.string() })),
  });

  it('keeps unknown fields at every depth', () => {
    const event = { a: { b: [{ c: 1, new1: 1 }], new2: 2 }, m: { k: { d: '', new3: 3 } }, new4: 4 };
    expect(schema.safeParse(event).success).toBe(false);
    expect(tolerant(schema).parse(event)).toEqual(event);
  });

  it('passes a field of a newer service through every later topic, but lets nobody invent one', () => {
    const record = { known: { extra: true } };
    const problems = (topic: { schema: z.ZodType }): string[] =>
      topic.schema.safeParse({ articleId: 'a', receiptId: 'r', record }).error!.issues.map(({ code }) => code);
    expect(problems(articleParsed)).toContain('unrecognized_keys');
    expect(problems(articleEnriched)).not.toContain('unrecognized_keys');
  });

  it('still refuses a wrong type and a missing field', () => {
    expect(tolerant(schema).safeParse({ a: { b: [{ c: 'x' }] }, m: {} }).success).toBe(false);
    expect(tolerant(schema).safeParse({ a: {} }).success).toBe(false);
  });
});

describe('compatibility', () => {
  const before = toJsonSchema(
    z.strictObject({
      id: z.string(),
      kind: z.enum(['a', 'b']),
      list: z.array(z.strictObject({ n: z.int() })),
      note: z.string().optional(),
    }),
  );

  it.each([
    [
      'an added optional field',
      z.strictObject({
        id: z.string(),
        kind: z.enum(['a', 'b']),
        list: z.array(z.strictObject({ n: z.int() })),
        note: z.string().optional(),
        more: z.int().optional(),
      }),
      [],
    ],
    [
      'an added value',
      z.strictObject({
        id: z.string(),
        kind: z.enum(['a', 'b', 'c']),
        list: z.array(z.strictObject({ n: z.int() })),
        note: z.string().optional(),
      }),
      [],
    ],
    [
      'a removed field',
      z.strictObject({ id: z.string(), kind: z.enum(['a', 'b']), list: z.array(z.strictObject({ n: z.int() })) }),
      ['note: field was removed'],
    ],
    [
      'a newly required field',
      z.strictObject({
        id: z.string(),
        kind: z.enum(['a', 'b']),
        list: z.array(z.strictObject({ n: z.int() })),
        note: z.string(),
      }),
      ['note: field became required'],
    ],
    [
      'a promised field that became optional',
      z.strictObject({
        id: z.string().optional(),
        kind: z.enum(['a', 'b']),
        list: z.array(z.strictObject({ n: z.int() })),
        note: z.string().optional(),
      }),
      ['id: field was promised and became optional'],
    ],
    [
      'another type deep inside',
      z.strictObject({
        id: z.string(),
        kind: z.enum(['a', 'b']),
        list: z.array(z.strictObject({ n: z.string() })),
        note: z.string().optional(),
      }),
      ['list[].n: type "integer" became "string"'],
    ],
    [
      'a removed value',
      z.strictObject({
        id: z.string(),
        kind: z.enum(['a']),
        list: z.array(z.strictObject({ n: z.int() })),
        note: z.string().optional(),
      }),
      ['kind: value "b" was removed'],
    ],
  ])('%s', (_, after, expected) => {
    expect(incompatibilities(before, toJsonSchema(after))).toEqual(expected);
  });
});
