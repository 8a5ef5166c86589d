import { BlockList } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { services } from '@newsmill/standalone';
import { LEAST, topology, type Topology, topologyNames } from './support/chart-topologies.ts';
import { ChartRenderer, type Fields, find, helmUnavailable, type KubernetesObject, podsOf } from './support/helm.ts';

const names = services.map(({ name }) => name);
const PUBLIC = '93.184.215.14';
/** What may never be reached by way of an address that somebody else chose: the inside, this host, metadata of clouds. */
const INSIDE = [
  '10.1.2.3',
  '172.20.0.1',
  '192.168.1.1',
  '100.64.3.2',
  '127.0.0.1',
  '169.254.169.254',
  '0.0.0.0',
  '224.0.0.1',
];

(helmUnavailable() ? describe.skip : describe)('NetworkPolicies of the chart', () => {
  const renderer = new ChartRenderer();
  let topologies: Topology[];
  const policy = (objects: readonly KubernetesObject[], component: string): Fields =>
    find(objects, 'NetworkPolicy', `news-newsmill-${component}`).spec;
  const of = (name: string): KubernetesObject[] => topologies.find((candidate) => candidate.name === name)!.objects;

  beforeAll(() => {
    topologies = topologyNames.map((name) => topology(renderer, name));
  });
  afterAll(() => renderer.close());

  it.each(topologyNames)('%s: one holds for every pod, in and out', (name) => {
    const policies = of(name).filter(({ kind }) => kind === 'NetworkPolicy');
    for (const { of: who, labels } of podsOf(of(name))) {
      const matching = policies.filter(({ spec }) =>
        Object.entries(spec.podSelector.matchLabels).every(([key, value]) => labels[key] === value),
      );
      expect([who, matching.length]).toEqual([who, 1]);
      expect([who, matching[0]!.spec.policyTypes]).toEqual([who, ['Ingress', 'Egress']]);
      // A rule without peers, or peers without a limit, would mean everybody.
      for (const { to, ports } of matching[0]!.spec.egress) {
        expect([who, to.length > 0 && ports.length > 0]).toEqual([who, true]);
      }
    }
  });

  it('let every service reach the collector of traces, and refuse one that none could reach', () => {
    const traces = { endpoint: 'http://otel-collector.monitoring.svc:4318' };
    const to = [{ ipBlock: { cidr: '10.9.8.7/32' } }];
    const objects = renderer.render(LEAST, { traces, networkPolicy: { otlp: { to } } });
    for (const service of names) {
      expect([service, mayReach(policy(objects, service).egress, '10.9.8.7', 4318)]).toEqual([service, true]);
      expect([service, mayReach(policy(of('plain'), service).egress, '10.9.8.7', 4318)]).toEqual([service, false]);
    }
    expect(renderer.refusal(LEAST, { traces })).toContain(
      'networkPolicy.otlp.to is empty, and traces.endpoint is set: no trace would reach the collector',
    );
  });

  it.each([
    ['http://otel-collector.monitoring.svc:4317', '4317'],
    ['https://otel-collector.example', '443'],
    ['http://[fd00::1]/', '80'],
  ])('refuse a collector on another port than they let through: %s', (endpoint, port) => {
    const otlp = { to: [{ ipBlock: { cidr: '10.9.8.7/32' } }] };
    expect(renderer.refusal(LEAST, { traces: { endpoint }, networkPolicy: { otlp } })).toContain(
      `networkPolicy.otlp.port is 4318, and traces.endpoint is on port ${port}: no trace would reach the collector`,
    );
    const open = { otlp: { ...otlp, port: Number(port), extraPorts: [14_318] } };
    const { egress } = policy(renderer.render(LEAST, { traces: { endpoint }, networkPolicy: open }), 'store');
    expect([Number(port), 14_318, 4318].map((to) => mayReach(egress, '10.9.8.7', to))).toEqual([true, true, false]);
  });

  it('let each reach PostgreSQL on the port that it is told, as with a pooler for services alone', () => {
    const reached = (values: Fields): boolean[][] => {
      const objects = renderer.render(LEAST, values);
      return ['fetcher', 'store', 'migrate'].map((name) =>
        [5432, 6432].map((port) => mayReach(policy(objects, name).egress, '10.0.0.1', port)),
      );
    };
    const [direct, pooled] = [
      [true, false],
      [false, true],
    ];
    expect(reached({ database: { port: 6432 }, migration: { database: { port: 5432 } } })).toEqual([
      pooled,
      pooled,
      direct,
    ]);
    expect(reached({ store: { database: { port: 6432 } } })).toEqual([direct, pooled, direct]);
    const both = { networkPolicy: { database: { ports: [5432, 6432] } } };
    expect(reached({ ...both, store: { database: { port: 6432 } } }).flat()).not.toContain(false);
  });

  it.each(topologyNames)('%s: only the fetcher gets out, and not back to the inside', (name) => {
    for (const service of names) {
      const { egress } = policy(of(name), service);
      expect([service, mayReach(egress, PUBLIC, 443)]).toEqual([service, service === 'fetcher']);
      expect([service, mayReach(egress, PUBLIC, 8080)]).toEqual([service, false]);
    }
    const { egress } = policy(of(name), 'fetcher');
    for (const address of INSIDE) {
      expect([address, mayReach(egress, address, 443)]).toEqual([address, false]);
      expect([address, mayReach(egress, address, 80)]).toEqual([address, false]);
    }
  });

  it('let the store out to the declared targets of webhooks, and no further', () => {
    const { egress } = policy(of('scram-tls'), 'store');
    expect(mayReach(egress, '203.0.113.7', 443)).toBe(true);
    expect(mayReach(egress, '203.0.113.8', 443)).toBe(false);
    expect(mayReach(egress, '203.0.113.7', 80)).toBe(false);
  });

  it('let each reach Kafka on the ports of its brokers, and PostgreSQL who keeps state there', () => {
    const objects = renderer.render(LEAST, { kafka: { brokers: ['a:9093', 'b:9093', 'c:9193'] } });
    for (const name of names) {
      const { egress } = policy(objects, name);
      expect([name, mayReach(egress, '10.0.0.1', 9093), mayReach(egress, '10.0.0.1', 9193)]).toEqual([
        name,
        true,
        true,
      ]);
      const hasDatabase = services.find((service) => service.name === name)!.database !== undefined;
      expect([name, mayReach(egress, '10.0.0.1', 5432)]).toEqual([name, hasDatabase]);
    }
    expect(mayReach(policy(objects, 'topics').egress, '10.0.0.1', 5432)).toBe(false);
    expect(mayReach(policy(objects, 'migrate').egress, '10.0.0.1', 9093)).toBe(false);
  });

  it('let nobody in but who scrapes, who is named, and the test', () => {
    const monitoring = { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'monitoring' } } };
    const from = (name: string): Fields[] => policy(of('plain'), name).ingress.flatMap((rule: Fields) => rule.from);
    const test = { podSelector: { matchLabels: expect.objectContaining({ 'app.kubernetes.io/component': 'test' }) } };
    expect(from('parser')).toEqual([monitoring]);
    expect(from('enricher')).toEqual([monitoring]);
    expect(from('fetcher')).toEqual([monitoring, test]);
    expect(from('store')).toEqual([monitoring, test]);
    const gateway = { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'gateway' } } };
    expect(policy(of('mtls-keda'), 'store').ingress[1].from[0]).toEqual(gateway);
  });

  it('let the toolbox reach Kafka, PostgreSQL and the services, and nobody reach it', () => {
    const { ingress, egress } = policy(of('mtls-keda'), 'toolbox');
    expect(ingress).toEqual([]);
    expect([9093, 5432, 443, 8080].map((port) => mayReach(egress, '10.0.0.1', port))).toEqual([
      true,
      true,
      false,
      false,
    ]);
    expect([9093, 443].map((port) => mayReach(egress, PUBLIC, port))).toEqual([false, false]);
    const component = (name: string): unknown => ({
      podSelector: { matchLabels: expect.objectContaining({ 'app.kubernetes.io/component': name }) },
    });
    const pods = (egress as Fields[]).flatMap(({ to, ports }) => (ports[0].port === 8080 ? (to as Fields[]) : []));
    expect(pods).toEqual(names.map(component));
    for (const name of names) {
      const entry = (objects: readonly KubernetesObject[]): Fields[] =>
        (policy(objects, name).ingress as Fields[]).filter(({ from }) => from.length === 1 && from[0].podSelector);
      const rule = { from: [component('toolbox')], ports: [{ protocol: 'TCP', port: 8080 }] };
      expect([name, entry(of('mtls-keda'))]).toEqual([name, expect.arrayContaining([rule])]);
      expect([name, entry(of('plain'))]).not.toEqual([name, expect.arrayContaining([rule])]);
    }
    const operator = renderer.render(LEAST, { toolbox: { enabled: true, database: { port: 6432 } } });
    expect(mayReach(policy(operator, 'toolbox').egress, '10.0.0.1', 6432)).toBe(true);
  });

  it('are there before the Jobs that run as hooks', () => {
    for (const name of ['topics', 'migrate']) {
      const { metadata } = find(of('plain'), 'NetworkPolicy', `news-newsmill-${name}`);
      const job = find(of('plain'), 'Job', `news-newsmill-${name}`);
      const [first, second] = [metadata, job.metadata].map((of) => Number(of.annotations!['helm.sh/hook-weight']));
      expect(first).toBeLessThan(second!);
    }
  });
});

/** Whether egress rules let an IPv4 address and TCP port through. Peers by label are pods, which no such address is. */
function mayReach(egress: readonly Fields[], address: string, port: number): boolean {
  return egress.some(
    ({ to, ports }) =>
      (ports as Fields[]).some((open) => open.protocol === 'TCP' && open.port === port) &&
      (to as Fields[]).some(({ ipBlock }) => {
        if (ipBlock === undefined || ipBlock.cidr.includes(':')) return false;
        return within([ipBlock.cidr], address) && !within(ipBlock.except ?? [], address);
      }),
  );
}

function within(blocks: readonly string[], address: string): boolean {
  const list = new BlockList();
  for (const block of blocks) {
    const [network, bits] = block.split('/');
    list.addSubnet(network!, Number(bits), 'ipv4');
  }
  return list.check(address);
}
