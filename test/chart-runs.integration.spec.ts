import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createTransport, type Environment, loadServiceSettings } from '@newsmill/service';
import { pipelineTopics, services } from '@newsmill/standalone';
import kafkajs, { type AclEntry, type Admin } from 'kafkajs';
import { type AuthorizedKafka, startAuthorizedKafka } from './support/authorized-kafka.ts';
import { opensslMissing } from './support/certificates.ts';
import { ContainerEnvironment } from './support/chart-environment.ts';
import { freePort } from './support/free-port.ts';
import { CHART, ChartRenderer, type Fields, find, helmUnavailable, type KubernetesObject } from './support/helm.ts';
import { until } from './support/newsmill-client.ts';
import { NewsmillProcess } from './support/newsmill-process.ts';
import { freshDatabase, ownKafkaUnavailable, topicPrefix } from './support/real-parts.ts';

const { AclOperationTypes, AclPermissionTypes, AclResourceTypes, Kafka, logLevel, ResourcePatternTypes } = kafkajs;

const missing = ownKafkaUnavailable(opensslMissing());

const names = services.map(({ name }) => name);
const fullname = (name: string): string => `news-newsmill-${name}`;
const KEY = 'courier=a-key-of-the-courier';
const ADMIN_KEY = 'a-key-of-the-operators';

