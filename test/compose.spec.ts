import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { adminKeySetting, loadSettings } from '@newsmill/service';
import { services as pipeline } from '@newsmill/standalone';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { commonSettings, settingsByService } from '../deploy/helm/chart-settings.ts';

const ROOT = new URL('../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, ROOT), 'utf8');

interface Service {
  image: string;
  profiles?: string[];
  environment?: Record<string, string | number>;
  ports?: string[];
  volumes?: string[];
  command?: string[];
  depends_on?: Record<string, { condition: string }>;
  healthcheck?: { test: string[] };
  restart?: string;
  mem_limit?: string;
  pids_limit?: number;
  read_only?: boolean;
  cap_drop?: string[];
  cap_add?: string[];
  security_opt?: string[];
  user?: string;
  network_mode?: string;
}
interface Compose {
  services: Record<string, Service>;
  volumes?: Record<string, null>;
}

const load = (path: string): Compose => parse(read(path), { merge: true }) as Compose;
const base = load('docker-compose.yml');
const tls = load('docker-compose.tls.yml');
/** As compose lays the second file over the first. */
const secured = Object.fromEntries(
  Object.entries({ ...base.services, ...tls.services }).map(([name]) => {
    const [under, over] = [base.services[name], tls.services[name]];
    return [
      name,
      {
        ...under,
        ...over,
        environment: { ...under?.environment, ...over?.environment },
        depends_on: { ...under?.depends_on, ...over?.depends_on },
        ports: [...(under?.ports ?? []), ...(over?.ports ?? [])],
        volumes: [...(under?.volumes ?? []), ...(over?.volumes ?? [])],
      } as Service,
    ];
  }),
);
const variants = { 'docker-compose.yml': base.services, 'docker-compose.tls.yml': secured };

/** Run once, at each `up`. */
const steps = ['secrets', 'topics', 'migrate', 'kafka-login'];
/** Their images hold no program that could ask. */
const unasked = ['otel-collector', 'jaeger'];
const names = pipeline.map(({ name }) => name);

describe.each(Object.entries(variants))('%s', (_, services) => {
  const all = Object.entries(services);
  const lasting = all.filter(([name]) => !steps.includes(name));

  it('has every service of the pipeline, each with an image of its own', () => {
    expect(Object.keys(services)).toEqual(expect.arrayContaining(names));
    for (const name of names) expect(services[name]!.image).toMatch(new RegExp(`^newsmill/${name}:`));
  });

  it.each(names)('%s: every variable is a setting of it', (name) => {
    const known = new Set(
      settingsByService.get(name)!.flatMap(({ env, secret }) => (secret ? [env, `${env}_FILE`] : [env])),
    );
    const given = Object.keys(services[name]!.environment ?? {}).filter((env) => env.startsWith('NEWSMILL_'));
    expect(given).not.toEqual([]);
    expect(given.filter((env) => !known.has(env))).toEqual([]);
  });

  it('gives the commands settings that all services have', () => {
    const known = new Set(commonSettings.flatMap(({ env, secret }) => (secret ? [env, `${env}_FILE`] : [env])));
    for (const step of ['topics', 'migrate']) {
      const given = Object.keys(services[step]!.environment ?? {}).filter((env) => env.startsWith('NEWSMILL_'));
      expect(given.filter((env) => !known.has(env))).toEqual([]);
    }
  });

  it('publishes ports to this host alone: push, query, Grafana; Kafka where it asks for a login', () => {
    const published = all.flatMap(([name, { ports = [] }]) => ports.map((port) => `${name} ${port}`));
    expect(published.sort()).toEqual([
      'fetcher 127.0.0.1:8080:8080',
      'grafana 127.0.0.1:3000:3000',
      ...(services === secured ? ['kafka 127.0.0.1:9092:9092'] : []),
      'store 127.0.0.1:8081:8080',
    ]);
  });

  it.each(all)('%s has limits, no capability, and gains no right', (name, service) => {
    expect(service.mem_limit).toMatch(/^\d+[mg]$/);
    expect(service.pids_limit).toBeGreaterThan(0);
    expect(service.cap_drop).toEqual(['ALL']);
    expect(service.security_opt).toEqual(['no-new-privileges:true']);
    expect(service.cap_add ?? []).toEqual(name === 'secrets' ? ['CHOWN', 'DAC_OVERRIDE', 'FOWNER'] : []);
    // Kafka's image writes its settings into itself at its start.
    expect(service.read_only ?? false).toBe(name !== 'kafka');
    if (service.user === 'root') expect(service.network_mode).toBe('none');
  });

  it.each(lasting)('%s is started again, and asked whether it is well', (name, service) => {
    expect(service.restart).toBe('unless-stopped');
    expect([name, service.healthcheck !== undefined]).toEqual([name, !unasked.includes(name)]);
  });

  it.each(all)('%s waits for services that are there, for steps until they are done', (_name, service) => {
    for (const [other, { condition }] of Object.entries(service.depends_on ?? {})) {
      expect([other, Object.hasOwn(services, other)]).toEqual([other, true]);
      const wanted = steps.includes(other) ? 'service_completed_successfully' : 'service_healthy';
      expect([other, condition]).toEqual([other, wanted]);
    }
  });

  it.each(all)('%s has an image with a version', (_name, { image }) => {
    const [, fallback = image] = /^\$\{[A-Z_]+:-(.+)\}$/.exec(image) ?? [];
    expect(fallback.replace(/\$\{NEWSMILL_VERSION:-(\w+)\}/, '$1')).toMatch(/^[a-z/-]+:(dev|v?\d+(\.\d+)+)$/);
  });

  it.each(all)('%s mounts what is there', (_name, { volumes = [] }) => {
    for (const volume of volumes) {
      const [from = ''] = volume.split(':');
      if (!from.startsWith('.')) expect(Object.keys(base.volumes ?? {})).toContain(from);
      // The dashboards' folder comes from the repository; compose would make an empty one of root's.
      else expect([from, existsSync(new URL(from, ROOT))]).toEqual([from, true]);
    }
  });

  it('gives no password and no key to a container that stays, and no default for one', () => {
    const given = all.flatMap(([name, { environment = {} }]) =>
      Object.entries(environment)
        .filter(([key]) => /(PASSWORD|KEY|SECRET|DATABASE_URL)$/.test(key))
        .map(([key, value]) => [name, key, String(value)]),
    );
    // Made into files by a step that ends.
    const keys = ['NEWSMILL_API_KEY', 'NEWSMILL_ADMIN_KEY', 'NEWSMILL_POSTGRES_PASSWORD'];
    expect(given).toEqual(keys.map((key) => ['secrets', key, `\${${key}:-}`]));
  });
});

describe('deploy/compose/secrets.sh', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'newsmill-compose-secrets-'));
    for (const name of ['services', 'postgres', 'kafka', 'grafana']) mkdirSync(join(folder, name));
    mkdirSync(join(folder, 'bin'));
    // Only root may give files away.
    writeFileSync(join(folder, 'bin/chown'), '#!/bin/sh\n', { mode: 0o755 });
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** The script on a folder of its own. @returns what the services find in theirs */
  const run = (given: Record<string, string>): ((name: string) => string) => {
    const script = read('deploy/compose/secrets.sh').replace('cd /run/newsmill\n', `cd '${folder}'\n`);
    expect(script).not.toContain('cd /run');
    const env = { PATH: `${folder}/bin:/usr/bin:/bin`, ...given };
    const { status, stderr } = spawnSync('sh', ['-s'], { input: script, env, encoding: 'utf8' });
    expect([status, stderr]).toEqual([0, '']);
    return (name) => readFileSync(join(folder, 'services', name), 'utf8');
  };

  it('makes what is not given, and keeps it; without an admin key what it opens is closed', () => {
    const first = run({});
    const [key, url] = [first('api-key'), first('database-url')];
    expect(key).toMatch(/^[0-9a-f]{48}$/);
    expect(statSync(join(folder, 'services/api-key')).mode & 0o777).toBe(0o400);
    expect(adminKeys()).toEqual([]);
    const again = run({});
    expect([again('api-key'), again('database-url')]).toEqual([key, url]);
  });

  it('gives the services the keys of the environment as files', () => {
    const given = run({
      NEWSMILL_API_KEY: 'courier=a-key-of-the-courier',
      NEWSMILL_ADMIN_KEY: 'one-of-ours,another-one',
    });
    expect(given('api-key')).toBe('courier=a-key-of-the-courier');
    expect(adminKeys()).toEqual(['one-of-ours', 'another-one']);
    expect(statSync(join(folder, 'services/admin-key')).mode & 0o777).toBe(0o400);
    // Taken away as it was given.
    run({});
    expect(adminKeys()).toEqual([]);
  });

  /** As fetcher and store read it. */
  function adminKeys(): readonly string[] {
    for (const name of ['fetcher', 'store'])
      expect(base.services[name]!.environment).toMatchObject({ NEWSMILL_ADMIN_KEY_FILE: '/run/newsmill/admin-key' });
    const environment = { NEWSMILL_ADMIN_KEY_FILE: join(folder, 'services/admin-key') };
    return loadSettings({ keys: adminKeySetting }, environment).keys;
  }
});

