import { deadLetterAddress, pageFetched, topicAddress } from '@newsmill/contracts';
import { type MetricDefinition, type RunningServices, runServices } from '@newsmill/service';
import { metricGroups, pipelineTopics, services } from '@newsmill/standalone';
import { PostgresTransport } from '@newsmill/transport';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Exposition, type MetricSample, newsmillSeries, scrape } from './support/metric-samples.ts';
import { NewsmillClient, until } from './support/newsmill-client.ts';
import { freshDatabase } from './support/real-parts.ts';
import { articlePage, startTestSite, type TestSite } from './support/test-site.ts';

const PUBLISHERS = 100;
const SOURCES = 10_000;
const definitions = metricGroups().flatMap(([, group]) => group);
const ours = ({ metrics }: Exposition) => [...metrics].filter(([name]) => name.startsWith('newsmill_'));

let database: Awaited<ReturnType<typeof freshDatabase>>;
let transport: PostgresTransport;
let client: Client;
let site: TestSite;
let running: RunningServices;

beforeAll(async () => {
  database = await freshDatabase();
  site = await startTestSite({});
  transport = new PostgresTransport({ url: database.url });
  await transport.connect();
  await transport.applyTopics(pipelineTopics('newsmill'));
  const keys = Array.from({ length: PUBLISHERS }, (_, index) => `courier-${index}=${keyOf(index)}`);
  running = await runServices(services, {
    environment: {
      NEWSMILL_TRANSPORT: 'postgres',
      NEWSMILL_DATABASE_URL: database.url,
      NEWSMILL_HTTP_PORT: '0',
      NEWSMILL_API_KEY: keys.join(','),
      NEWSMILL_OUTBOUND_ALLOW: site.host,
      NEWSMILL_HOST_INTERVAL: '0',
      NEWSMILL_HOST_REQUESTS: '16',
      NEWSMILL_LOG_LEVEL: 'silent',
    },
  });
  client = new Client({ connectionString: database.url });
  await client.connect();
}, 120_000);

afterAll(async () => {
  await client?.end();
  await running?.close();
  await transport?.close();
  await site?.close();
  await database?.drop();
});

function keyOf(publisher: number): string {
  return `a-key-of-publisher-${publisher}`;
}

/** Sources on hosts of their own, in every state of health; none of them is due. */
async function declareSources(from: number, count: number): Promise<void> {
  const numbers = Array.from({ length: count }, (_, index) => from + index);
  await client.query(
    `INSERT INTO fetcher.source (id, origin, name, home, paused, discovers, revision, discovery_steps, discovery_failures,
       created_at, updated_at)
     SELECT 's' || n, 'api', 'Source ' || n, NULL, n % 7 = 0, false, 1, '[]', 0, now(), now() FROM unnest($1::int[]) n`,
    [numbers],
  );
  await client.query(
    `INSERT INTO fetcher.source_feed (source_id, url, kind, declared, followed)
     SELECT 's' || n, 'https://h' || n || '.example/' || part, 'feed', true, true
     FROM unnest($1::int[]) n, unnest(ARRAY['a', 'b']) part WHERE n % 7 <> 1`,
    [numbers],
  );
  await client.query(
    `INSERT INTO fetcher.feed (url, active, next_poll_at, source_id, failures, failure, silent_from, polled_at)
     SELECT 'https://h' || n || '.example/' || part, true, now() + interval '1 day', 's' || n,
       CASE WHEN n % 7 = 2 OR (n % 7 = 3 AND part = 'a') THEN 3 ELSE 0 END,
       CASE WHEN n % 7 = 2 OR (n % 7 = 3 AND part = 'a') THEN 'timeout' END,
       CASE WHEN n % 7 = 4 THEN now() - interval '1 day' END, now()
     FROM unnest($1::int[]) n, unnest(ARRAY['a', 'b']) part WHERE n % 7 <> 1`,
    [numbers],
  );
  await client.query(
    `INSERT INTO fetcher.host (host, interval_ms, next_at, leases, failures)
     SELECT 'h' || n || '.example', 1000, now(), '{}', 0 FROM unnest($1::int[]) n`,
    [numbers],
  );
}

/** What many publishers, readers and strangers do: each with keys, articles, addresses and mistakes of its own. */
async function traffic(from: number, count: number): Promise<void> {
  for (let number = from; number < from + count; number += 1) {
    const newsroom = new NewsmillClient(running.url, keyOf(number));
    const url = `https://courier-${number}.example/${number}`;
    expect((await newsroom.push({ url, guid: `g${number}`, html: articlePage(number) })).status).toBe(202);
    expect((await newsroom.push({ url: `${site.origin}/missing-${number}` })).status).toBe(202);
    expect((await newsroom.push('{')).status).toBe(400);
    await fetch(`${running.url}/v1/articles/${crypto.randomUUID()}`);
    await fetch(`${running.url}/nothing/at/${number}`, { method: number % 2 === 0 ? 'GET' : 'DELETE' });
  }
  await transport.publish(
    Array.from({ length: count }, (_, index) => {
      return {
        topic: topicAddress('newsmill', pageFetched),
        key: Buffer.from(`k${from + index}`),
        value: Buffer.from('{'),
        headers: {},
      };
    }),
  );
  const newsroom = new NewsmillClient(running.url, '');
  await until('all is answered for', 120_000, async () => {
    const { received, closes } = await newsroom.flow();
    const lags = await transport.lag(topicAddress('newsmill', pageFetched), 'newsmill.parse');
    return closes && received >= 2 * (from + count) && lags.every(({ lag }) => lag === 0n) ? true : undefined;
  });
}

