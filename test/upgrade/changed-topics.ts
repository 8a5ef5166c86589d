/** The parts of an AsyncAPI 3 document that say how topics are kept. */
export interface TopicReference {
  channels: Record<
    string,
    { bindings?: { kafka?: { partitions?: number; topicConfiguration?: { 'cleanup.policy'?: string[] } } } }
  >;
}

/**
 * What services of `before` cannot bear of `after`: a topic that is gone, other numbers of partitions (a key would lie
 * elsewhere from then on, and its order would be lost), another way of cleaning up.
 */
export function changedTopics(before: TopicReference, after: TopicReference): string[] {
  return Object.entries(before.channels).flatMap(([name, { bindings }]) => {
    const now = after.channels[name];
    if (now === undefined) return [`${name}: the topic is gone`];
    const [old, kafka] = [bindings?.kafka, now.bindings?.kafka];
    const found: string[] = [];
    if (old?.partitions !== kafka?.partitions) {
      found.push(`${name}: ${String(old?.partitions)} partitions became ${String(kafka?.partitions)}`);
    }
    const policies = [old, kafka].map((binding) => (binding?.topicConfiguration?.['cleanup.policy'] ?? []).join());
    if (policies[0] !== policies[1]) found.push(`${name}: clean-up ${policies[0]!} became ${policies[1]!}`);
    return found;
  });
}
