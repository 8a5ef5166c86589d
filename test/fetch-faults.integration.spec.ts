import dns from 'node:dns/promises';
import { Socket } from 'node:net';
import { reasonClass } from '@newsmill/contracts';
import { hostileTargets, resolveHostile } from '@newsmill/outbound/hostile-targets';
import { runServices, type RunningServices } from '@newsmill/service';
import { pipelineTopics, services } from '@newsmill/standalone';
import type { Trace } from '@newsmill/store';
import { PostgresTransport } from '@newsmill/transport';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { opensslMissing } from './support/certificates.ts';
import { type FaultyHosts, startFaultyHosts } from './support/faulty-hosts.ts';
import { NewsmillClient, until } from './support/newsmill-client.ts';
import { freshDatabase } from './support/real-parts.ts';
import { resolveStubNames } from './support/stub-web/resolve-names.ts';
import { startStubWeb, type StubWeb } from './support/stub-web/stub-web.ts';

const KEY = 'a-key-that-is-long-enough';
const ADMIN_KEY = 'an-admin-key-that-is-long-enough';
const HEALTHY = 20;

/** Faults, how their link ends, and the class that says why. */
const FAULTS = [
  ['hang', 'dead', 'timeout'],
  ['drip-body', 'dead', 'timeout'],
  ['drip-headers', 'dead', 'timeout'],
  ['reset-mid-body', 'dead', 'connect'],
  ['content-length-too-long', 'dead', 'connect'],
  ['storm-of-503', 'dead', 'http-exhausted'],
  // Not even the robots.txt of these can be had: their pages wait for it until they are given up.
  ['tls-handshake-hang', 'dead', 'http-exhausted'],
  ['refused', 'dead', 'http-exhausted'],
  ['tls-handshake-cut', 'dead', 'http-exhausted'],
  ['dns-servfail', 'dead', 'http-exhausted'],
  ['content-lengths-differ', 'dead', 'protocol'],
  ['dns-nxdomain', 'rejected', 'dns'],
  ['tls-expired', 'rejected', 'tls'],
  ['tls-wrong-name', 'rejected', 'tls'],
  ['tls-self-signed', 'rejected', 'tls'],
  ['tls-trusted', 'rejected', 'http-permanent'],
  ['endless-chunked', 'rejected', 'too-large'],
  ['endless-headers', 'rejected', 'too-large'],
  ['gzip-bomb', 'rejected', 'too-large'],
  ['br-bomb', 'rejected', 'too-large'],
  ['zstd-bomb', 'rejected', 'too-large'],
  ['redirect-loop', 'rejected', 'redirects'],
  ['redirects-for-ever', 'rejected', 'redirects'],
  ['redirect-inwards', 'rejected', 'blocked-by-policy'],
  ['no-status-line', 'rejected', 'protocol'],
  ['no-headers', 'rejected', 'protocol'],
  ['http-0.9', 'rejected', 'protocol'],
  ['flood-of-1xx', 'rejected', 'protocol'],
  ['gzip-broken', 'rejected', 'protocol'],
  ['204-with-body', 'rejected', 'not-a-page'],
] as const;

/** Those that end alike are pushed together. */
const ROUNDS = [...Map.groupBy(FAULTS, ([, state, reason]) => `${state} ${reason}`).values()].map((faults, round) => ({
  round,
  names: faults.map(([name]) => name),
  state: faults[0]![1],
  reason: faults[0]![2],
}));

if (opensslMissing()) console.warn(`skipped: ${opensslMissing()}`);
const describeIfCertificates = opensslMissing() ? describe.skip : describe;

