import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createWriteStream, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { gunzipSync } from 'node:zlib';
import { articleIdOf } from '@newsmill/web';
import { type ArticleRecord, mainHeadline } from '@newsmill/contracts';
import { Intake } from '@newsmill/fetcher';
import {
  createTransport,
  loadSettings,
  Metrics,
  runServices,
  type RunningServices,
  serviceSettings,
  NO_TRACING,
} from '@newsmill/service';
import type { Transport } from '@newsmill/stage';
import { WARCParser } from 'warcio';
import { NewsmillClient, until } from '../../../../test/support/newsmill-client.ts';
import { freshDatabase } from '../../../../test/support/real-parts.ts';
import { articlePage, startTestSite, type TestSite } from '../../../../test/support/test-site.ts';
import { services } from '../pipeline.js';
import { pipelineTopics } from '../stages.js';
import { isAbout } from '../replay-selection.js';
import { exportWarc } from './export-warc.js';
import { importWarc, type ImportReport } from './import-warc.js';

const KEY = 'a-key-that-is-long-enough';

/** A newsmill of its own: a database with its log, and all services. */
interface World {
  transport: Transport;
  client: NewsmillClient;
  intake: Intake;
  close(): Promise<void>;
}

async function startWorld(allow: string): Promise<World> {
  const database = await freshDatabase();
  const environment = {
    NEWSMILL_TRANSPORT: 'postgres',
    NEWSMILL_DATABASE_URL: database.url,
    NEWSMILL_HTTP_PORT: '0',
    NEWSMILL_API_KEY: `courier=${KEY}`,
    NEWSMILL_OUTBOUND_ALLOW: allow,
    NEWSMILL_LOG_LEVEL: 'silent',
  };
  const settings = loadSettings(serviceSettings, environment);
  const transport = await createTransport(settings, { clientId: 'test' });
  await transport.connect();
  await transport.applyTopics(pipelineTopics('newsmill'));
  const running: RunningServices = await runServices(services, { environment });
  return {
    transport,
    client: new NewsmillClient(running.url, KEY),
    intake: new Intake(transport, settings, new Metrics(false), NO_TRACING),
    close: async () => {
      await running.close();
      await transport.close();
      await database.drop();
    },
  };
}

let folder: string;
let site: TestSite;
let first: World;
let second: World;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'newsmill-warc-'));
  site = await startTestSite({
    '/latin': (_, response) =>
      response
        .writeHead(200, { 'content-type': 'text/html; charset=windows-1252', 'content-language': 'en-GB' })
        .end(Buffer.from(articlePage(1, 'The café of Müller & Söhne stays open.'), 'latin1')),
    '/utf8': (_, response) =>
      response
        .writeHead(200, { 'content-type': 'text/html', link: '</elsewhere>; rel="canonical"' })
        .end(articlePage(2, 'The café of Müller & Söhne — “stays open”.')),
  });
  first = await startWorld(site.host);
  second = await startWorld(site.host);
});

afterAll(async () => {
  await first?.close();
  await second?.close();
  await site?.close();
  await rm(folder, { recursive: true, force: true });
});

async function flows(world: World, received: number): Promise<Record<string, number>> {
  return until(`${received} things are answered for`, 60_000, async () => {
    const flow = await world.client.flow();
    return flow.received >= received && flow.closes && flow.open === 0 ? flow.states : undefined;
  });
}

async function exported(name: string, names: readonly string[] = []): Promise<string> {
  const file = join(folder, name);
  const output = createWriteStream(file);
  const now = new Date();
  const options = { prefix: 'newsmill', from: 'earliest' as const, until: Infinity, version: '0', now };
  await exportWarc(
    first.transport,
    output,
    { ...options, selects: isAbout(names), gzip: name.endsWith('.gz') },
    new AbortController().signal,
  );
  output.end();
  await finished(output);
  return file;
}

async function imported(file: string, options: { isOwnExport?: boolean; limit?: number } = {}): Promise<ImportReport> {
  const { isOwnExport = true, limit = Infinity } = options;
  const report = await importWarc(
    [file],
    (pages) => second.intake.takePages('import', pages),
    { hosts: [], isOwnExport, limit, now: () => new Date() },
    new AbortController().signal,
  );
  await second.intake.settled();
  return report;
}

/** What readers see, and where it came from; not by which way. */
function shown(articles: readonly ArticleRecord[]): unknown[] {
  return articles
    .map(({ x: { acquisition, ...x }, ...record }) => ({ ...record, x, fetchedAt: acquisition.fetchedAt }))
    .sort((a, b) => a.uri.localeCompare(b.uri));
}

