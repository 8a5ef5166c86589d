import { z } from 'zod';
import { articleRecord } from './article-record.js';
import { deadLetterHeaders } from './dead-letter.js';
import { tolerant } from './topic.js';
import { topics } from './topics.js';

export type JsonSchema = Record<string, unknown>;

/** A schema as JSON Schema 2020-12, open as a consumer should read it. */
export function toJsonSchema(schema: z.ZodType): JsonSchema {
  return z.toJSONSchema(tolerant(schema), { target: 'draft-2020-12', io: 'input' });
}

/** Every published JSON Schema by file name: one for each topic, the record, and the headers of a dead letter. */
export function jsonSchemas(): Map<string, JsonSchema> {
  const files = new Map<string, JsonSchema>();
  for (const topic of topics) {
    files.set(`${topic.name}.json`, titled(topic.name, topic.description, toJsonSchema(topic.schema)));
  }
  files.set('article-record.json', titled('article-record', 'ninjs 3.1 and x', toJsonSchema(articleRecord)));
  files.set('dead-letter-headers.json', titled('dead-letter-headers', 'Headers', toJsonSchema(deadLetterHeaders)));
  return files;
}

function titled(title: string, description: string, { $schema, ...schema }: JsonSchema): JsonSchema {
  return { $schema, title, description, ...schema };
}
