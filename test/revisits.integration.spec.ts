import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type EventOf, pageFetched, topicAddress } from '@newsmill/contracts';
import { fetcherDatabase } from '@newsmill/fetcher';
import { loadSettings, openDataSource, type RunningServices, runServices, serviceSettings } from '@newsmill/service';
import { decodeEvent } from '@newsmill/stage';
import { pipelineTopics, services } from '@newsmill/standalone';
import { PostgresTransport } from '@newsmill/transport';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { machineEnvironment } from './support/environment.config.ts';
import { NewsmillClient, until } from './support/newsmill-client.ts';
import { freshDatabase } from './support/real-parts.ts';
import { articlePage, startTestSite, type TestSite } from './support/test-site.ts';

const KEY = 'a-key-that-is-long-enough';
const ADMIN = 'an-admin-key-that-is-long-enough';
const NINJS = new URL('../../shared/data/ninjs/specification/ninjs-schema_3.1.json', import.meta.url);
const COMMAND = fileURLToPath(new URL('../apps/standalone/bin/newsmill.js', import.meta.url));

let database: Awaited<ReturnType<typeof freshDatabase>>;
let site: TestSite;
let transport: PostgresTransport;
let running: RunningServices;
let client: NewsmillClient;
let correction = '';
let isGone = false;

beforeAll(async () => {
  database = await freshDatabase();
  const html = { 'content-type': 'text/html; charset=utf-8' };
  site = await startTestSite({
    '/still': (request, response) => {
      if (request.headers['if-none-match'] === '"still"') response.writeHead(304).end();
      else response.writeHead(200, { ...html, etag: '"still"' }).end(articlePage(1));
    },
    '/corrected': (_, response) => response.writeHead(200, html).end(articlePage(2, correction || undefined)),
    '/gone': (_, response) => {
      if (isGone) response.writeHead(410).end();
      else response.writeHead(200, html).end(articlePage(3));
    },
  });
  transport = new PostgresTransport({ url: database.url });
  await transport.connect();
  await transport.applyTopics(pipelineTopics('newsmill'));
  running = await runServices(services, {
    environment: {
      NEWSMILL_TRANSPORT: 'postgres',
      NEWSMILL_DATABASE_URL: database.url,
      NEWSMILL_HTTP_PORT: '0',
      NEWSMILL_API_KEY: `courier=${KEY}`,
      NEWSMILL_ADMIN_KEY: ADMIN,
      NEWSMILL_OUTBOUND_ALLOW: site.host,
      NEWSMILL_REVISIT: '1s,3s,6s,9s',
      NEWSMILL_GONE_SPACING: '1s',
      NEWSMILL_LOG_LEVEL: 'silent',
    },
  });
  client = new NewsmillClient(running.url, KEY);
}, 120_000);

afterAll(async () => {
  await running?.close();
  await transport?.close();
  await site?.close();
  await database?.drop();
});

async function pages(): Promise<EventOf<typeof pageFetched>[]> {
  const events: EventOf<typeof pageFetched>[] = [];
  for await (const record of transport.read(topicAddress('newsmill', pageFetched), 'earliest')) {
    events.push(decodeEvent(pageFetched, record));
  }
  return events;
}

async function newsmill(...args: string[]): Promise<{ code: number | null; out: string; err: string }> {
  const child = spawn(process.execPath, [COMMAND, ...args], {
    env: { ...machineEnvironment(), NEWSMILL_TRANSPORT: 'postgres', NEWSMILL_DATABASE_URL: database.url },
  });
  let [out, err] = ['', ''];
  child.stdout.on('data', (data: Buffer) => (out += data.toString()));
  child.stderr.on('data', (data: Buffer) => (err += data.toString()));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, out, err };
}