describe('export, then import into another newsmill', () => {
  it('gives equal articles, and the second time nothing new', async () => {
    for (const body of [
      { url: `${site.origin}/latin` },
      { url: `${site.origin}/utf8`, guid: 'urn:courier:2' },
      { url: 'https://courier.example/3', html: articlePage(3) },
      { url: 'https://courier.example/4', html: '<p>No article' },
      JSON.parse(
        readFileSync(new URL('../../../../libs/record/golden/ninjs-3.json', import.meta.url), 'utf8'),
      ) as object,
    ]) {
      expect((await first.client.push(body)).status).toBe(202);
    }
    const states = await flows(first, 5);
    const before = shown(await first.client.allArticles());
    expect(before.length).toBeGreaterThanOrEqual(4);

    const file = await exported('all.warc.gz');
    const report = await imported(file);
    expect(report).toMatchObject({ records: 6, taken: 5, skipped: { 'not a page record': 1 }, broken: [] });
    expect(await flows(second, 5)).toEqual(states);
    const after = await second.client.allArticles();
    expect(shown(after)).toEqual(before);
    expect(new Set(after.map(({ x }) => x.acquisition.mode))).toEqual(new Set(['import']));
    expect(new Set(after.map(({ x }) => x.acquisition.source))).toEqual(new Set(['warc:all.warc.gz']));

    expect(await imported(file)).toMatchObject({ taken: 5 });
    expect(await flows(second, 5)).toEqual(states);
    expect(await second.client.allArticles()).toEqual(after);
  });

  it('writes what other tools read, each record compressed for itself, and the same each time', async () => {
    const file = await exported('again.warc.gz');
    const plain = await exported('again.warc');
    expect(gunzipSync(readFileSync(file)).subarray(1_500)).toHaveLength(readFileSync(plain).length - 1_500);
    const types: Record<string, string> = {};
    const ids: (string | null | undefined)[] = [];
    for await (const record of WARCParser.iterRecords([readFileSync(plain)])) {
      types[record.warcTargetURI ?? 'info'] = record.warcType;
      ids.push(record.warcHeader('WARC-Record-ID'));
      if (record.warcTargetURI === `${site.origin}/latin`) {
        expect(record.warcContentType).toBe('text/html; charset=utf-8');
        expect(await record.contentText()).toContain('The café of Müller & Söhne');
        expect(record.warcHeader('WARC-Payload-Digest')).toMatch(/^sha256:[0-9a-f]{64}$/);
      }
    }
    expect(types).toMatchObject({
      info: 'warcinfo',
      [`${site.origin}/latin`]: 'conversion',
      [`${site.origin}/utf8`]: 'resource',
    });
    const repeated: (string | null | undefined)[] = [];
    for await (const record of WARCParser.iterRecords([readFileSync(await exported('third.warc'))])) {
      repeated.push(record.warcHeader('WARC-Record-ID'));
    }
    expect(repeated.slice(1)).toEqual(ids.slice(1));
  });

  it('writes what is asked for alone', async () => {
    const file = await exported('some.warc', ['courier.example']);
    const found = readFileSync(file, 'utf8').match(/^WARC-Target-URI: .*$/gm);
    expect(found?.map((line) => new URL(line.slice('WARC-Target-URI: '.length)).pathname).sort()).toEqual([
      '/3',
      '/4',
      '/news/night-bus',
    ]);
  });
});

describe('the archive of a crawler', () => {
  const response = (url: string, html: string, date: string): string => {
    const http = `HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n${html}`;
    const length = Buffer.byteLength(http);
    return `WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: ${url}\r\nWARC-Date: ${date}\r\nContent-Type: application/http; msgtype=response\r\nContent-Length: ${length}\r\n\r\n${http}\r\n\r\n`;
  };

  it('is taken in as history: an old capture after a newer one changes nothing that is shown', async () => {
    const url = 'https://archive.example/7';
    const html = articlePage(7).replace('2026-03-04T05:06:07Z', '2025-01-01T00:00:00Z');
    const modified = (day: number): string =>
      html
        .replace('<head>', `<head><meta property="article:modified_time" content="2025-01-0${day}T00:00:00Z">`)
        .replace('a lane of the ring road', `${day} lanes of the ring road`);
    const [older, newer] = [join(folder, 'older.warc'), join(folder, 'newer.warc')];
    await writeFile(older, response(url, modified(2), '2025-01-02T06:00:00Z'));
    await writeFile(newer, response(url, modified(5), '2025-01-05T06:00:00Z'));
    const { received } = await second.client.flow();
    await imported(newer, { isOwnExport: false });
    await flows(second, received + 1);
    await imported(older, { isOwnExport: false });
    await flows(second, received + 2);
    const article = await second.client.article(articleIdOf({ url }));
    expect(mainHeadline(article)).toBe('Footbridge 7 to be repaired');
    expect(article.bodies[0]?.value).toContain('5 lanes');
    expect(article.x.acquisition).toMatchObject({ mode: 'import', source: 'warc:newer.warc' });
  });

  it('is taken in up to the place where it is cut off, and up to a limit', async () => {
    const file = join(folder, 'cut.warc');
    const whole = [11, 12, 13].map((number) =>
      response(`https://cut.example/${number}`, articlePage(number), '2025-06-01T00:00:00Z'),
    );
    await writeFile(file, whole.join('').slice(0, -300));
    const report = await imported(file, { isOwnExport: false });
    expect(report).toMatchObject({ records: 2, taken: 2 });
    expect(report.broken).toMatchObject([{ file, offset: Buffer.byteLength(whole[0]! + whole[1]!) }]);
    expect(await imported(file, { isOwnExport: false, limit: 1 })).toMatchObject({ taken: 1, stopped: true });
  });
});
