import { DEAD_LETTER_DAYS, DEFAULT_PARTITIONS, deadLetterAddress, type Topic, topicAddress } from '@newsmill/contracts';
import type { Stage } from './define-stage.js';
import type { TopicSpec } from './transport.js';

const DAY_MS = 24 * 60 * 60 * 1000;

/** What a deployment needs on its log: every topic, and a dead-letter topic for each stage. */
export function topicSpecs(prefix: string, topics: readonly Topic[], stages: readonly Stage[]): TopicSpec[] {
  const declared = topics.map((topic) => ({
    address: topicAddress(prefix, topic),
    partitions: topic.partitions,
    cleanup: topic.retention.cleanup,
    retentionMs: topic.retention.days * DAY_MS,
    maxBytes: topic.maxBytes,
  }));
  const dead = stages.map((stage) => ({
    address: deadLetterAddress(prefix, stage.name),
    partitions: Math.min(stage.reads.partitions, DEFAULT_PARTITIONS),
    cleanup: 'delete' as const,
    retentionMs: DEAD_LETTER_DAYS * DAY_MS,
    maxBytes: stage.reads.maxBytes,
  }));
  return [...declared, ...dead];
}
