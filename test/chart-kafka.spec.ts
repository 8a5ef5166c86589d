import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { articleOutcomes, deadLetterAddress, topicAddress } from '@newsmill/contracts';
import { groupOf } from '@newsmill/stage';
import { pipelineTopics, services } from '@newsmill/standalone';
import { LEAST, topology } from './support/chart-topologies.ts';
import { ChartRenderer, type Fields, find, helmUnavailable, type KubernetesObject } from './support/helm.ts';

const PREFIX = 'news-desk';

(helmUnavailable() ? describe.skip : describe)('Kafka in the chart', () => {
  const renderer = new ChartRenderer();
  let strimzi: KubernetesObject[];
  let keda: KubernetesObject[];

  beforeAll(() => {
    strimzi = renderer.render(topology(renderer, 'strimzi').values, { topicPrefix: PREFIX });
    keda = renderer.render(topology(renderer, 'mtls-keda').values, { topicPrefix: PREFIX });
  });
  afterAll(() => renderer.close());

  it('has a KafkaTopic for every topic of the pipeline, as it is defined', () => {
    const topics = strimzi.filter(({ kind }) => kind === 'KafkaTopic');
    expect(topics.map(({ spec }) => [spec.topicName, spec.partitions])).toEqual(
      pipelineTopics(PREFIX).map(({ address, partitions }) => [
        address,
        address === `${PREFIX}.news.page.fetched.v1` ? 12 : partitions,
      ]),
    );
    for (const { metadata, spec } of topics) {
      expect(metadata.labels['strimzi.io/cluster']).toBe('news');
      expect(metadata.annotations).toEqual({ 'helm.sh/resource-policy': 'keep' });
      expect([spec.replicas, spec.config['min.insync.replicas']]).toEqual([3, '2']);
    }
    // Given in the values, beside what the definition says.
    const pages = find(topics, 'KafkaTopic', `${PREFIX}.news.page.fetched.v1`).spec.config;
    expect(pages).toMatchObject({ 'retention.ms': '1209600000', 'cleanup.policy': 'delete' });
  });

  it('has a KafkaUser for every service, with the rights that its stages need and no others', () => {
    for (const { name, stages, writers = [] } of services) {
      const { acls } = find(strimzi, 'KafkaUser', `news-newsmill-${name}`).spec.authorization;
      const may = (operation: string, type: string, resource: string): boolean =>
        (acls as Fields[]).some(
          ({ resource: { type: of, name: pattern, patternType }, operations }) =>
            of === type &&
            operations.includes(operation) &&
            (patternType === 'prefix' ? resource.startsWith(pattern) : resource === pattern),
        );
      const written = [...stages.flatMap(({ writes }) => writes), ...writers.flatMap(({ writes }) => writes)];
      for (const topic of written)
        expect([name, topic.name, may('Write', 'topic', topicAddress(PREFIX, topic))]).toEqual([
          name,
          topic.name,
          true,
        ]);
      for (const stage of stages) {
        const group = groupOf(PREFIX, stage);
        expect([name, may('Read', 'topic', topicAddress(PREFIX, stage.reads)), may('Read', 'group', group)]).toEqual([
          name,
          true,
          true,
        ]);
        expect([name, may('Write', 'transactionalId', `${group}/5f0c`)]).toEqual([name, true]);
        expect([name, may('Write', 'topic', deadLetterAddress(PREFIX, stage.name))]).toEqual([name, true]);
        if (stage.reports)
          expect([name, may('Write', 'topic', topicAddress(PREFIX, articleOutcomes))]).toEqual([name, true]);
      }
      // Only the store sends dead letters of others again.
      const others = services.filter((service) => service.name !== name).flatMap((service) => service.stages);
      for (const stage of others) {
        expect([name, may('Read', 'topic', deadLetterAddress(PREFIX, stage.name))]).toEqual([name, name === 'store']);
        expect([name, may('Read', 'group', groupOf(PREFIX, stage))]).toEqual([name, false]);
      }
      for (const operation of ['Create', 'Delete', 'Alter', 'AlterConfigs', 'All']) {
        expect([name, operation, may(operation, 'topic', `${PREFIX}.news.page.fetched.v1`)]).toEqual([
          name,
          operation,
          false,
        ]);
      }
      expect([name, may('Read', 'topic', 'another.news.page.fetched.v1')]).toEqual([name, false]);
    }
  });

  it('lets each service log in as its own user where Strimzi makes them', () => {
    for (const { name } of services) {
      const pod = find(strimzi, 'Deployment', `news-newsmill-${name}`).spec.template.spec;
      const user = `news-newsmill-${name}`;
      expect(pod.containers[0].env).toContainEqual({ name: 'NEWSMILL_KAFKA_SASL_USERNAME', value: user });
      expect(JSON.stringify(pod.volumes)).toContain(`"secretName":"${user}"`);
    }
    const byCertificate = renderer.render(topology(renderer, 'strimzi').values, { kafka: { securityProtocol: 'ssl' } });
    expect(find(byCertificate, 'KafkaUser', 'news-newsmill-parser').spec.authentication).toEqual({ type: 'tls' });
    const { volumes } = find(byCertificate, 'Deployment', 'news-newsmill-parser').spec.template.spec;
    expect(volumes).toContainEqual({
      name: 'kafka-client',
      secret: {
        secretName: 'news-newsmill-parser',
        defaultMode: 0o440,
        items: [
          { key: 'user.crt', path: 'tls.crt' },
          { key: 'user.key', path: 'tls.key' },
        ],
      },
    });
  });

  it('scales by the lag of each stage: its topic, its group', () => {
    for (const { name, stages } of services) {
      const { spec } = find(keda, 'ScaledObject', `news-newsmill-${name}`);
      expect(spec.scaleTargetRef.name).toBe(`news-newsmill-${name}`);
      const watched = spec.triggers.map(({ metadata }: Fields) => [metadata.topic, metadata.consumerGroup]);
      expect(watched).toEqual(stages.map((stage) => [topicAddress(PREFIX, stage.reads), groupOf(PREFIX, stage)]));
      for (const { metadata, authenticationRef } of spec.triggers) {
        expect(metadata).toMatchObject({ tls: 'enable', allowIdleConsumers: 'false', excludePersistentLag: 'true' });
        expect(authenticationRef).toEqual({ name: 'news-newsmill-kafka' });
      }
    }
    const login = find(keda, 'TriggerAuthentication', 'news-newsmill-kafka').spec.secretTargetRef;
    expect(login).toEqual([
      { parameter: 'ca', name: 'kafka-ca', key: 'ca.crt' },
      { parameter: 'cert', name: 'newsmill-kafka', key: 'tls.crt' },
      { parameter: 'key', name: 'newsmill-kafka', key: 'tls.key' },
    ]);
  });

  it('leaves replicas to whoever sets them', () => {
    const replicas = (values: Fields, name: string): unknown =>
      find(renderer.render(LEAST, values), 'Deployment', `news-newsmill-${name}`).spec.replicas;
    expect(replicas({}, 'parser')).toBe(2);
    expect(replicas({ parser: { keda: { enabled: true } } }, 'parser')).toBeUndefined();
    expect(replicas({ parser: { hpa: { enabled: true } } }, 'parser')).toBeUndefined();
    expect(replicas({ parser: { hpa: { enabled: true } } }, 'enricher')).toBe(2);
  });

  it('scales parser and enricher by CPU', () => {
    const objects = topology(renderer, 'scram-tls').objects;
    for (const name of ['parser', 'enricher']) {
      const { spec } = find(objects, 'HorizontalPodAutoscaler', `news-newsmill-${name}`);
      expect(spec.metrics).toEqual([
        { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 70 } } },
      ]);
      expect([spec.minReplicas, spec.maxReplicas]).toEqual([2, 6]);
    }
  });
});
