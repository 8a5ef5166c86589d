import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pageFetched, topicAddress } from '@newsmill/contracts';
import { type Standalone, startStandalone } from '@newsmill/standalone';
import { PostgresTransport } from '@newsmill/transport';
import { afterAll, beforeAll, expect, describe, it } from '@jest/globals';
import { rulesFile } from '../deploy/prometheus/rules.ts';
import { NewsmillClient, until } from './support/newsmill-client.ts';
import { type FiringAlert, prometheusUnavailable, RunningPrometheus } from './support/prometheus.ts';
import { freshDatabase } from './support/real-parts.ts';
import { TcpProxy } from './support/tcp-proxy.ts';
import { articlePage } from './support/test-site.ts';

const KEY = 'a-key-of-the-courier';
const ADMIN_KEY = 'an-admin-key-of-some-length';
/** Within which an alert must fire or clear: the windows are seconds here. */
const PATIENCE_MS = 90_000;

/** The rules as they are installed, with seconds in place of minutes: windows, waiting, and how long a change may wait. */
function quickRules(): string {
  return rulesFile()
    .replaceAll(/\[\d+[mhd]\]/g, '[15s]')
    .replaceAll(/^( +)for: \S+$/gm, '$1for: 1s')
    .replaceAll('newsmill_webhook_oldest_waiting_seconds) > 600', 'newsmill_webhook_oldest_waiting_seconds) > 3');
}

(prometheusUnavailable() ? describe.skip : describe)('alerts of a real Prometheus that looks at a standalone', () => {
  let database: Awaited<ReturnType<typeof freshDatabase>>;
  let proxy: TcpProxy;
  let transport: PostgresTransport;
  let folder: string;
  let standalone: Standalone;
  let prometheus: RunningPrometheus;
  let target: Server;
  let answer = 204;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'newsmill-alerts-'));
    database = await freshDatabase();
    proxy = await TcpProxy.start();
    const url = new URL(database.url);
    proxy.leadTo(Number(url.port));
    url.hostname = '127.0.0.1';
    url.port = String(proxy.port);
    transport = new PostgresTransport({ url: database.url });
    await transport.connect();
    target = createServer((request, response) => {
      request.resume();
      response.writeHead(answer).end();
    });
    await new Promise<void>((resolve) => target.listen(0, '127.0.0.1', resolve));
    const { port } = target.address() as AddressInfo;
    standalone = await startStandalone({
      settings: { dataDir: folder, sample: false },
      environment: {
        NEWSMILL_DATABASE_URL: url.href,
        NEWSMILL_HTTP_PORT: '0',
        NEWSMILL_API_KEY: `courier=${KEY}`,
        NEWSMILL_ADMIN_KEY: ADMIN_KEY,
        NEWSMILL_WEBHOOK_ALLOW: `127.0.0.1:${port}`,
        NEWSMILL_WEBHOOK_RETRY_MS: '200',
        NEWSMILL_LOG_LEVEL: 'silent',
      },
      tell: () => undefined,
    });
    prometheus = await RunningPrometheus.start(new URL(standalone.url).host, quickRules());
  }, 120_000);

  afterAll(async () => {
    await prometheus?.stop();
    proxy?.heal();
    await standalone?.close();
    await transport?.close();
    await proxy?.stop();
    target?.closeAllConnections();
    await new Promise((resolve) => target?.close(resolve));
    await database?.drop();
    await rm(folder, { recursive: true, force: true });
  });

  const named = async (name: string): Promise<FiringAlert[]> =>
    (await prometheus.firing()).filter((alert) => alert.name === name);
  const fires = (name: string): Promise<FiringAlert> =>
    until(`${name} fires`, PATIENCE_MS, async () => (await named(name))[0]);
  const clears = (name: string): Promise<true> =>
    until(`${name} clears`, PATIENCE_MS, async () => ((await named(name)).length === 0 ? true : undefined));

  it('are quiet while all is well', async () => {
    const client = new NewsmillClient(standalone.url, KEY);
    const { receiptId } = await client.push({ url: 'https://courier.example/1', guid: '1', html: articlePage(1) });
    await client.settled(receiptId!);
    await until('Prometheus knows of newsmill', PATIENCE_MS, async () => {
      const query = encodeURIComponent('newsmill_stage_events_total{stage="store",outcome="done"} >= 1');
      const response = await fetch(`${prometheus.url}/api/v1/query?query=${query}`);
      const { data } = (await response.json()) as { data: { result: unknown[] } };
      return data.result.length > 0 ? true : undefined;
    });
    const critical = (await prometheus.firing()).filter(({ labels }) => labels.severity === 'critical');
    expect(critical.map(({ name }) => name)).toEqual([]);
  }, 180_000);

  it('tell of dead letters that rise, and clear when no more come', async () => {
    const address = topicAddress('newsmill', pageFetched);
    await transport.publish(
      Array.from({ length: 40 }, (_, number) => {
        return { topic: address, key: Buffer.from(`k${number}`), value: Buffer.from('{'), headers: {} };
      }),
    );
    const { labels, annotations } = await fires('NewsmillDeadLettersRising');
    expect(labels).toMatchObject({ stage: 'parse', severity: 'warning' });
    expect(annotations.summary).toMatch(/^parse has put [\d.]+ events with its dead letters/);
    await clears('NewsmillDeadLettersRising');
  }, 240_000);

  it('tell of a database that is down, and clear when it is back', async () => {
    proxy.cut();
    const { labels, annotations } = await fires('NewsmillDependencyDown');
    expect(labels.severity).toBe('critical');
    expect(annotations.summary).toBe(`the ${labels.dependency} does not answer`);
    await until('all of them are down', PATIENCE_MS, async () => {
      const down = await named('NewsmillDependencyDown');
      return down.length === 3 ? true : undefined;
    });
    proxy.heal();
    await clears('NewsmillDependencyDown');
  }, 240_000);

  it('tell of a database that takes connections and says nothing, and clear when it speaks again', async () => {
    proxy.impair({ stalled: true });
    await fires('NewsmillDependencyDown');
    expect(await named('NewsmillTargetDown')).toEqual([]);
    proxy.heal();
    await clears('NewsmillDependencyDown');
  }, 240_000);

  it('tell of a webhook that gets nothing through, and clear when its target answers again', async () => {
    const { port } = target.address() as AddressInfo;
    answer = 500;
    const added = await fetch(`${standalone.url}/v1/webhooks`, {
      method: 'POST',
      headers: { authorization: `Bearer ${ADMIN_KEY}`, 'content-type': 'application/json' },
      body: JSON.stringify({ url: `http://127.0.0.1:${port}/hook` }),
    });
    expect(added.status).toBe(201);
    const client = new NewsmillClient(standalone.url, KEY);
    const { receiptId } = await client.push({ url: 'https://courier.example/2', guid: '2', html: articlePage(2) });
    await client.settled(receiptId!);
    const { labels } = await fires('NewsmillWebhookDeliveriesFailing');
    expect(labels.severity).toBe('warning');
    answer = 204;
    await clears('NewsmillWebhookDeliveriesFailing');
  }, 240_000);
});
