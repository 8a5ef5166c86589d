import {
  DEAD_LETTER_DAYS,
  DEFAULT_MAX_BYTES,
  DEFAULT_PARTITIONS,
  deadLetterAddress,
  settledLettersAddress,
  type Topic,
  topicAddress,
} from '@newsmill/contracts';
import type { Stage } from './define-stage.js';
import type { TopicSpec } from './transport.js';

const DAY_MS = 24 * 60 * 60 * 1000;

/** What a deployment needs on its log: every topic, a dead-letter topic for each stage, and what was done with the letters. */
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
  const settled = {
    address: settledLettersAddress(prefix),
    partitions: 1,
    cleanup: 'delete' as const,
    // Outlives every letter that it speaks of.
    retentionMs: (DEAD_LETTER_DAYS + 1) * DAY_MS,
    maxBytes: DEFAULT_MAX_BYTES,
  };
  return [...declared, ...dead, settled];
}
