import type { TopicChange, TopicSpec } from '@newsmill/stage';
import { setTimeout as sleep } from 'node:timers/promises';
import { partitionsRefused, TopicsRefused, UnknownTopic } from '../topic-errors.js';
import { type Admin, anyBroker, type Broker, type Cluster, SET_ON_TOPIC, TOPIC_RESOURCE } from './client.js';
import { brokerCode } from './faults.js';

/** What a publisher has to know of a topic. */
export interface TopicFacts {
  partitions: number;
  cleanup: TopicSpec['cleanup'];
  /** Most bytes of a value. */
  maxBytes: number;
}

/** The log's topics, and the two ways to ask for them. */
export interface Directory {
  admin: Admin;
  cluster: Cluster;
}

/** A topic's `max.message.bytes` is this much more than its `maxBytes`: room for key, headers and framing. */
export const FRAMING_BYTES = 64 * 1024;
const MAX_AGE_MS = 30_000;
const CREATED_WAIT_MS = 30_000;
const DEFAULT_MAX_BYTES = 1_000_000;

type Metadata = Awaited<ReturnType<Broker['metadata']>>['topicMetadata'][number];

/** Topics as they are, and as they should be. */
export class TopicCatalog {
  private readonly known = new Map<string, { facts: TopicFacts; at: number }>();

  /** @param ask runs a question against the log; rejects with LogUnavailable when it does not answer. */
  constructor(
    private readonly ask: <T>(doing: string, question: (directory: Directory) => Promise<T>) => Promise<T>,
    private readonly replicationFactor?: number,
  ) {}

  /** Facts at most half a minute old; older ones when the log does not answer. Rejects for a topic that is not there. */
  async facts(topic: string): Promise<TopicFacts> {
    const known = this.known.get(topic);
    if (known !== undefined && performance.now() - known.at < MAX_AGE_MS) return known.facts;
    try {
      const facts = await this.ask(`look up ${topic}`, (directory) => describe(directory, topic));
      this.known.set(topic, { facts, at: performance.now() });
      return facts;
    } catch (error) {
      if (known === undefined || error instanceof UnknownTopic) throw error;
      return known.facts;
    }
  }

  /** The next question about the topic is asked anew. */
  forget(topic: string): void {
    this.known.delete(topic);
  }

  list(): Promise<string[]> {
    return this.ask('list topics', async ({ cluster }) => {
      const { topicMetadata } = await (await anyBroker(cluster)).metadata([]);
      const names = topicMetadata.map(({ topic }) => topic).filter((topic) => !topic.startsWith('__'));
      return names.sort();
    });
  }

  /**
   * Creates what is missing, adds partitions, brings settings up to date.
   * @throws TopicsRefused when replicas or partitions are asked for that cannot be, or replicas that a topic has not
   */
  async apply(specs: readonly TopicSpec[]): Promise<TopicChange[]> {
    if (specs.length === 0) return [];
    return this.ask('apply topics', async (directory) => {
      const { brokers, topicMetadata } = await (await anyBroker(directory.cluster)).metadata([]);
      const replicas = this.replicationFactor ?? Math.min(3, brokers.length);
      const existing = new Map(topicMetadata.map((topic) => [topic.topic, topic]));
      checkSpecs(specs, existing, { brokers: brokers.length, usual: replicas });
      const missing = specs.filter(({ address }) => !existing.has(address));
      await create(directory, missing, replicas);
      const changes: TopicChange[] = [];
      for (const spec of specs) {
        const found = existing.get(spec.address);
        const change = found === undefined ? 'created' : await update(directory.admin, spec, found);
        changes.push({ address: spec.address, change });
        this.forget(spec.address);
      }
      return changes;
    });
  }
}

/** @throws TopicsRefused naming every topic at once */
function checkSpecs(
  specs: readonly TopicSpec[],
  existing: ReadonlyMap<string, Metadata>,
  { brokers, usual }: { brokers: number; usual: number },
): void {
  const problems = specs.flatMap((spec) => {
    const { address, replicas, minInsyncReplicas = 1 } = spec;
    const found = existing.get(address)?.partitionMetadata;
    const refused = found && partitionsRefused(spec, found.length);
    if (refused !== undefined) return [refused];
    const other = found?.find((partition) => replicas !== undefined && partition.replicas.length !== replicas);
    if (other !== undefined) {
      return [
        `${address} has ${other.replicas.length} replicas, not ${replicas}: reassign its partitions with Kafka's own tool, or ask for ${other.replicas.length}`,
      ];
    }
    const wanted = found?.[0]?.replicas.length ?? replicas ?? usual;
    if (found === undefined && wanted > brokers) {
      return [`${address}: ${wanted} replicas need as many brokers, and there are ${brokers}`];
    }
    return minInsyncReplicas > wanted
      ? [`${address}: min.insync.replicas ${minInsyncReplicas} of ${wanted} replicas would take no record`]
      : [];
  });
  if (problems.length > 0) throw new TopicsRefused(problems.join('; '));
}

