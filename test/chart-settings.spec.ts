import { readFileSync } from 'node:fs';
import { loadServiceSettings, loadSettings, type Setting } from '@newsmill/service';
import { services } from '@newsmill/standalone';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { commandSettings } from '../apps/standalone/src/standalone.config.ts';
import { chartFiles } from '../deploy/helm/chart-files.ts';
import { commonSettings, freeSettings, ownedByChart, settingsByService } from '../deploy/helm/chart-settings.ts';
import { CertificateAuthority, opensslMissing } from './support/certificates.ts';
import { ContainerEnvironment, type Contents } from './support/chart-environment.ts';
import { LEAST, topology, type Topology, topologyNames } from './support/chart-topologies.ts';
import { ChartRenderer, type Fields, find, helmUnavailable, type KubernetesObject, podsOf } from './support/helm.ts';

const ROOT = new URL('..', import.meta.url);
const missing = helmUnavailable() ?? opensslMissing();
const names = services.map(({ name }) => name);

/** Of Kafka and PostgreSQL, with characters that a URL reserves. */
const PASSWORD = 'p@ss/w:rd#%41';

/** What a container has beside newsmill's settings: Node's own, and the part that Kubernetes puts into a URL. */
const notSettings = new Set(['NODE_OPTIONS', 'DATABASE_USERNAME']);

describe('files of the chart that follow from definitions (node deploy/helm/generate.ts)', () => {
  it('are current', async () => {
    for (const [path, content] of await chartFiles(ROOT.pathname)) {
      expect([path, readFileSync(new URL(path, ROOT), 'utf8')]).toEqual([path, content]);
    }
  });

  it('tell the version of newsmill', () => {
    const { version } = JSON.parse(readFileSync(new URL('package.json', ROOT), 'utf8')) as { version: string };
    expect(readFileSync(new URL('deploy/helm/newsmill/Chart.yaml', ROOT), 'utf8')).toContain(
      `appVersion: ${version}\n`,
    );
  });
});

