import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { LEAST } from './support/chart-topologies.ts';
import { CHART, ChartRenderer, type Fields, find, helmUnavailable } from './support/helm.ts';

const sasl = { kafka: { securityProtocol: 'sasl_ssl', sasl: { existingSecret: 'login' } } };
const seven = 'with 6 partitions; more replicas would stand idle. Lower it to 6';

/** Values beside the least ones, and what Helm says of them. */
const refused: [why: string, values: Fields, message: string][] = [
  ['a misspelt value', { image: { tagg: 'x' } }, "at '/image': additional properties 'tagg' not allowed"],
  ['a misspelt service', { fetchr: {} }, "additional properties 'fetchr' not allowed"],
  ['a misspelt default', { defaults: { tolerationz: [] } }, "at '/defaults': additional properties 'tolerationz' not"],
  [
    'CPU scaling of a service that waits for others',
    { store: { hpa: { enabled: true } } },
    "properties 'hpa' not allowed",
  ],
  ['a broker without a port', { kafka: { brokers: ['kafka'] } }, "at '/kafka/brokers/0'"],
  ['a database that anybody may stand in for', { database: { sslMode: 'require' } }, "at '/database/sslMode'"],
  ['a password', { kafka: { sasl: { password: 'x' } } }, "additional properties 'password' not allowed"],
  [
    'nobody to send to, which would mean everybody',
    { networkPolicy: { kafka: { to: [] } } },
    "at '/networkPolicy/kafka/to'",
  ],
  [
    'two that set the replicas',
    { parser: { hpa: { enabled: true }, keda: { enabled: true } } },
    'parser.hpa.enabled and parser.keda.enabled are both true',
  ],
  [
    'replicas above the partitions',
    { parser: { replicas: 7 } },
    `parser.replicas is 7, but parse reads news.page.fetched.v1 ${seven}. Partitions are chosen when a topic is made (topics.partitions); more on a live system only with services stopped and topics drained, and never for compacted topics`,
  ],
  [
    'CPU scaling above the partitions',
    { enricher: { hpa: { enabled: true, maxReplicas: 7 } } },
    `enricher.hpa.maxReplicas is 7, but enrich reads news.article.parsed.v1 ${seven}`,
  ],
  [
    'scaling by lag above the partitions',
    { store: { keda: { enabled: true, maxReplicas: 7 } } },
    'store.keda.maxReplicas is 7, but store reads news.article.enriched.v1 with 6, record reads news.article.outcomes.v1 with 6',
  ],
  [
    'more at least than at most',
    { parser: { keda: { enabled: true, minReplicas: 4, maxReplicas: 2 } } },
    'parser.keda.minReplicas is 4, above maxReplicas = 2',
  ],
  [
    'more replicas in sync than there are',
    { topics: { job: { replicationFactor: 2, minInsyncReplicas: 3 } } },
    'topics.job.minInsyncReplicas is 3, above replicationFactor = 2',
  ],
  [
    'fewer partitions than newsmill wants',
    { topics: { provision: 'none', partitions: { 'news.page.fetched.v1': 3 } } },
    'topics.partitions[news.page.fetched.v1] is 3: newsmill wants 6 at least',
  ],
  [
    'partitions of no topic',
    { topics: { provision: 'none', partitions: { 'news.page.fetched': 12 } } },
    'topics.partitions[news.page.fetched]: there is no such topic',
  ],
  [
    'images that anybody might publish',
    { image: { registry: '' } },
    'image.registry names no registry: newsmill/fetcher:0.1.0, newsmill/parser:0.1.0, newsmill/enricher:0.1.0, newsmill/store:0.1.0, newsmill/standalone:0.1.0 would be pulled from Docker Hub',
  ],
  [
    'an image of one service that anybody might publish',
    {
      image: { registry: '', repository: 'localhost:5000/newsmill' },
      parser: { image: { repository: 'mine/parser' } },
    },
    'image.registry names no registry: mine/parser:0.1.0 would be pulled',
  ],
  [
    'one image for all that anybody might publish',
    { image: { registry: '', layout: 'single', repository: 'newsmill.example' } },
    'image.registry names no registry: newsmill.example:0.1.0 would be pulled',
  ],
  ['a registry without a host', { image: { registry: 'mine' } }, 'image.registry names no registry: mine/newsmill/'],
  ['no broker', { kafka: { brokers: [] } }, 'kafka.brokers is empty'],
  ['no login', { kafka: { securityProtocol: 'sasl_ssl' } }, 'kafka.sasl.existingSecret is empty'],
  [
    'TLS without TLS',
    { kafka: { tls: { caSecret: 'ca' } } },
    'kafka.tls names a Secret, but kafka.securityProtocol is plaintext',
  ],
  [
    'a password in clear text',
    { kafka: { securityProtocol: 'sasl_plaintext', sasl: { mechanism: 'plain', existingSecret: 'x' } } },
    'which sends the password in clear text',
  ],
  ['no database', { database: { existingSecret: '' } }, 'PostgreSQL for fetcher, store'],
  ['a door without a key', { fetcher: { push: { existingSecret: '' } } }, 'fetcher.push is enabled without a key'],
  [
    'a test without a key',
    { fetcher: { push: { existingSecret: '', keysSecret: 'keys' } } },
    'tests.enabled needs a key that may push, as text',
  ],
  [
    'no time to hand a batch back',
    { parser: { shutdownMs: 28_000 } },
    'terminationGracePeriodSeconds of the parser is 30, not above the 30 s',
  ],
  [
    'no time to hand a batch back after the pause',
    { store: { preStopSeconds: 21 } },
    'terminationGracePeriodSeconds of the store is 30, not above the 30 s',
  ],
  [
    'no memory limit',
    { parser: { resources: { limits: { memory: null } } } },
    'parser.resources.limits.memory is not set: the heap of Node.js is measured by it',
  ],
  [
    'KEDA without a user name',
    {
      ...sasl,
      kafka: { ...sasl.kafka, sasl: { existingSecret: 'login', username: 'news' } },
      parser: { keda: { enabled: true } },
    },
    'keda: it reads the user name from a Secret',
  ],
  [
    'a topics Job without the certificate that Strimzi gives services alone',
    { kafka: { securityProtocol: 'ssl' }, strimzi: { cluster: 'news', users: { enabled: true } } },
    'topics.provision is job, and neither kafka.tls.clientSecret nor topics.job.tls.clientSecret names a certificate',
  ],
  [
    'KEDA without the certificate that Strimzi gives services alone',
    {
      kafka: { securityProtocol: 'ssl' },
      topics: { provision: 'none' },
      strimzi: { cluster: 'news', users: { enabled: true } },
      store: { keda: { enabled: true } },
    },
    'keda: it needs a certificate of its own for Kafka',
  ],
  ['Strimzi without a cluster', { topics: { provision: 'strimzi' } }, 'strimzi.cluster is empty'],
  [
    'users without a login',
    { strimzi: { cluster: 'news', users: { enabled: true } } },
    'strimzi.users.enabled needs a login, and kafka.securityProtocol is plaintext',
  ],
  [
    'a toolbox without a login at Kafka',
    {
      kafka: { securityProtocol: 'sasl_ssl' },
      ...Object.fromEntries(
        ['fetcher', 'parser', 'enricher', 'store'].map((name) => [name, { kafka: { sasl: { existingSecret: name } } }]),
      ),
      topics: { job: { sasl: { existingSecret: 'topics' } } },
      toolbox: { enabled: true },
    },
    'toolbox is enabled, and neither kafka.sasl.existingSecret nor toolbox.kafka.sasl.existingSecret names a login',
  ],
  [
    'a toolbox without a login at PostgreSQL',
    { database: { existingSecret: '' }, toolbox: { enabled: true } },
    'toolbox is enabled, and neither database.existingSecret nor toolbox.database.existingSecret names a login',
  ],
  [
    'a toolbox without a memory limit',
    { toolbox: { enabled: true, resources: { limits: { memory: null } } } },
    'toolbox.resources.limits.memory is not set',
  ],
  [
    'two monitors of one pod',
    { monitoring: { podMonitor: { enabled: true }, serviceMonitor: { enabled: true } } },
    'everything would be counted twice',
  ],
  ['an Ingress without a host', { ingress: { enabled: true } }, 'ingress is enabled without a host'],
  [
    'a host that nobody can reach',
    { ingress: { enabled: true, push: { host: 'a.example' } } },
    'networkPolicy.push.from lets nobody in',
  ],
  [
    'one host for push and query',
    { ingress: { enabled: true, push: { host: 'a.example' }, query: { host: 'a.example' } } },
    'a.example is the host of push and of query',
  ],
  [
    'a route without a gateway',
    { httpRoute: { enabled: true, query: { hostnames: ['a.example'] } } },
    'without parentRefs',
  ],
  [
    'targets that nothing holds webhooks to',
    { networkPolicy: { enabled: false }, store: { webhooks: { targets: [{ ipBlock: { cidr: '203.0.113.7/32' } }] } } },
    'store.webhooks.targets is set, but networkPolicy.enabled is false',
  ],
];

