import {
  articleOutcomes,
  deadLetterAddress,
  deadLetterHeaders,
  type JsonSchema,
  type Topic,
  toJsonSchema,
} from '@newsmill/contracts';
import type { Stage } from './define-stage.js';

/** Version of the Kafka bindings of AsyncAPI that are written here. */
const BINDING_VERSION = '0.5.0';

const DAY_MS = 24 * 60 * 60 * 1000;

/** CloudEvents 1.0, Kafka protocol binding, binary mode. Attributes that are not named here may come. */
const CLOUD_EVENT_HEADERS = {
  type: 'object',
  required: ['ce_specversion', 'ce_id', 'ce_source', 'ce_type', 'ce_time'],
  properties: {
    ce_specversion: { const: '1.0' },
    ce_id: { type: 'string', description: 'Repeated by a retry: drop duplicates by ce_source and ce_id.' },
    ce_source: { type: 'string', format: 'uri-reference' },
    ce_type: { type: 'string' },
    ce_subject: { type: 'string', description: 'Same as the key.' },
    ce_time: { type: 'string', format: 'date-time' },
    traceparent: { type: 'string', description: 'W3C Trace Context, also as ce_traceparent.' },
    tracestate: { type: 'string', description: 'W3C Trace Context, also as ce_tracestate.' },
    'content-type': { const: 'application/json' },
  },
};

export interface AsyncApiInput {
  version: string;
  /** Topic prefix in the addresses; a deployment may have another. */
  prefix: string;
  topics: readonly Topic[];
  stages: readonly Stage[];
  /** What else writes to topics: doors and outboxes. */
  writers: readonly Writer[];
  /** By topic name. */
  examples?: ReadonlyMap<string, readonly EventExample[]>;
}

/** An event of a topic as it stands on the log. */
export interface EventExample {
  name: string;
  summary: string;
  key: string;
  headers: Record<string, string>;
  value: unknown;
}

/** Something beside stages that writes to topics. */
export interface Writer {
  name: string;
  description: string;
  writes: readonly Topic[];
}

/** The AsyncAPI 3.0 document of the whole pipeline, derived from its definitions. */
export function asyncApiDocument({
  version,
  prefix,
  topics,
  stages,
  writers,
  examples,
}: AsyncApiInput): Record<string, unknown> {
  const channels: Record<string, unknown> = {};
  const messages: Record<string, unknown> = {};
  const operations: Record<string, unknown> = {};
  for (const topic of topics) {
    const named = [topic.name];
    messages[topic.name] = {
      ...message(topic, topic.description),
      headers: CLOUD_EVENT_HEADERS,
      payload: withoutDialect(toJsonSchema(topic.schema)),
      ...examplesOf(examples?.get(topic.name)),
    };
    if (topic.retention.cleanup === 'compact') {
      const tombstone = `${topic.name}.tombstone`;
      named.push(tombstone);
      messages[tombstone] = {
        ...message(
          topic,
          `A null value: forget what had this key. Kept ${topic.retention.days} days, and the key with it.`,
        ),
        name: tombstone,
        payload: { type: 'null' },
        examples: [{ name: 'tombstone', payload: null }],
      };
    }
    channels[topic.name] = channel(`${prefix}.${topic.name}`, describe(topic), named, {
      kafka: {
        partitions: topic.partitions,
        topicConfiguration: topicConfiguration(topic),
        bindingVersion: BINDING_VERSION,
      },
    });
  }
  for (const stage of stages) {
    const dead = `${stage.name}.dead.v1`;
    channels[dead] = channel(deadLetterAddress(prefix, stage.name), `Dead letters of ${stage.name}.`, [dead]);
    messages[dead] = {
      name: dead,
      summary: 'The original record, unchanged, with headers that tell why it is here.',
      headers: withoutDialect(toJsonSchema(deadLetterHeaders)),
    };
    operations[`${stage.name}.receive`] = operation('receive', stage, stage.reads.name);
    const written = stage.reports ? [...stage.writes, articleOutcomes] : stage.writes;
    for (const topic of written) {
      operations[`${stage.name}.send.${topic.name}`] = operation('send', stage, topic.name);
    }
    operations[`${stage.name}.send.dead`] = operation('send', stage, dead);
  }
  for (const writer of writers) {
    for (const { name } of writer.writes) {
      operations[`${writer.name}.send.${name}`] = operation('send', writer, name);
    }
  }
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'newsmill',
      version,
      description:
        'News articles from raw HTML to structured, versioned records. CloudEvents 1.0 in Kafka binary mode.',
    },
    defaultContentType: 'application/json',
    channels,
    operations,
    components: { messages },
  };
}

function channel(
  address: string,
  description: string,
  named: readonly string[],
  bindings?: unknown,
): Record<string, unknown> {
  const references = named.map((name) => [name, { $ref: `#/components/messages/${pointer(name)}` }]);
  return {
    address,
    description,
    messages: Object.fromEntries(references) as unknown,
    ...(bindings !== undefined && { bindings }),
  };
}

function describe({ description, maxBytes, public: isPublic }: Topic): string {
  const whose = isPublic ? 'Part of the contract with consumers.' : 'Between services of newsmill: may change.';
  return `${description} ${whose} Largest value: ${maxBytes / 1024 / 1024} MiB before compression (zstd).`;
}

function topicConfiguration({ retention: { cleanup, days } }: Topic): Record<string, unknown> {
  const keep = cleanup === 'compact' ? 'delete.retention.ms' : 'retention.ms';
  return { 'cleanup.policy': [cleanup], [keep]: days * DAY_MS };
}

function message({ name, keyIs }: Topic, summary: string): Record<string, unknown> {
  return {
    name,
    summary,
    contentType: 'application/json',
    ...(keyIs !== undefined && {
      bindings: { kafka: { key: { type: 'string', description: keyIs }, bindingVersion: BINDING_VERSION } },
    }),
  };
}

function examplesOf(examples: readonly EventExample[] | undefined): Record<string, unknown> {
  if (examples === undefined) return {};
  return {
    examples: examples.map(({ name, summary, headers, value }) => ({ name, summary, headers, payload: value })),
  };
}

function operation(action: 'send' | 'receive', of: Stage | Writer, channelName: string): Record<string, unknown> {
  return {
    action,
    channel: { $ref: `#/channels/${pointer(channelName)}` },
    summary: `${of.name}: ${of.description}`,
  };
}

/** RFC 6901 escaping. */
function pointer(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}

function withoutDialect({ $schema: _, ...schema }: JsonSchema): JsonSchema {
  return schema;
}