(missing ? describe.skip : describe)('settings of the services in the chart', () => {
  const renderer = new ChartRenderer();
  let topologies: Topology[];
  let contents: (objects: readonly KubernetesObject[]) => Contents;
  let authority: CertificateAuthority;

  beforeAll(async () => {
    topologies = topologyNames.map((name) => topology(renderer, name));
    authority = await CertificateAuthority.create();
    const { cert, key } = await authority.issue({ name: 'newsmill' });
    const secrets: Record<string, string> = {
      'ca.crt': readFileSync(authority.cert, 'utf8'),
      'tls.crt': readFileSync(cert, 'utf8'),
      'tls.key': readFileSync(key, 'utf8'),
      url: 'postgres://newsmill:secret@db:5432/newsmill?sslmode=disable',
      username: 'newsmill',
      password: PASSWORD,
      'api-key': 'courier=a-key-of-the-courier',
      'admin-key': 'a-key-of-the-operators',
      headers: 'authorization=Bearer%20of-the-collector',
      'sources.yaml': 'sources: [https://www.courier.example/]',
      '*': JSON.stringify({ 'keys.json': '{"keys": []}' }),
    };
    contents = (objects) => (name, key) => {
      const map = objects.find(({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === name);
      const text = key === '*' && map ? JSON.stringify(map.data) : (map?.data[key] ?? secrets[key]);
      if (text === undefined) throw new Error(`${name} has no key ${key}`);
      return text;
    };
  });
  afterAll(async () => {
    renderer.close();
    await authority.remove();
  });

  const envOf = (objects: readonly KubernetesObject[], service: string): Fields[] =>
    find(objects, 'Deployment', `news-newsmill-${service}`).spec.template.spec.containers[0].env;

  it.each(names)('%s: every variable is a setting of it', (name) => {
    const settings = settingsByService.get(name)!;
    const known = new Set(settings.flatMap(({ env, secret }) => (secret ? [env, `${env}_FILE`] : [env])));
    for (const { objects, name: of } of topologies) {
      const strangers = envOf(objects, name).filter(
        (variable) => !known.has(variable.name) && !notSettings.has(variable.name),
      );
      expect([of, strangers]).toEqual([of, []]);
    }
  });

  it.each(names)('%s: its own definitions take what every topology says', (name) => {
    const service = services.find((candidate) => candidate.name === name)!;
    for (const { objects, name: of } of topologies) {
      const pod = find(objects, 'Deployment', `news-newsmill-${name}`).spec.template.spec;
      const container = new ContainerEnvironment(pod, contents(objects));
      try {
        const common = loadServiceSettings(container.environment);
        expect([of, common.transport]).toEqual([of, 'kafka']);
        // Who reads no database has nothing to bring up to date.
        if (service.database) expect([of, common.migrate]).toEqual([of, of === 'strimzi']);
        const own = loadSettings(service.settings, container.environment);
        expect([of, service.check?.(own) ?? []]).toEqual([of, []]);
        expect([of, common.databaseUrl !== undefined]).toEqual([of, service.database !== undefined]);
      } finally {
        container.close();
      }
    }
  });

  it('are given to the commands in the toolbox: Kafka, PostgreSQL, the fetcher, the key and the rules', () => {
    const settings: readonly Setting[] = [
      ...commonSettings,
      ...Object.values(commandSettings),
      ...settingsByService.get('parser')!,
    ];
    const known = new Set(settings.flatMap(({ env, secret }) => (secret ? [env, `${env}_FILE`] : [env])));
    const withToolbox = topologies.filter(({ values }) => values.toolbox !== undefined);
    expect(withToolbox.map(({ name }) => name)).toEqual(['mtls-keda', 'scram-tls', 'strimzi']);
    for (const { objects, name: of } of withToolbox) {
      const strangers = envOf(objects, 'toolbox').filter(({ name }) => !known.has(name) && !notSettings.has(name));
      expect([of, strangers]).toEqual([of, []]);
      const pod = find(objects, 'Deployment', 'news-newsmill-toolbox').spec.template.spec;
      const container = new ContainerEnvironment(pod, contents(objects));
      try {
        const { transport, databaseUrl } = loadServiceSettings(container.environment);
        expect([of, transport, databaseUrl !== undefined]).toEqual([of, 'kafka', true]);
        const { url, adminKey } = loadSettings(commandSettings, container.environment);
        expect([of, url]).toEqual([of, 'http://news-newsmill-fetcher.news.svc']);
        expect([of, adminKey]).toEqual([of, of === 'scram-tls' ? ['a-key-of-the-operators'] : []]);
      } finally {
        container.close();
      }
    }
    const [, scram, strimzi] = withToolbox.map(({ objects }) => objects);
    // A replay reads pages by the rules that the parser has.
    expect(envOf(scram!, 'toolbox').map(({ name }) => name as string)).toContain('NEWSMILL_PUBLISHERS_DIR');
    const secrets = (objects: readonly KubernetesObject[]): unknown[] =>
      (find(objects, 'Deployment', 'news-newsmill-toolbox').spec.template.spec.volumes as Fields[]).map(
        ({ secret }) => secret?.secretName as unknown,
      );
    expect(secrets(scram!)).toContain('newsmill-operator');
    expect(secrets(strimzi!)).toContain('news-newsmill-store');
  });

  it('take the database password as it stands in its Secret', () => {
    const { objects } = topologies.find(({ name }) => name === 'scram-tls')!;
    for (const place of ['Deployment news-newsmill-store', 'Job news-newsmill-migrate']) {
      const [kind = '', name = ''] = place.split(' ');
      const container = new ContainerEnvironment(find(objects, kind, name).spec.template.spec, contents(objects));
      try {
        const url = new URL(loadServiceSettings(container.environment).databaseUrl!);
        expect([place, url.username, decodeURIComponent(url.password)]).toEqual([place, 'newsmill', PASSWORD]);
      } finally {
        container.close();
      }
    }
  });

  it('are spoken to verified wherever a topology has TLS', () => {
    const { objects } = topologies.find(({ name }) => name === 'scram-tls')!;
    const { value } = envOf(objects, 'store').find(({ name }) => name === 'NEWSMILL_DATABASE_URL')!;
    expect(value).toMatch(
      /@db\.example:5432\/news\?sslmode=verify-full&sslrootcert=\/etc\/newsmill\/database-ca\/ca\.crt$/,
    );
  });

  it('come from Secrets where they are secret, and never stand in an object', () => {
    const given = topologies.flatMap(({ objects }) =>
      podsOf(objects).flatMap(({ spec }) => (spec.containers[0].env as Fields[] | undefined) ?? []),
    );
    const secret = new Set(
      [...settingsByService.values()]
        .flat()
        .filter((setting) => setting.secret)
        .map(({ env }) => env),
    );
    for (const env of secret) {
      const plain = given.filter(({ name, value }) => name === env && !/^postgres:\/\/\$\(\w+\)@/.test(value ?? ''));
      expect([env, plain]).toEqual([env, []]);
      expect([env, given.some(({ name }) => name === env || name === `${env}_FILE`)]).toEqual([env, true]);
    }
    expect(topologies.flatMap(({ objects }) => objects.filter(({ kind }) => kind === 'Secret'))).toEqual([]);
  });

  it('that the chart keeps to itself are all given by it', () => {
    const sasl = { mechanism: 'plain', plainInClear: true, existingSecret: 'login' };
    const objects = renderer.render(LEAST, { kafka: { securityProtocol: 'sasl_plaintext', sasl } });
    const given = new Set(
      [...topologies.map((of) => of.objects), objects].flatMap((all) =>
        names.flatMap((name) => envOf(all, name).map((variable) => variable.name.replace(/_FILE$/, ''))),
      ),
    );
    const lacking = [...ownedByChart].filter((env) => !given.has(env) && !given.has(env.replace(/_FILE$/, '')));
    expect(lacking).toEqual([]);
  });

  it.each(names)('%s: any other can be set by its own name, and no misspelt one', (name) => {
    const settings = freeSettings(settingsByService.get(name)!);
    const given = Object.fromEntries(
      settings.map(({ env }, index) => [env, index % 2 === 0 ? `text ${index}` : index]),
    );
    const objects = renderer.render(LEAST, { [name]: { settings: given } });
    const env = new Map(envOf(objects, name).map((variable) => [variable.name, variable.value]));
    for (const [key, value] of Object.entries(given)) expect([key, env.get(key)]).toEqual([key, String(value)]);
    expect(renderer.refusal(LEAST, { [name]: { settings: { NEWSMILL_LOG_LEVELL: 'info' } } })).toContain(
      `at '/${name}/settings': additional properties 'NEWSMILL_LOG_LEVELL' not allowed`,
    );
  });

  it('keep large numbers and references as they are written', () => {
    const settings = { NEWSMILL_WEBHOOK_GIVE_UP_MS: 2_592_000_000, NEWSMILL_WEBHOOK_ALLOW: '$(NEWSMILL_ADMIN_KEY)' };
    const env = envOf(renderer.render(LEAST, { store: { settings } }), 'store');
    expect(env).toContainEqual({ name: 'NEWSMILL_WEBHOOK_GIVE_UP_MS', value: '2592000000' });
    expect(env).toContainEqual({ name: 'NEWSMILL_WEBHOOK_ALLOW', value: '$$(NEWSMILL_ADMIN_KEY)' });
  });

  it('of one service come before those of all', () => {
    const objects = renderer.render(LEAST, {
      settings: { NEWSMILL_LOG_LEVEL: 'warn' },
      parser: { settings: { NEWSMILL_LOG_LEVEL: 'debug' } },
    });
    const level = (name: string): unknown =>
      envOf(objects, name).find((variable) => variable.name === 'NEWSMILL_LOG_LEVEL');
    expect(level('parser')).toEqual({ name: 'NEWSMILL_LOG_LEVEL', value: 'debug' });
    expect(level('store')).toEqual({ name: 'NEWSMILL_LOG_LEVEL', value: 'warn' });
  });
});