describe('docker-compose.tls.yml', () => {
  it.each([...names, 'topics'])('%s speaks SCRAM over TLS', (name) => {
    expect(secured[name]!.environment).toMatchObject({
      NEWSMILL_KAFKA_SECURITY_PROTOCOL: 'sasl_ssl',
      NEWSMILL_KAFKA_CA_FILE: '/run/newsmill/ca.crt',
      NEWSMILL_KAFKA_SASL_PASSWORD_FILE: '/run/newsmill/kafka-password',
    });
  });

  it('lets nobody in over the network without TLS', () => {
    const { KAFKA_LISTENERS, KAFKA_LISTENER_SECURITY_PROTOCOL_MAP } = secured.kafka!.environment!;
    const protocols = new Map(
      String(KAFKA_LISTENER_SECURITY_PROTOCOL_MAP)
        .split(',')
        .map((pair) => pair.split(':') as [string, string]),
    );
    for (const listener of String(KAFKA_LISTENERS).split(',')) {
      const [name = '', address = ''] = listener.split('://');
      if (!address.startsWith('127.0.0.1:')) expect([name, protocols.get(name)]).toEqual([name, 'SASL_SSL']);
    }
    const rules = read('deploy/compose/pg_hba.conf').split('\n');
    const types = rules.filter((rule) => /^\w/.test(rule)).map((rule) => rule.split(/\s+/)[0]);
    expect(types).toEqual(['local', 'hostssl']);
  });
});

describe('observability of docker-compose.yml', () => {
  it('starts when it is asked for, alone', () => {
    const of = Object.entries(base.services).filter(([, { profiles }]) => profiles);
    expect(of.map(([name, { profiles }]) => [name, profiles])).toEqual(
      ['prometheus', 'otel-collector', 'jaeger', 'grafana'].map((name) => [name, ['observability']]),
    );
  });

  it('asks every service for its metrics, and has its files', () => {
    const { rule_files, scrape_configs } = parse(read('deploy/prometheus/prometheus.yaml')) as {
      rule_files: string[];
      scrape_configs: { job_name: string; dns_sd_configs?: { names: string[] }[] }[];
    };
    const asked = scrape_configs.find(({ job_name }) => job_name === 'newsmill')?.dns_sd_configs?.[0]?.names;
    expect(asked?.toSorted()).toEqual(names.toSorted());
    for (const file of rule_files) read(file.replace('/etc/prometheus/', 'deploy/prometheus/'));
  });
});