(helmUnavailable() ? describe.skip : describe)('values of the chart', () => {
  const renderer = new ChartRenderer();
  afterAll(() => renderer.close());

  it.each(refused)('are refused: %s', (_, values, message) => {
    expect(renderer.refusal(LEAST, values)).toContain(message);
  });

  it('are refused with every problem at once', () => {
    const said = renderer.refusal({});
    for (const name of ['kafka.brokers', 'kafka.sasl.existingSecret', 'database.existingSecret', 'fetcher.push']) {
      expect(said).toContain(`- ${name}`);
    }
  });

  it('may have users by Strimzi over mutual TLS, with certificates for what is no service', () => {
    const strimzi = { cluster: 'news', users: { enabled: true } };
    const kafka = { securityProtocol: 'ssl' };
    const keda = { store: { keda: { enabled: true } } };
    const common = renderer.render(LEAST, keda, { strimzi, kafka: { ...kafka, tls: { clientSecret: 'ours' } } });
    const { secretTargetRef } = find(common, 'TriggerAuthentication', 'news-newsmill-kafka').spec;
    expect(secretTargetRef.map(({ name }: Fields) => name as string)).toEqual(['ours', 'ours']);
    const apart = renderer.render(LEAST, keda, {
      strimzi,
      kafka,
      topics: { job: { tls: { clientSecret: 'of-the-job' } } },
      keda: { authenticationRef: 'of-keda' },
    });
    expect(JSON.stringify(find(apart, 'Job', 'news-newsmill-topics'))).toContain('of-the-job');
  });

  it('may let a topic have more partitions, and then more replicas', () => {
    const objects = renderer.render(LEAST, {
      topics: { partitions: { 'news.page.fetched.v1': 12 }, job: { replicationFactor: 3, minInsyncReplicas: 2 } },
      parser: { replicas: 12 },
    });
    expect(find(objects, 'Job', 'news-newsmill-topics').spec.template.spec.containers[0].args).toEqual(
      'topics apply --replication-factor 3 --min-insync-replicas 2 --partitions news.page.fetched.v1=12'.split(' '),
    );
    expect(find(objects, 'Deployment', 'news-newsmill-parser').spec.replicas).toBe(12);
  });

  it('of one service come before the defaults, also where they are false or none', () => {
    const objects = renderer.render(LEAST, {
      parser: { podDisruptionBudget: { enabled: false }, shutdownMs: 0, revisionHistoryLimit: 0 },
    });
    const budgets = objects.filter(({ kind }) => kind === 'PodDisruptionBudget').map(({ metadata }) => metadata.name);
    expect(budgets.sort()).toEqual(['news-newsmill-enricher', 'news-newsmill-fetcher', 'news-newsmill-store']);
    expect(find(objects, 'Deployment', 'news-newsmill-parser').spec.revisionHistoryLimit).toBe(0);
  });

  it('that the README shows are taken', () => {
    const page = readFileSync(join(CHART, 'README.md'), 'utf8');
    const blocks = page.split('```yaml\n').slice(1);
    const [install, outside] = blocks.map((block) => renderer.parseYaml(block.split('```', 1)[0]!));
    const objects = renderer.render(install!, outside!);
    expect(find(objects, 'Ingress', 'news-newsmill-push').spec.rules[0].host).toBe('push.news.example');
    expect(blocks).toHaveLength(2);
  });

  it.each(['registry.example/newsmill', 'localhost/newsmill', 'registry:5000/newsmill'])(
    'may name the registry in front of the repository: %s',
    (repository) => {
      const objects = renderer.render(LEAST, { image: { registry: '', repository } });
      const { image } = find(objects, 'Deployment', 'news-newsmill-parser').spec.template.spec.containers[0];
      expect(image).toBe(`${repository}/parser:0.1.0`);
    },
  );

  it.each(['plaintext', 'sasl_plaintext'])('are warned of where Kafka is spoken to in clear text: %s', (protocol) => {
    const kafka = { securityProtocol: protocol, sasl: { existingSecret: 'login' } };
    expect(renderer.notes(LEAST, { kafka })).toContain(`in clear text (kafka.securityProtocol: ${protocol})`);
    expect(renderer.notes(LEAST, { kafka: { ...kafka, securityProtocol: 'sasl_ssl' } })).not.toContain('clear text');
  });

  it('may have a global part, as those of a chart around it do', () => {
    expect(renderer.render(LEAST, { global: { anything: true } }).length).toBeGreaterThan(0);
  });
});
