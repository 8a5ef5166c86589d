/** What the chart has to know of newsmill's own definitions: topics, and who reads and writes them. */
import { articleOutcomes, deadLetterAddress, topicAddress } from '@newsmill/contracts';
import { adminKeySetting, type ServiceDefinition } from '@newsmill/service';
import type { TopicSpec } from '@newsmill/stage';
import { pipelineTopics, services } from '@newsmill/standalone';

/** `files/pipeline.json` of the chart. Topics are named without the deployment's prefix. */
export interface PipelineFacts {
  topics: { name: string; partitions: number; config: Record<string, string> }[];
  services: Record<string, ServiceFacts>;
}

interface ServiceFacts {
  /** Each with its consumer group, `<prefix>.<name>`. */
  stages: { name: string; reads: string }[];
  /** Topics that it may read and write; nothing else of the log is its business. */
  reads: string[];
  writes: string[];
  /** It may read and write every topic under the prefix. */
  everyTopic: boolean;
  /** Whether it keeps state in PostgreSQL. */
  database: boolean;
  /** Whether it has something that an admin key opens. */
  adminKey: boolean;
}

const PREFIX = 'prefix';
/** What Kafka's own framing takes of `max.message.bytes`; test/chart-topics.integration.spec.ts holds it to the transport's. */
const FRAMING_BYTES = 64 * 1024;

/** The facts of the pipeline as it is defined now. */
export function pipelineFacts(): PipelineFacts {
  return {
    topics: pipelineTopics(PREFIX).map((topic) => ({
      name: nameOf(topic.address),
      partitions: topic.partitions,
      config: configOf(topic),
    })),
    services: Object.fromEntries(services.map((service) => [service.name, factsOf(service)])),
  };
}

/** Settings of a topic that do not depend on the cluster. */
function configOf({ cleanup, retentionMs, maxBytes }: TopicSpec): Record<string, string> {
  return {
    'cleanup.policy': cleanup,
    [cleanup === 'compact' ? 'delete.retention.ms' : 'retention.ms']: String(retentionMs),
    'max.message.bytes': String(maxBytes + FRAMING_BYTES),
    'compression.type': 'producer',
  };
}

function factsOf({ stages, writers = [], database, settings }: ServiceDefinition): ServiceFacts {
  const writes = [
    ...stages.flatMap((stage) => [...stage.writes, ...(stage.reports ? [articleOutcomes] : [])]),
    ...writers.flatMap((writer) => writer.writes),
  ].map((topic) => nameOf(topicAddress(PREFIX, topic)));
  const letters = stages.map(({ name }) => nameOf(deadLetterAddress(PREFIX, name)));
  return {
    stages: stages.map(({ name, reads }) => ({ name, reads: reads.name })),
    reads: [...new Set(stages.map(({ reads }) => reads.name))],
    writes: [...new Set([...writes, ...letters])],
    everyTopic: writers.some(({ name }) => name === 'redrive'),
    database: database !== undefined,
    adminKey: Object.values(settings).some(({ env }) => env === adminKeySetting.env),
  };
}

function nameOf(address: string): string {
  return address.slice(PREFIX.length + 1);
}
