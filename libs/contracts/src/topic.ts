import { z } from 'zod';

/** What an outcome event says an event is about: ids only, never content. */
export interface Subject {
  /** Page id or article id: the id a consumer would look for. */
  id: string;
  /** The receipt of the thing received at the door from which this event descends. */
  receiptId?: string | undefined;
  /** The article, once its identity is known. */
  articleId?: string | undefined;
}

export interface Retention {
  /** `compact` keeps the latest event of each key for ever; `delete` forgets events after `days`. */
  cleanup: 'delete' | 'compact';
  /** Days an event is kept; with `compact`, days a tombstone is kept. */
  days: number;
}

/** One kind of fact: its name, schema, key and retention. Topics are the whole contract between services. */
export interface Topic<Name extends string = string, Schema extends z.ZodType = z.ZodType> {
  /** `news.<entity>.<fact>.v<major>`, without the deployment's prefix. */
  readonly name: Name;
  readonly description: string;
  /** Closed schema: what a producer may write. Readers use {@link Topic.reader}. */
  readonly schema: Schema;
  /** The same schema, open: unknown fields pass and are kept, so that an older consumer loses nothing. */
  readonly reader: Schema;
  /** What keeps its order: events of one key are read in the order in which they were written. */
  key(event: z.output<Schema>): string;
  /** What the key is, in words. */
  readonly keyIs?: string;
  subject(event: z.output<Schema>): Subject;
  readonly retention: Retention;
  readonly partitions: number;
  /** Largest encoded event in bytes, before compression. */
  readonly maxBytes: number;
  /** Part of the contract with downstream consumers, not only between our services. */
  readonly public: boolean;
}

/** The type of a topic's events. */
export type EventOf<T> = T extends Topic<string, infer Schema> ? z.output<Schema> : never;

export interface TopicDefinition<Name extends string, Schema extends z.ZodType> {
  name: Name;
  description: string;
  schema: Schema;
  key(event: z.output<Schema>): string;
  keyIs?: string;
  subject(event: z.output<Schema>): Subject;
  retention: Retention;
  partitions?: number;
  maxBytes?: number;
  public?: boolean;
}

const TOPIC_NAME = /^news(\.[a-z]+){2}\.v[1-9][0-9]*$/;

/** Largest encoded event unless a topic says otherwise: 1 MiB. */
export const DEFAULT_MAX_BYTES = 1024 * 1024;

/** Partitions of a topic unless it says otherwise: the most consumers that can share its work. */
export const DEFAULT_PARTITIONS = 6;

/**
 * Declares a topic.
 * @throws TypeError when the name is not `news.<entity>.<fact>.v<major>` in lower case.
 */
export function defineTopic<const Name extends string, Schema extends z.ZodType>(
  definition: TopicDefinition<Name, Schema>,
): Topic<Name, Schema> {
  if (!TOPIC_NAME.test(definition.name)) {
    throw new TypeError(`topic name "${definition.name}": must read news.<entity>.<fact>.v<major>, lower case`);
  }
  return {
    partitions: DEFAULT_PARTITIONS,
    maxBytes: DEFAULT_MAX_BYTES,
    public: false,
    ...definition,
    reader: tolerant(definition.schema),
  };
}

/** Where a topic lives: `<prefix>.<name>`. */
export function topicAddress(prefix: string, topic: Pick<Topic, 'name'>): string {
  return `${prefix}.${topic.name}`;
}

/**
 * The schema with every object open: unknown fields pass and are kept. Producers stay strict, consumers tolerant, and
 * neither is written twice.
 */
export function tolerant<Schema extends z.ZodType>(schema: Schema): Schema {
  return open(schema) as Schema;
}

function open(schema: z.ZodType): z.ZodType {
  if (schema instanceof z.ZodObject) {
    const shape = Object.fromEntries(
      Object.entries(schema.shape as Record<string, z.ZodType>).map(([name, field]) => [name, open(field)]),
    );
    return described(z.looseObject(shape), schema);
  }
  if (schema instanceof z.ZodArray) return described(z.array(open(schema.element as z.ZodType)), schema);
  if (schema instanceof z.ZodOptional) return described(open(schema.unwrap() as z.ZodType).optional(), schema);
  if (schema instanceof z.ZodRecord) {
    return described(z.record(schema.keyType as z.ZodString, open(schema.valueType as z.ZodType)), schema);
  }
  if (COMPOSITES.some((kind) => schema instanceof kind)) {
    throw new TypeError(`tolerant() cannot open a ${schema.constructor.name}: teach it, or write the schema without`);
  }
  return schema;
}

/** Kinds that may hold objects and that no contract uses so far. */
const COMPOSITES = [z.ZodUnion, z.ZodNullable, z.ZodDefault, z.ZodTuple, z.ZodIntersection, z.ZodLazy];

function described(to: z.ZodType, from: z.ZodType): z.ZodType {
  const meta = from.meta();
  return meta ? to.meta(meta) : to;
}