/** Samples of a metric; of a histogram those of its count. */
function samplesOf({ samples }: Exposition, { name, type }: MetricDefinition): MetricSample[] {
  return samples.filter((sample) => sample.name === (type === 'histogram' ? `${name}_count` : name));
}

describe('what a running newsmill tells', () => {
  it('are the metrics of its definitions, all of them, with their types and words, and no others', async () => {
    const told = ours(await scrape(running.url)).map(([name, { type, help }]) => ({ name, type, help }));
    const byName = (a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : 1);
    expect(told.sort(byName)).toEqual(definitions.map(({ name, type, help }) => ({ name, type, help })).sort(byName));
  });

  it('has as many series for 10 sources, hosts, publishers and keys as for thousands of them', async () => {
    await declareSources(0, 14);
    await traffic(0, 10);
    const few = await until('dead letters are counted', 60_000, async () => {
      const told = await scrape(running.url);
      return samplesOf(told, definition('newsmill_dead_letters_waiting')).some(({ value }) => value === 10)
        ? told
        : undefined;
    });
    await declareSources(14, SOURCES - 14);
    await traffic(10, PUBLISHERS - 10);
    const many = await scrape(running.url);
    expect(newsmillSeries(many)).toEqual(newsmillSeries(few));
    const [following] = samplesOf(many, definition('newsmill_sources')).filter(
      ({ labels }) => labels.state === 'following',
    );
    expect(following!.value).toBeGreaterThan(SOURCES / 2);
  }, 300_000);

  it('gives labels no values but those of the definitions', async () => {
    const told = await scrape(running.url);
    const stray = definitions.flatMap((metric) =>
      samplesOf(told, metric).filter(({ labels }) =>
        Object.entries(metric.labels ?? {}).some(
          ([label, values]) => typeof values !== 'string' && !values.includes(labels[label]!),
        ),
      ),
    );
    expect(stray).toEqual([]);
  });

  it('counts the health of sources', async () => {
    const health = samplesOf(await scrape(running.url), definition('newsmill_source_health'));
    const counts = Object.fromEntries(health.map(({ labels, value }) => [labels.health, value]));
    const ofSeven = (remainder: number) =>
      Array.from({ length: SOURCES }, (_, number) => number).filter((number) => number % 7 === remainder).length;
    expect(counts).toEqual({
      paused: ofSeven(0),
      'without-feeds': ofSeven(1),
      failing: ofSeven(2),
      'partly-failing': ofSeven(3),
      silent: ofSeven(4),
      healthy: ofSeven(5) + ofSeven(6),
    });
  });

  it('counts freshness, handlers, outputs and dead letters of what has passed', async () => {
    const told = await scrape(running.url);
    const of = (name: string, labels: Record<string, string>) =>
      told.samples.find(
        (sample) =>
          sample.name === name && Object.entries(labels).every(([key, value]) => sample.labels[key] === value),
      )?.value;
    expect(of('newsmill_received_to_stored_seconds_count', { mode: 'push' })).toBe(PUBLISHERS);
    expect(of('newsmill_stage_output_events_total', { stage: 'parse', topic: 'news.article.parsed.v1' })).toBe(
      PUBLISHERS,
    );
    expect(of('newsmill_stage_dead_letters_total', { stage: 'parse', error_class: 'undecodable' })).toBe(PUBLISHERS);
    expect(of('newsmill_stage_handler_seconds_count', { stage: 'enrich' })).toBeGreaterThan(0);
    expect(of('newsmill_stage_lag_seconds', { stage: 'store' })).toBe(0);
    expect(of('newsmill_dependency_up', { dependency: 'store database' })).toBe(1);
    expect(of('newsmill_database_connections_limit', { pool: 'store' })).toBe(8);
    expect(of('newsmill_receipts_open', {})).toBe(0);
    expect(of('newsmill_http_requests_total', { route: '(none)', method: 'GET', status_class: '4xx' })).toBe(
      PUBLISHERS / 2,
    );
    let letters = 0;
    for await (const _ of transport.read(deadLetterAddress('newsmill', 'parse'), 'earliest')) letters += 1;
    expect(letters).toBe(PUBLISHERS);
  });
});

function definition(name: string): MetricDefinition {
  return definitions.find((metric) => metric.name === name)!;
}