/** What the chart installs, with processes in place of pods: its topics, users, settings, Jobs and its test. */
((missing ?? helmUnavailable()) ? describe.skip : describe)('an installation by the chart', () => {
  const prefix = topicPrefix();
  const renderer = new ChartRenderer();
  const environments = new Map<string, ContainerEnvironment>();
  const processes = new Map<string, NewsmillProcess>();
  const urls = new Map<string, string>();
  let kafka: AuthorizedKafka;
  let admin: Admin;
  let database: Awaited<ReturnType<typeof freshDatabase>>;
  let objects: KubernetesObject[];
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'newsmill-installation-'));
    const password = (user: string): string => `password-of-${user}`;
    kafka = await startAuthorizedKafka(
      Object.fromEntries(names.map((name) => [fullname(name), password(fullname(name))])),
    );
    database = await freshDatabase();
    objects = renderer.render({
      image: { registry: 'registry.example' },
      topicPrefix: prefix,
      kafka: { brokers: [kafka.broker], securityProtocol: 'sasl_ssl', tls: { caSecret: 'kafka-ca' } },
      topics: { provision: 'strimzi' },
      strimzi: { cluster: 'news', topics: { replicas: 1, minInsyncReplicas: 1 }, users: { enabled: true } },
      database: { existingSecret: 'database' },
      admin: { existingSecret: 'admin' },
      fetcher: { push: { existingSecret: 'push' } },
      toolbox: { enabled: true },
    });
    admin = new Kafka({ brokers: [kafka.operator], logLevel: logLevel.NOTHING }).admin();
    await admin.connect();
    await createTopics(admin, objects);
    await createUsers(admin, objects);

    const authority = await readFile(kafka.authority.cert, 'utf8');
    const contents = (secret: string, key: string): string => {
      if (key === 'password') return password(secret);
      const known: Record<string, string> = {
        'kafka-ca/ca.crt': authority,
        'database/url': database.url,
        'push/api-key': KEY,
        'admin/admin-key': ADMIN_KEY,
      };
      const text = known[`${secret}/${key}`];
      if (text === undefined) throw new Error(`no Secret ${secret} with ${key} is known here`);
      return text;
    };
    for (const { kind, metadata, spec } of objects) {
      if (kind !== 'Deployment' && kind !== 'Job') continue;
      environments.set(metadata.name, new ContainerEnvironment(spec.template.spec, contents));
    }
  }, 180_000);

  afterAll(async () => {
    for (const process of processes.values()) await process.end('SIGTERM');
    for (const environment of environments.values()) environment.close();
    await admin?.disconnect();
    await kafka?.stop();
    await database?.drop();
    renderer.close();
    await rm(folder, { recursive: true, force: true });
  }, 120_000);

  const environmentOf = (name: string, changed: Environment = {}): Record<string, string> =>
    ({ ...environments.get(fullname(name))!.environment, ...changed }) as Record<string, string>;

  it('makes the topics as `newsmill topics apply` would: it finds nothing to change', async () => {
    const settings = loadServiceSettings({
      NEWSMILL_KAFKA_BROKERS: kafka.operator,
      NEWSMILL_KAFKA_SECURITY_PROTOCOL: 'plaintext',
    });
    const transport = await createTransport(settings, { clientId: 'check', log: () => undefined });
    const changes = await transport.applyTopics(pipelineTopics(prefix));
    await transport.close();
    expect(changes.filter(({ change }) => change !== 'unchanged')).toEqual([]);
    expect(changes).toHaveLength(pipelineTopics(prefix).length);
  });

  it('brings the schemas up to date with the command of its Job', async () => {
    const { args } = find(objects, 'Job', fullname('migrate')).spec.template.spec.containers[0];
    const migrate = new NewsmillProcess('apps/standalone/bin/newsmill.js', args, environmentOf('migrate'));
    expect([await migrate.ended, migrate.lines.join('\n')]).toEqual([0, expect.stringMatching(/fetcher: .*\nstore: /)]);
  });

  it('starts services that become ready with the rights of their own users', async () => {
    for (const name of names) {
      const port = await freePort();
      const here = { NEWSMILL_HTTP_HOST: '127.0.0.1', NEWSMILL_HTTP_PORT: String(port) };
      processes.set(name, new NewsmillProcess(`apps/${name}/dist/main.js`, [], environmentOf(name, here)));
      urls.set(name, `http://127.0.0.1:${port}`);
    }
    for (const name of names) {
      const { readinessProbe } = find(objects, 'Deployment', fullname(name)).spec.template.spec.containers[0];
      await until(`${name} is ready`, 90_000, async () => {
        const process = processes.get(name)!;
        if (process.hasEnded) throw new Error(process.lines.join('\n'));
        return (await fetch(`${urls.get(name)}${readinessProbe.httpGet.path}`)).ok ? true : undefined;
      });
    }
  }, 400_000);

  it('passes its own test: an article is pushed, read and withdrawn', async () => {
    const { code, output } = await runTest(KEY);
    expect([code, output]).toEqual([0, expect.stringMatching(/^pushed .*\nread .*\nwithdrawn\n$/)]);
  }, 300_000);

  it('fails its test when the key is wrong, and says so', async () => {
    const { code, output } = await runTest('courier=a-key-that-nobody-knows');
    expect([code, output]).toEqual([1, expect.stringContaining('FAILED: PUT is refused: 401')]);
    const hashed = await runTest(`courier=sha256:${'0'.repeat(64)}`);
    expect([hashed.code, hashed.output]).toEqual([1, expect.stringContaining('tests.existingSecret')]);
  });

  it('needs no right beyond those: lags are known, dead letters are read, nobody is refused', async () => {
    for (const { name, stages } of services) {
      const metrics = await (await fetch(`${urls.get(name)}/metrics`)).text();
      for (const stage of stages)
        expect(metrics).toMatch(new RegExp(`^newsmill_stage_lag\\{stage="${stage.name}"\\} \\d`, 'm'));
    }
    const headers = { authorization: `Bearer ${ADMIN_KEY}` };
    for (const path of ['/v1/status', '/v1/dead-letters']) {
      expect([path, (await fetch(`${urls.get('store')}${path}`, { headers })).status]).toEqual([path, 200]);
    }
    for (const [name, { lines }] of processes) {
      expect([name, lines.filter((line) => /authoriz/i.test(line))]).toEqual([name, []]);
    }
  });

  it('runs the commands of operators in its toolbox', async () => {
    const environment = environmentOf('toolbox', { NEWSMILL_URL: urls.get('fetcher')! });
    for (const [words, said] of [
      ['status', /^database {2}closes/m],
      ['dead-letters list --json', /^\{"letters":\[\],"more":0\}$/m],
      ['sources list --json', /^\{/m],
    ] as const) {
      const ran = new NewsmillProcess('apps/standalone/bin/newsmill.js', words.split(' '), environment);
      expect([words, await ran.ended, ran.lines.join('\n')]).toEqual([words, 0, expect.stringMatching(said)]);
    }
  }, 120_000);

  it('gives no service the rights of another', async () => {
    const settings = loadServiceSettings(environmentOf('enricher'));
    const transport = await createTransport(settings, { clientId: 'curious', log: () => undefined });
    const read = async (): Promise<void> => {
      for await (const { offset } of transport.read(`${prefix}.news.article.state.v1`, 'earliest')) {
        throw new Error(`offset ${offset} was read`);
      }
    };
    await expect(read()).rejects.toThrow(/authoriz/i);
    await transport.close();
  });

  /** The script of the test's pod, as that runs it. */
  async function runTest(key: string): Promise<{ code: number | null; output: string }> {
    const pod = find(objects, 'Pod', fullname('test')).spec.containers[0];
    expect(pod.args.slice(0, 3)).toEqual([
      'http://news-newsmill-fetcher.news.svc',
      'http://news-newsmill-store.news.svc',
      '/etc/newsmill/test-key/key',
    ]);
    const keyFile = join(folder, 'key');
    await writeFile(keyFile, key);
    const script = find(objects, 'ConfigMap', fullname('test')).data['push-and-read.mjs'];
    expect(script.trim()).toBe((await readFile(join(CHART, 'files/push-and-read.mjs'), 'utf8')).trim());
    const args = [
      join(CHART, 'files/push-and-read.mjs'),
      urls.get('fetcher')!,
      urls.get('store')!,
      keyFile,
      pod.args[3],
    ];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => (output += text.toString()));
    const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
    return { code, output };
  }
});