describe('pages that are looked at again', () => {
  it('give their corrections, their withdrawals, and nothing else; the account closes', async () => {
    const receipts = await Promise.all(
      ['/still', '/corrected', '/gone'].map((path) => client.push({ url: `${site.origin}${path}` })),
    );
    const [, stored] = await Promise.all(receipts.map(({ receiptId }) => client.settled(receiptId!)));
    correction = 'Correction: it was the fourth such meeting.';
    isGone = true;
    const versions = async () =>
      (
        (await client.get(`/v1/articles/${stored!.articleId}/history`)) as {
          versions: { changeKind: string; fields: string[] }[];
        }
      ).versions;
    await until('the correction is stored', 60_000, async () => ((await versions()).length > 1 ? true : undefined));
    expect((await versions()).map(({ changeKind, fields }) => [changeKind, fields])).toEqual([
      ['new', []],
      ['correction', ['body', 'corrections']],
    ]);
    const withdrawal = await until('the withdrawal is on the log', 60_000, async () =>
      (await pages()).find(({ mediaType }) => mediaType === 'application/vnd.iptc.ninjs+json'),
    );
    expect(JSON.parse(withdrawal.content)).toMatchObject({ uri: `${site.origin}/gone`, pubStatus: 'canceled' });
    if (existsSync(NINJS)) {
      const ajv = new Ajv2020({ strict: false });
      (addFormats as unknown as (ajv: Ajv2020) => void)(ajv);
      ajv.addSchema({ $id: 'https://geojson.org/schema/GeoJSON.json' });
      const validate = ajv.compile(JSON.parse(readFileSync(NINJS, 'utf8')) as object);
      expect(validate(JSON.parse(withdrawal.content)) ? [] : validate.errors).toEqual([]);
    } else console.warn(`SKIPPED: the official ninjs 3.1 schema is not at ${NINJS.pathname}`);
    const flow = await until('every visit is answered for', 60_000, async () => {
      const { body } = await status();
      const due = await planned();
      return due === 0 && body.receipts.closes && body.receipts.doors.revisit! >= 9 ? body.receipts : undefined;
    });
    expect(flow.doors.push).toBe(3);
    expect(flow.states.unchanged).toBeGreaterThanOrEqual(4);
    expect(flow.states.withdrawn).toBe(1);
    expect(flow.states.dead).toBeUndefined();
    expect((await pages()).filter(({ url }) => url.final.endsWith('/still'))).toHaveLength(1);
    expect(site.hits.get('/still')).toBeGreaterThanOrEqual(4);
    const told = await newsmill('status', '--json', '--metrics', running.url);
    const report = JSON.parse(told.out) as Record<'database' | 'metrics', { closes: boolean }>;
    expect([told.code, report.database.closes, report.metrics.closes]).toEqual([0, true, true]);
  });

  it('a host whose pages vanished at once is shown by metric and command, and released by command', async () => {
    const settings = loadSettings(serviceSettings, { NEWSMILL_DATABASE_URL: database.url, NEWSMILL_MIGRATE: 'false' });
    const source = await openDataSource(fetcherDatabase, settings);
    // Not allowed as a target, so that nothing is sent to it.
    const host = '127.0.0.1:9';
    try {
      expect(await newsmill('gone-guard', 'list')).toMatchObject({ code: 0, out: 'no host is guarded\n' });
      expect(await guardMetric()).toBe('0');
      await source.query(
        `INSERT INTO page SELECT gen_random_uuid(), url, url, $1, url, json_build_object('url', url, 'origin', $2::json),
           now(), now(), 404, NULL, NULL, NULL, NULL, 1, NULL, 9, now(), now(), NULL
         FROM (SELECT 'http://' || $1 || '/' || n AS url FROM generate_series(1, 8) AS n) AS missing`,
        [host, JSON.stringify({ mode: 'feed', source: 'https://a.example/feed' })],
      );
      await source.query('INSERT INTO gone_guard (host, since, asked, missing) VALUES ($1, now(), 10, 8)', [host]);
      expect(await guardMetric()).toBe('1');
      const listed = await newsmill('gone-guard', 'list');
      expect([listed.code, listed.out]).toEqual([
        1,
        expect.stringMatching(/^127\.0\.0\.1:9 {2}guarded, 8 of 10 pages missing since \S+\n$/),
      ]);
      const released = await newsmill('gone-guard', 'release', host);
      expect(released).toMatchObject({
        code: 0,
        out: '127.0.0.1:9: 8 missing pages are looked at once more; those that are missing still are withdrawn\n',
      });
      expect(await guardMetric()).toBe('0');
      expect((await newsmill('gone-guard', 'list')).out).toMatch(/^127\.0\.0\.1:9 {2}released /);
      expect(await newsmill('gone-guard', 'release', host)).toMatchObject({
        code: 1,
        err: 'newsmill: 127.0.0.1:9 is not guarded: see newsmill gone-guard list\n',
      });
    } finally {
      await source.destroy();
    }
  });
});

async function status() {
  const response = await fetch(`${running.url}/v1/status`, { headers: { authorization: `Bearer ${ADMIN}` } });
  return {
    body: (await response.json()) as {
      receipts: { closes: boolean; doors: Record<string, number>; states: Record<string, number> };
    },
  };
}

/** Revisits still to come. */
async function planned(): Promise<number> {
  const settings = loadSettings(serviceSettings, { NEWSMILL_DATABASE_URL: database.url, NEWSMILL_MIGRATE: 'false' });
  const source = await openDataSource(fetcherDatabase, settings);
  try {
    const rows = await source.query<object[]>('SELECT 1 FROM page WHERE next_visit_at IS NOT NULL');
    return rows.length;
  } finally {
    await source.destroy();
  }
}

async function guardMetric(): Promise<string | undefined> {
  const metrics = await (await fetch(`${running.url}/metrics`)).text();
  return /^newsmill_gone_guard_active (\d+)$/m.exec(metrics)?.[1];
}
