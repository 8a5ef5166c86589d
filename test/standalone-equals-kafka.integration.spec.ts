import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import type { ArticleRecord } from '@newsmill/contracts';
import { runServices } from '@newsmill/service';
import { pipelineTopics, services } from '@newsmill/standalone';
import { PostgresTransport } from '@newsmill/transport';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type KafkaServices, startKafkaServices } from './support/kafka-services.ts';
import { NewsmillClient, type Receipt, until } from './support/newsmill-client.ts';
import { NewsmillProcess } from './support/newsmill-process.ts';
import { freshDatabase, kafkaUnavailable, startKafka, topicPrefix } from './support/real-parts.ts';
import { articlePage } from './support/test-site.ts';

const KEY = 'a-key-that-is-long-enough';
const SAMPLE = new URL('../apps/standalone/sample/', import.meta.url);
const REAL = new URL('../../shared/data/extraction/', import.meta.url);

interface Page {
  url: string;
  html: string;
}

/** The sample site, pages that are no articles, and real news pages where they are there. */
function pages(): Page[] {
  const paths = Object.keys(JSON.parse(readFileSync(new URL('expected.json', SAMPLE), 'utf8')) as object);
  const sample = paths.map((path) => ({
    url: `https://courier.example${path}`,
    html: readFileSync(new URL(`.${path}`, SAMPLE), 'latin1').replaceAll('{{origin}}', 'https://courier.example'),
  }));
  const made = [1, 2, 3].map((number) => ({ url: `https://made.example/${number}`, html: articlePage(number) }));
  if (!existsSync(REAL)) {
    console.warn(`SKIPPED: the real pages are not at ${REAL.pathname}`);
    return [...sample, ...made];
  }
  const gold = JSON.parse(readFileSync(new URL('gold.json', REAL), 'utf8')) as Record<string, { url?: string }>;
  const real = Object.entries(gold)
    .filter((_, index) => index % 6 === 0)
    .map(([id, { url = `https://pages.example/${id}` }]) => ({
      url,
      html: gunzipSync(readFileSync(new URL(`${id}.html.gz`, REAL))).toString(),
    }));
  return [...sample, ...made, ...real];
}

/** Pushes every page and waits until each is answered for. */
async function ingest(client: NewsmillClient, all: readonly Page[]): Promise<Map<string, Receipt>> {
  const receipts = new Map<string, string>();
  for (const page of all) {
    const { status, receiptId } = await client.push(page);
    expect([page.url, status]).toEqual([page.url, 202]);
    receipts.set(page.url, receiptId!);
  }
  await until('everything is answered for', 120_000, async () => {
    const { received, closes } = await client.flow();
    return received >= all.length && closes ? true : undefined;
  });
  const settled = new Map<string, Receipt>();
  for (const [url, receiptId] of receipts) settled.set(url, await client.receipt(receiptId));
  return settled;
}

/** A record without the times at which it happened to be taken in. */
function timeless({ versionCreated: _, x, ...record }: ArticleRecord): object {
  const { fetchedAt: __, ...acquisition } = x.acquisition;
  return { ...record, x: { ...x, acquisition } };
}

const describeKafka = (await kafkaUnavailable()) === undefined ? describe : describe.skip;

describeKafka('the same pages', () => {
  const all = pages();
  const drops: (() => Promise<unknown>)[] = [];
  let kafka: KafkaServices;
  let onKafka: Map<string, Receipt>;
  let onPostgres: Map<string, Receipt>;
  let standalone: NewsmillClient;
  /** For commands beside the services on Kafka. */
  let place: Record<string, string>;

  beforeAll(async () => {
    const [first, second] = [await freshDatabase(), await freshDatabase()];
    drops.push(first.drop, second.drop);

    const transport = new PostgresTransport({ url: first.url });
    await transport.connect();
    await transport.applyTopics(pipelineTopics('newsmill'));
    const running = await runServices(services, {
      transport,
      environment: {
        NEWSMILL_TRANSPORT: 'postgres',
        NEWSMILL_DATABASE_URL: first.url,
        NEWSMILL_HTTP_PORT: '0',
        NEWSMILL_API_KEY: KEY,
        NEWSMILL_LOG_LEVEL: 'silent',
      },
    });
    drops.unshift(() => running.close());
    standalone = new NewsmillClient(running.url, KEY);

    const { brokers } = await startKafka();
    const prefix = topicPrefix();
    kafka = await startKafkaServices({ brokers, databaseUrl: second.url, prefix, key: KEY });
    place = {
      NEWSMILL_KAFKA_BROKERS: brokers.join(','),
      NEWSMILL_DATABASE_URL: second.url,
      NEWSMILL_TOPIC_PREFIX: prefix,
    };
    drops.unshift(() => kafka.stop());
    onPostgres = await ingest(standalone, all);
    onKafka = await ingest(kafka.client, all);
  }, 400_000);

  afterAll(async () => {
    for (const drop of drops) await drop();
  });

  it('end in the same states for the same reasons', () => {
    const told = (receipts: Map<string, Receipt>): unknown[] =>
      [...receipts].map(([url, { state, articleId, reason }]) => ({ url, state, articleId, reason }));
    expect(told(onKafka)).toEqual(told(onPostgres));
  });

  it('give the same records in one process on PostgreSQL and in four on Kafka', async () => {
    const ids = [...onPostgres.values()].flatMap(({ state, articleId }) => (state === 'stored' ? [articleId!] : []));
    expect(ids.length).toBeGreaterThan(10);
    for (const id of ids) {
      expect(timeless(await kafka.client.article(id))).toEqual(timeless(await standalone.article(id)));
    }
  });

  it('the account of the four closes, from the database and from their metrics', async () => {
    const status = await until('nothing is in flight', 60_000, async () => {
      const args = ['status', '--json', '--metrics', Object.values(kafka.urls).join(',')];
      const command = new NewsmillProcess('apps/standalone/bin/newsmill.js', args, place);
      const code = await command.ended;
      const report = JSON.parse(command.lines.join('')) as {
        backlogs: { records: number }[];
        database: { closes?: boolean };
        metrics: { closes?: boolean; told: string };
      };
      return report.backlogs.every(({ records }) => records === 0) ? { code, ...report } : undefined;
    });
    expect([status.code, status.database.closes, status.metrics.closes, status.metrics.told]).toEqual([
      0,
      true,
      true,
      `${all.length} received, as in the database`,
    ]);
  });

  it('the services close in order on SIGTERM', async () => {
    expect(await kafka.stop()).toEqual([0, 0, 0, 0]);
  });
});
