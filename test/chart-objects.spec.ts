import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { services } from '@newsmill/standalone';
import { alerts } from '../deploy/prometheus/rules.ts';
import { LEAST, topology, type Topology, topologyNames } from './support/chart-topologies.ts';
import {
  CHART,
  ChartRenderer,
  type Fields,
  find,
  helmUnavailable,
  type KubernetesObject,
  podsOf,
} from './support/helm.ts';
import { readPromql } from './support/promql.ts';

const names = services.map(({ name }) => name);
const fullname = (name: string): string => `news-newsmill-${name}`;

(helmUnavailable() ? describe.skip : describe)('objects of the chart', () => {
  const renderer = new ChartRenderer();
  let topologies: Topology[];
  const of = (name: string): KubernetesObject[] => topologies.find((candidate) => candidate.name === name)!.objects;
  const deployment = (objects: readonly KubernetesObject[], name: string): Fields =>
    find(objects, 'Deployment', fullname(name)).spec;
  const containerOf = (objects: readonly KubernetesObject[], name: string): Fields =>
    deployment(objects, name).template.spec.containers[0];

  beforeAll(() => {
    topologies = topologyNames.map((name) => topology(renderer, name));
  });
  afterAll(() => renderer.close());

  it.each(topologyNames)('%s: every pod is confined as Pod Security "restricted" wants it, and more', (name) => {
    const pods = podsOf(of(name));
    expect(pods.length).toBeGreaterThanOrEqual(names.length);
    for (const { of: who, spec } of pods) {
      expect([who, spec]).toEqual([
        who,
        expect.objectContaining({
          automountServiceAccountToken: false,
          enableServiceLinks: false,
          securityContext: expect.objectContaining({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } }),
        }),
      ]);
      for (const { securityContext, resources } of spec.containers) {
        expect([who, securityContext]).toEqual([
          who,
          expect.objectContaining({
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ['ALL'] },
          }),
        ]);
        expect([who, Object.keys(resources.requests)]).toEqual([who, expect.arrayContaining(['cpu', 'memory'])]);
        expect([who, resources.limits.memory]).toEqual([who, expect.any(String)]);
        expect([who, resources.limits.cpu]).toEqual([who, undefined]);
      }
      const writable = (spec.volumes as Fields[]).filter(({ secret, configMap }) => !secret && !configMap);
      expect([who, writable]).toEqual([who, [{ name: 'tmp', emptyDir: { sizeLimit: '64Mi' } }]]);
    }
  });

  it.each(names)('%s: is asked whether it started, lives and is ready where it answers that', (name) => {
    const { startupProbe, livenessProbe, readinessProbe, env } = containerOf(of('plain'), name);
    expect([startupProbe, livenessProbe, readinessProbe].map((probe) => probe.httpGet)).toEqual([
      { path: '/livez', port: 'http' },
      { path: '/livez', port: 'http' },
      { path: '/readyz', port: 'http' },
    ]);
    expect(env).toContainEqual({ name: 'NEWSMILL_HTTP_PORT', value: '8080' });
    expect(env).toContainEqual({ name: 'NEWSMILL_HTTP_HOST', value: '0.0.0.0' });
  });

  it.each(names)('%s: is rolled without a gap, spread, and evicted one by one', (name) => {
    const { strategy, template, selector } = deployment(of('plain'), name);
    expect(strategy.rollingUpdate).toEqual({ maxUnavailable: 0, maxSurge: 1 });
    expect(template.spec.topologySpreadConstraints.map((spread: Fields) => spread.topologyKey)).toEqual([
      'topology.kubernetes.io/zone',
      'kubernetes.io/hostname',
    ]);
    expect(find(of('plain'), 'PodDisruptionBudget', fullname(name)).spec).toMatchObject({
      maxUnavailable: 1,
      selector,
    });
    expect(template.metadata.labels).toMatchObject(selector.matchLabels);
  });

  it('leave the heap below the memory limit', () => {
    const options = containerOf(of('plain'), 'parser').env.find(({ name }: Fields) => name === 'NODE_OPTIONS');
    expect(options.value).toMatch(/^--max-old-space-size-percentage=60 /);
  });

  it('pause before the stop where requests come in, and nowhere else', () => {
    const pauses = names.map((name) => containerOf(of('plain'), name).lifecycle?.preStop.sleep.seconds);
    expect(pauses).toEqual([5, undefined, undefined, 5]);
  });

  it('roll when settings or rules change, and not when sources do', () => {
    const template = (values: Fields, name: string): Fields =>
      find(renderer.render(LEAST, values), 'Deployment', fullname(name)).spec.template;
    const rules = (drop: string): Fields => ({ parser: { publishers: { rules: { 'a.json': { drop: [drop] } } } } });
    expect(template({ settings: { NEWSMILL_LOG_LEVEL: 'debug' } }, 'store')).not.toEqual(template({}, 'store'));
    expect(template(rules('.a'), 'parser')).not.toEqual(template(rules('.b'), 'parser'));
    const sources = (home: string): Fields => ({ fetcher: { sources: { list: [home] } } });
    expect(template(sources('https://a.example'), 'fetcher')).toEqual(
      template(sources('https://b.example'), 'fetcher'),
    );
  });

  it('name images by tag, by digest, and by argument where one image holds all', () => {
    expect(containerOf(of('plain'), 'parser').image).toBe('registry.example/newsmill/parser:0.1.0');
    expect(containerOf(of('scram-tls'), 'parser').image).toBe('registry.example/news/newsmill/parser:0.1.0');
    const single = containerOf(of('mtls-keda'), 'parser');
    expect(single.image).toMatch(/^registry\.example\/newsmill@sha256:[0-9a-f]{64}$/);
    expect(single.args).toEqual(['parser']);
    const jobs = of('mtls-keda').filter(({ kind }) => kind === 'Job');
    expect(jobs.map(({ spec }) => spec.template.spec.containers[0].args).sort()).toEqual([
      ['standalone', 'migrate'],
      ['standalone', 'topics', 'apply'],
    ]);
    const digest = `sha256:${'a'.repeat(64)}`;
    const own = renderer.render(LEAST, { parser: { image: { repository: 'mine/parser', digest } } });
    expect(containerOf(own, 'parser').image).toBe(`registry.example/mine/parser@${digest}`);
  });

  it('have a toolbox where it is asked for, which waits without a shell and ends when it is told to', async () => {
    expect(of('plain').filter(({ metadata }) => metadata.name === fullname('toolbox'))).toEqual([]);
    for (const topologyName of ['scram-tls', 'mtls-keda']) {
      const { replicas, template } = deployment(of(topologyName), 'toolbox');
      const { image, command, args, volumeMounts } = template.spec.containers[0] as Fields;
      expect([replicas, args]).toEqual([1, undefined]);
      // The image of the command, which is also that of the Jobs.
      const job = of(topologyName).find(({ kind }) => kind === 'Job')!;
      expect(image).toBe(job.spec.template.spec.containers[0].image);
      const folders = (volumeMounts as Fields[]).map(({ mountPath }) => mountPath as string);
      expect(folders).toContain('/tmp');
      const [program, ...words] = command as string[];
      expect(program).toBe('node');
      const waits = spawn(process.execPath, words, { stdio: 'ignore' });
      const ended = once(waits, 'exit');
      const second = new Promise((resolve) => setTimeout(resolve, 1_000, 'waits'));
      expect(await Promise.race([ended, second])).toBe('waits');
      waits.kill('SIGTERM');
      expect(await ended).toEqual([0, null]);
    }
    const told = renderer.notes(LEAST, { toolbox: { enabled: true } });
    const [, path = ''] = /deploy\/news-newsmill-toolbox -- node \/newsmill\/(\S+) status$/m.exec(told) ?? [];
    expect([path, existsSync(join(CHART, '../../..', path))]).toEqual([path, true]);
    expect(path).toBe('apps/standalone/bin/newsmill.js');
  });

  it('prepare topics and schemas before an install and an upgrade, topics first', () => {
    const weight = ({ metadata }: KubernetesObject): number => Number(metadata.annotations!['helm.sh/hook-weight']);
    const jobs = of('scram-tls')
      .filter(({ kind }) => kind === 'Job')
      .sort((a, b) => weight(a) - weight(b));
    expect(jobs.map(({ metadata, spec }) => [metadata.annotations, spec.template.spec.containers[0].args])).toEqual([
      [
        expect.objectContaining({ 'helm.sh/hook': 'pre-install,pre-upgrade', 'helm.sh/hook-weight': '-5' }),
        ['topics', 'apply'],
      ],
      [
        expect.objectContaining({ 'helm.sh/hook': 'pre-install,pre-upgrade', 'helm.sh/hook-weight': '-4' }),
        ['migrate'],
      ],
    ]);
    // Helm waits five minutes: after that its own time limit would be all that is told.
    for (const { spec } of jobs) expect(spec.activeDeadlineSeconds).toBeLessThan(300);
    const migrate = find(jobs, 'Job', fullname('migrate')).spec.template.spec;
    expect(JSON.stringify(migrate)).toContain('newsmill-owner');
    // Nothing that a hook needs is made after it.
    expect(migrate.serviceAccountName).toBe('default');
  });

  it('prepare them without hooks for GitOps, by Jobs that change their names with what they run', () => {
    const gitops = (values: Fields = {}): KubernetesObject[] =>
      renderer.render(LEAST, { jobs: { style: 'gitops' } }, values).filter(({ kind }) => kind === 'Job');
    const before = gitops();
    for (const { metadata } of before) {
      expect(metadata.annotations).toEqual({ 'argocd.argoproj.io/sync-wave': '-1' });
    }
    expect(gitops().map(({ metadata }) => metadata.name)).toEqual(before.map(({ metadata }) => metadata.name));
    const after = gitops({ image: { tag: 'next' } }).map(({ metadata }) => metadata.name);
    for (const { metadata } of before) expect(after).not.toContain(metadata.name);
  });

  it('may leave preparation to others', () => {
    const objects = renderer.render(LEAST, { topics: { provision: 'none' }, migration: { provision: 'service' } });
    expect(objects.filter(({ kind }) => kind === 'Job')).toEqual([]);
    expect(containerOf(objects, 'store').env).toContainEqual({ name: 'NEWSMILL_MIGRATE', value: 'true' });
  });

  it('show /v1 to the outside, and neither health nor metrics', () => {
    const paths = of('scram-tls')
      .filter(({ kind }) => kind === 'Ingress')
      .flatMap(({ spec }) =>
        spec.rules.map((rule: Fields) => [rule.host, rule.http.paths[0].path, rule.http.paths.length]),
      );
    expect(paths).toEqual([
      ['push.news.example', '/v1', 1],
      ['news.example', '/v1', 1],
    ]);
    const routes = of('mtls-keda').filter(({ kind }) => kind === 'HTTPRoute');
    expect(
      routes.map(({ spec }) => [spec.hostnames, spec.rules[0].matches, spec.rules[0].backendRefs[0].name]),
    ).toEqual([
      [['push.news.example'], [{ path: { type: 'PathPrefix', value: '/v1' } }], fullname('fetcher')],
      [['news.example'], [{ path: { type: 'PathPrefix', value: '/v1' } }], fullname('store')],
    ]);
  });

  it('tell receipts where the store is reached', () => {
    const queryUrl = (objects: readonly KubernetesObject[]): string =>
      containerOf(objects, 'fetcher').env.find(({ name }: Fields) => name === 'NEWSMILL_QUERY_URL').value;
    expect(queryUrl(of('plain'))).toBe('http://news-newsmill-store.news.svc');
    expect(queryUrl(of('scram-tls'))).toBe('https://news.example');
    expect(queryUrl(of('mtls-keda'))).toBe('https://news.example');
  });

  it('are scraped once each, by pod or by Service', () => {
    const values = names.join(', ');
    const monitored = (kind: string, object: KubernetesObject): void => {
      expect([kind, object.spec.selector.matchExpressions[0].values.join(', ')]).toEqual([kind, values]);
    };
    monitored('PodMonitor', find(of('scram-tls'), 'PodMonitor', 'news-newsmill'));
    monitored('ServiceMonitor', find(of('mtls-keda'), 'ServiceMonitor', 'news-newsmill'));
    const services = of('mtls-keda').filter(({ kind }) => kind === 'Service');
    expect(services.map(({ metadata }) => metadata.name).sort()).toEqual(names.map(fullname).sort());
  });

  it.each(['podMonitor', 'serviceMonitor'])(
    'are one job for Prometheus under every name of the release: %s',
    (kind) => {
      const values = { fullnameOverride: 'articles', monitoring: { [kind]: { enabled: true } } };
      const monitor = renderer
        .render(LEAST, values)
        .find((object) => object.kind.toLowerCase() === kind.toLowerCase())!;
      const [endpoint] = monitor.spec.podMetricsEndpoints ?? monitor.spec.endpoints;
      const relabelings = endpoint.relabelings as { targetLabel: string; replacement?: string }[];
      const job = relabelings.find(({ targetLabel }) => targetLabel === 'job')!.replacement;
      const { expr } = alerts.find(({ name }) => name === 'NewsmillTargetDown')!;
      expect(readPromql(expr).selectors).toEqual([
        { metric: 'up', matchers: [{ label: 'job', operator: '=', value: job }] },
      ]);
    },
  );

  it('carry the alerts and dashboards that lie in the chart', () => {
    const folder = mkdtempSync(join(tmpdir(), 'newsmill-chart-copy-'));
    const copy = join(folder, 'newsmill');
    const annotations = { summary: 'Lag of {{ $labels.stage }} is {{ $value }}' };
    const group = { name: 'newsmill', rules: [{ alert: 'Lag', expr: 'newsmill_stage_lag > 0', annotations }] };
    const dashboard = { title: 'newsmill', templating: { list: [{ query: 'label_values({{stage}})' }] } };
    cpSync(CHART, copy, { recursive: true });
    mkdirSync(join(copy, 'files/dashboards'), { recursive: true });
    writeFileSync(join(copy, 'files/rules.yaml'), JSON.stringify({ groups: [group] }));
    writeFileSync(join(copy, 'files/dashboards/newsmill.json'), JSON.stringify(dashboard, null, 2));
    const other = new ChartRenderer(copy);
    try {
      const extra = { name: 'mine', rules: [] };
      const objects = other.render(LEAST, {
        monitoring: {
          labels: { release: 'prometheus' },
          prometheusRule: { enabled: true, extraGroups: [extra] },
          dashboards: { enabled: true, annotations: { folder: 'News' } },
        },
      });
      const rule = find(objects, 'PrometheusRule', 'news-newsmill');
      expect(rule.spec.groups).toEqual([group, extra]);
      expect(rule.metadata.labels).toMatchObject({ release: 'prometheus' });
      const { data, metadata } = find(objects, 'ConfigMap', 'news-newsmill-dashboard-newsmill');
      expect(JSON.parse(data['newsmill.json'])).toEqual(dashboard);
      expect(metadata.labels).toMatchObject({ grafana_dashboard: '1' });
      expect(metadata.annotations).toEqual({ folder: 'News' });
    } finally {
      other.close();
      rmSync(folder, { recursive: true });
    }
  });

  it('lead from every alert to its page, where it is said where the pages stand', () => {
    const pages = (runbooksUrl: string): string[] => {
      const annotations = { runbook_url: 'https://mine.example/Mine' };
      const mine = { name: 'mine', rules: [{ alert: 'Mine', expr: 'up == 0', annotations }] };
      const objects = renderer.render(LEAST, {
        monitoring: { prometheusRule: { enabled: true, runbooksUrl, extraGroups: [mine] } },
      });
      const { groups } = find(objects, 'PrometheusRule', 'news-newsmill').spec as { groups: { rules: Fields[] }[] };
      return groups.flatMap(({ rules }) => rules.flatMap((rule) => (rule.alert ? [rule.annotations.runbook_url] : [])));
    };
    const under = (folder: string): string[] => [
      ...alerts.map(({ name }) => `${folder}/${name}.md`),
      'https://mine.example/Mine',
    ];
    expect(pages('')).toEqual(under('docs/runbooks'));
    expect(pages('https://desk.example/runbooks')).toEqual(under('https://desk.example/runbooks'));
    expect(pages('https://desk.example/runbooks/')).toEqual(under('https://desk.example/runbooks'));
    expect(() => pages('docs/runbooks')).toThrow('runbooksUrl');
  });

  it('have further ones, with templates filled in', () => {
    expect(find(of('strimzi'), 'ConfigMap', 'news-newsmill-more').data).toEqual({ of: 'news' });
  });

  it.each(['n', '1', '1e3'])('stay text where YAML takes a name for something else: %s', (name) => {
    const awkward = new ChartRenderer(CHART, name);
    try {
      const objects = awkward.render(LEAST, {
        nameOverride: name,
        fullnameOverride: name,
        topicPrefix: '1',
        image: { pullSecrets: [name] },
        database: { existingSecret: name },
        topics: { provision: 'strimzi' },
        strimzi: { cluster: name },
        monitoring: { podMonitor: { enabled: true } },
        defaults: { priorityClassName: name },
      });
      const strange = objects.flatMap(({ metadata, spec }) => [
        ...Object.values(metadata.labels),
        metadata.name,
        metadata.namespace,
        ...Object.values<unknown>(spec?.selector?.matchLabels ?? {}),
        ...(spec?.template ? textsOf(spec.template.spec) : []),
      ]);
      expect(strange.filter((text) => typeof text !== 'string')).toEqual([]);
    } finally {
      awkward.close();
    }
  });

  it('keep every name within what a label can hold', () => {
    const objects = renderer.render(LEAST, {
      fullnameOverride: 'a'.repeat(63),
      monitoring: { serviceMonitor: { enabled: true } },
    });
    expect(objects.filter(({ metadata }) => metadata.name.length > 63)).toEqual([]);
  });
});

/** What of a pod names something else. */
function textsOf({ volumes, imagePullSecrets, priorityClassName, serviceAccountName }: Fields): unknown[] {
  return [
    priorityClassName,
    serviceAccountName,
    ...(imagePullSecrets as Fields[]).map(({ name }) => name),
    ...(volumes as Fields[]).flatMap(({ secret }) => (secret ? [secret.secretName] : [])),
  ];
}