describeIfCertificates('a host that is ill', () => {
  let undo: () => void;
  let hosts: FaultyHosts;
  let web: StubWeb;
  let database: Awaited<ReturnType<typeof freshDatabase>>;
  let running: RunningServices;
  let client: NewsmillClient;
  let environment: Record<string, string>;

  beforeAll(async () => {
    database = await freshDatabase();
    undo = resolveStubNames();
    hosts = await startFaultyHosts();
    // Each site has an article for each round, and more for those that are forbidden or gone.
    web = await startStubWeb({ sites: HEALTHY, profile: 'healthy', backlog: 3 * ROUNDS.length, periodHours: 1 });
    const transport = new PostgresTransport({ url: database.url });
    await transport.connect();
    await transport.applyTopics(pipelineTopics('newsmill'));
    await transport.close();
    environment = {
      NEWSMILL_TRANSPORT: 'postgres',
      NEWSMILL_DATABASE_URL: database.url,
      NEWSMILL_HTTP_PORT: '0',
      NEWSMILL_API_KEY: `courier=${KEY}`,
      NEWSMILL_ADMIN_KEY: ADMIN_KEY,
      NEWSMILL_OUTBOUND_ALLOW: [...hosts.allow, ...web.outbound.allow].join(','),
      // Long enough for an endless body to come to its limit on a busy machine.
      NEWSMILL_FETCH_TIMEOUT_MS: '4000',
      NEWSMILL_HOST_INTERVAL: '0',
      NEWSMILL_ROBOTS_RETRY: '1s',
      NEWSMILL_DEFER_MAX: '20s',
      NEWSMILL_LOG_LEVEL: 'silent',
    };
    await start();
  }, 120_000);

  const start = async (): Promise<void> => {
    running = await runServices(services, { environment });
    client = new NewsmillClient(running.url, KEY);
  };

  afterAll(async () => {
    await running?.close();
    await web?.close();
    await hosts?.close();
    undo?.();
    await database?.drop();
  });

  const trace = async (what: string): Promise<Trace> => {
    const response = await fetch(`${running.url}/v1/trace?what=${encodeURIComponent(what)}`, {
      headers: { authorization: `Bearer ${ADMIN_KEY}` },
    });
    expect(response.status).toBe(200);
    return (await response.json()) as Trace;
  };
  /** The article of a healthy site that goes with a round. */
  const healthy = (round: number): string[] =>
    [...web.sites()].map((site) => {
      const there = site.expected(web.now()).filter(({ fate }) => !['removed', 'gone', 'moved'].includes(fate));
      return there[round % there.length]!.url;
    });

  it.each(ROUNDS)(
    '$names: $state, of class $reason; every healthy host beside is fetched',
    async ({ round, names, state, reason }) => {
      const push = async (url: string): Promise<string> => (await client.push({ url })).receiptId!;
      const [ill, well] = await Promise.all([
        Promise.all(names.map((name) => push(hosts.urlOf(name)))),
        Promise.all(healthy(round).map(push)),
      ]);
      const states = await Promise.all(well.map(async (receiptId) => (await client.settled(receiptId)).state));
      expect(states.filter((found) => found !== 'stored' && found !== 'unchanged')).toEqual([]);
      expect(states).toHaveLength(HEALTHY);
      const told = expect.stringMatching(new RegExp(`^${reason}: .`));
      for (const [index, name] of names.entries()) {
        expect({ name, ...(await client.settled(ill[index]!)) }).toMatchObject({ name, state, reason: told });
        const { steps } = await trace(hosts.urlOf(name));
        expect(steps.at(-1)).toMatchObject({ stage: 'fetch', outcome: state, reason: told });
      }
    },
    120_000,
  );

  it('is counted once, by class', async () => {
    const metrics = await (await fetch(`${running.url}/metrics`)).text();
    const counted = [...metrics.matchAll(/^newsmill_stage_reasons_total\{(.*)\} (\d+)$/gm)].flatMap(
      ([, labels, count]) => {
        const { stage, outcome, reason } = Object.fromEntries(
          [...labels!.matchAll(/(\w+)="([^"]*)"/g)].map(([, label, value]) => [label, value]),
        );
        return stage === 'fetch' ? [[outcome, reason, Number(count)]] : [];
      },
    );
    const expected = Map.groupBy(FAULTS, ([, state, reason]) => `${state} ${reason}`);
    expect(counted.sort()).toEqual([...expected.values()].map((all) => [all[0]![1], all[0]![2], all.length]).sort());
    expect(counted.every(([, reason]) => reasonClass.safeParse(reason).success)).toBe(true);
  });

  it('holds no link when the process stops in mid-look: it is given back, and no fault of its own', async () => {
    const { receiptId } = await client.push({ url: `${hosts.urlOf('tls-handshake-hang')}?stopped` });
    await until('its host is asked', 30_000, async () =>
      hosts.openConnections().includes('tls-handshake-hang') ? true : undefined,
    );
    await running.close();
    await start();
    const outcomes = await until('the link has been handled', 30_000, async () => {
      const steps = (await trace(receiptId!)).steps.filter(({ stage }) => stage === 'fetch');
      return steps.length > 0 ? steps.map(({ outcome }) => outcome) : undefined;
    });
    expect(new Set(outcomes)).toEqual(new Set(['deferred']));
  });

  it('nothing reaches a hostile target that is pushed, whatever it is called', async () => {
    const reached: string[] = [];
    const known = new Set([new URL(running.url).port, new URL(database.url).port]);
    const connect = Socket.prototype.connect;
    const lookup = dns.lookup;
    Socket.prototype.connect = function (this: Socket, ...args: unknown[]) {
      const text = JSON.stringify(args);
      if (![...known].some((port) => text.includes(port))) {
        reached.push(text);
        this.destroy(new Error('nothing leaves'));
        return this;
      }
      return Reflect.apply(connect, this, args);
    } as typeof connect;
    dns.lookup = (async (hostname: string) =>
      (await resolveHostile(hostname)).map((address) => ({ address }))) as unknown as typeof dns.lookup;
    try {
      const ends = await Promise.all(
        hostileTargets.map(async ({ url }) => {
          const { status, receiptId } = await client.push({ url });
          if (status !== 202) return [url, status];
          const { state, reason } = await client.settled(receiptId!);
          return [url, state, reason?.split(':', 1)[0]];
        }),
      );
      const notRefused = ends.filter(
        ([, state, reason]) =>
          state !== 400 && !(state === 'rejected' && /^(?:blocked-by-policy|dns)$/.test(`${reason}`)),
      );
      expect(notRefused).toEqual([]);
      expect(ends.filter(([, state]) => state === 'rejected').length).toBeGreaterThan(100);
      // The watch sees what it should: an address that may be asked for is connected to.
      const { receiptId } = await client.push({ url: 'http://public.example/' });
      await until('the watch sees a connection', 30_000, async () => (reached.length > 0 ? true : undefined));
      expect(reached.every((text) => text.includes('public.example'))).toBe(true);
      expect((await client.settled(receiptId!)).state).toBe('dead');
    } finally {
      Socket.prototype.connect = connect;
      dns.lookup = lookup;
    }
  }, 120_000);
});