/** What Strimzi's topic operator does with the chart's KafkaTopics. */
async function createTopics(admin: Admin, objects: readonly KubernetesObject[]): Promise<void> {
  const topics = objects.filter(({ kind }) => kind === 'KafkaTopic');
  await admin.createTopics({
    waitForLeaders: true,
    topics: topics.map(({ spec }) => ({
      topic: spec.topicName,
      numPartitions: spec.partitions,
      replicationFactor: spec.replicas,
      configEntries: Object.entries<string>(spec.config).map(([name, value]) => ({ name, value })),
    })),
  });
}

/** What its user operator does with the chart's KafkaUsers, the passwords aside. */
async function createUsers(admin: Admin, objects: readonly KubernetesObject[]): Promise<void> {
  const users = objects.filter(({ kind }) => kind === 'KafkaUser');
  const types: Record<string, AclEntry['resourceType']> = {
    topic: AclResourceTypes.TOPIC,
    group: AclResourceTypes.GROUP,
    transactionalId: AclResourceTypes.TRANSACTIONAL_ID,
  };
  const operations: Record<string, AclEntry['operation']> = {
    Read: AclOperationTypes.READ,
    Write: AclOperationTypes.WRITE,
    Describe: AclOperationTypes.DESCRIBE,
    DescribeConfigs: AclOperationTypes.DESCRIBE_CONFIGS,
  };
  const acl: AclEntry[] = users.flatMap(({ metadata, spec }) =>
    (spec.authorization.acls as Fields[]).flatMap(({ resource, operations: allowed }) =>
      (allowed as string[]).map((operation) => ({
        principal: `User:${metadata.name}`,
        host: '*',
        permissionType: AclPermissionTypes.ALLOW,
        operation: operations[operation]!,
        resourceType: types[resource.type]!,
        resourceName: resource.name as string,
        resourcePatternType:
          resource.patternType === 'prefix' ? ResourcePatternTypes.PREFIXED : ResourcePatternTypes.LITERAL,
      })),
    ),
  );
  await admin.createAcls({ acl });
}
