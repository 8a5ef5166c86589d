import { topics } from '@newsmill/contracts';
import { enrich } from '@newsmill/enricher/stages';
import { fetch } from '@newsmill/fetcher/stages';
import { parse } from '@newsmill/parser/stages';
import { type Stage, type TopicSpec, topicSpecs } from '@newsmill/stage';
import { record, store } from '@newsmill/store/stages';

/** Every stage in the order in which an article passes them; without the services that host them, so that commands start at once. */
export const stages: readonly Stage[] = [fetch, parse, enrich, store, record];

/** Every topic that a deployment needs, dead letters included. */
export function pipelineTopics(prefix: string): TopicSpec[] {
  return topicSpecs(prefix, topics, stages);
}