async function describe({ admin, cluster }: Directory, topic: string): Promise<TopicFacts> {
  const broker = await anyBroker(cluster);
  const { topicMetadata } = await broker.metadata([topic]).catch((error: unknown) => {
    if (brokerCode(error) === 'UNKNOWN_TOPIC_OR_PARTITION') throw new UnknownTopic(topic);
    throw error;
  });
  const partitions = topicMetadata.find((found) => found.topic === topic)?.partitionMetadata.length ?? 0;
  if (partitions === 0) throw new UnknownTopic(topic);
  const settings = await settingsOf(admin, topic).catch(whenForbidden);
  const limit = Number(settings.get('max.message.bytes')?.value);
  return {
    partitions,
    cleanup: settings.get('cleanup.policy')?.value === 'compact' ? 'compact' : 'delete',
    maxBytes: limit > FRAMING_BYTES ? limit - FRAMING_BYTES : DEFAULT_MAX_BYTES,
  };
}

/** Without the right to read settings the defaults of Kafka are assumed. */
function whenForbidden(error: unknown): Map<string, Setting> {
  if (brokerCode(error)?.endsWith('AUTHORIZATION_FAILED')) return new Map();
  throw error;
}

async function create({ admin, cluster }: Directory, specs: readonly TopicSpec[], replicas: number): Promise<void> {
  if (specs.length === 0) return;
  await admin.createTopics({
    waitForLeaders: false,
    timeout: CREATED_WAIT_MS,
    topics: specs.map((spec) => ({
      topic: spec.address,
      numPartitions: spec.partitions,
      replicationFactor: spec.replicas ?? replicas,
      configEntries: Object.entries(settingsFor(spec, spec.replicas ?? replicas)).map(([name, value]) => ({
        name,
        value,
      })),
    })),
  });
  const deadline = performance.now() + CREATED_WAIT_MS;
  const broker = await anyBroker(cluster);
  for (const { address } of specs) {
    for (;;) {
      try {
        const { topicMetadata } = await broker.metadata([address]);
        if (topicMetadata[0]?.partitionMetadata.every(({ leader }) => leader >= 0)) break;
      } catch (error) {
        const pending = ['UNKNOWN_TOPIC_OR_PARTITION', 'LEADER_NOT_AVAILABLE'].includes(brokerCode(error) ?? '');
        if (!pending || performance.now() > deadline) throw error;
      }
      await sleep(50);
    }
  }
}

async function update(admin: Admin, spec: TopicSpec, found: Metadata): Promise<TopicChange['change']> {
  const replicas = found.partitionMetadata[0]?.replicas.length ?? 1;
  const settings = await settingsOf(admin, spec.address);
  const wanted = settingsFor(spec, replicas);
  const differs = isOther(settings, wanted);
  if (differs) {
    const kept = [...settings].filter(([, { own }]) => own).map(([name, { value }]) => [name, value] as const);
    const configEntries = Object.entries({ ...Object.fromEntries(kept), ...wanted });
    await admin.alterConfigs({
      validateOnly: false,
      resources: [
        {
          type: TOPIC_RESOURCE,
          name: spec.address,
          configEntries: configEntries.map(([name, value]) => ({ name, value })),
        },
      ],
    });
    // The controller has them; the broker that is asked next may still tell the old ones.
    for (const deadline = performance.now() + CREATED_WAIT_MS; performance.now() < deadline;) {
      if (!isOther(await settingsOf(admin, spec.address), wanted)) break;
      await sleep(50);
    }
  }
  if (found.partitionMetadata.length < spec.partitions) {
    await admin.createPartitions({ topicPartitions: [{ topic: spec.address, count: spec.partitions }] });
    return 'partitions-added';
  }
  return differs ? 'settings-changed' : 'unchanged';
}

function isOther(settings: ReadonlyMap<string, Setting>, wanted: Readonly<Record<string, string>>): boolean {
  return Object.entries(wanted).some(([name, value]) => settings.get(name)?.value !== value);
}

function settingsFor(spec: TopicSpec, replicas: number): Record<string, string> {
  return {
    'cleanup.policy': spec.cleanup,
    // A compacted topic keeps the latest of each key for good; the time is for how long a tombstone can be seen.
    ...(spec.cleanup === 'compact'
      ? { 'delete.retention.ms': String(spec.retentionMs) }
      : { 'retention.ms': String(spec.retentionMs) }),
    'max.message.bytes': String(spec.maxBytes + FRAMING_BYTES),
    'compression.type': 'producer',
    'min.insync.replicas': String(spec.minInsyncReplicas ?? (replicas >= 3 ? 2 : 1)),
  };
}

interface Setting {
  value: string;
  /** Set on this topic, not a default. */
  own: boolean;
}

async function settingsOf(admin: Admin, topic: string): Promise<Map<string, Setting>> {
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: [{ type: TOPIC_RESOURCE, name: topic }],
  });
  const entries = resources.flatMap(({ configEntries }) => configEntries);
  return new Map(
    entries.map(({ configName, configValue, configSource }) => [
      configName,
      { value: configValue, own: configSource === SET_ON_TOPIC },
    ]),
  );
}
