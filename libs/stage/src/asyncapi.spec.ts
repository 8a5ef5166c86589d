import { describe, expect, it } from '@jest/globals';
import { articleChanges, articleEnriched, articleParsed, articleState, topics } from '@newsmill/contracts';
import { Ajv } from 'ajv';
import { createRequire } from 'node:module';
import { asyncApiDocument } from './asyncapi.js';
import { defineStage } from './define-stage.js';

const schema = createRequire(import.meta.url)('@asyncapi/specs/schemas/3.0.0-without-$id.json') as object;

const enrich = defineStage({
  name: 'enrich',
  description: 'annotates',
  reads: articleParsed,
  writes: [articleEnriched],
});

const relay = { name: 'relay', description: 'publishes', writes: [articleChanges] };

describe('the AsyncAPI document', () => {
  const document = asyncApiDocument({ version: '1.0.0', prefix: 'p', topics, stages: [enrich], writers: [relay] });

  it('fits the official schema of AsyncAPI 3.0', () => {
    const ajv = new Ajv({ strict: false, validateFormats: false, logger: false });
    const validate = ajv.compile(schema);
    expect(validate(document) ? [] : validate.errors).toEqual([]);
  });

  it('names every topic, every stage, and the dead letters of each', () => {
    const { channels, operations } = document as Record<string, Record<string, object>>;
    expect(Object.keys(channels!)).toEqual([...topics.map(({ name }) => name), 'enrich.dead.v1']);
    const { [articleState.name]: state } = channels as Record<string, { messages: object; bindings: object }>;
    expect(Object.keys(state!.messages)).toEqual([articleState.name, `${articleState.name}.tombstone`]);
    expect(state!.bindings).toMatchObject({
      kafka: { topicConfiguration: { 'cleanup.policy': ['compact'], 'delete.retention.ms': 604_800_000 } },
    });
    expect(Object.keys(operations!)).toEqual([
      'enrich.receive',
      'enrich.send.news.article.enriched.v1',
      'enrich.send.news.article.outcomes.v1',
      'enrich.send.dead',
      'relay.send.news.article.changes.v1',
    ]);
  });
});
