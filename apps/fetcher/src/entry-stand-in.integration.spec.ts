import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type EventOf, type Hints, linkDiscovered, pageFetched } from '@newsmill/contracts';
import { Logger } from '@nestjs/common';
import { createOutbound, type Outbound } from '@newsmill/outbound';
import { readDocument } from '@newsmill/record';
import { loadSettings, openDataSource, serviceSettings } from '@newsmill/service';
import { pageIdOf } from '@newsmill/web';
import type { DataSource } from 'typeorm';
import { contextOf, makeFetchController } from '../../../test/support/fetch-controller.ts';
import { freshDatabase } from '../../../test/support/real-parts.ts';
import { articlePage, startTestSite, type TestSite } from '../../../test/support/test-site.ts';
import { Page } from './entities/page.entity.js';
import type { FetchController } from './fetch.controller.js';
import { fetcherSettings } from './fetcher.config.js';
import { fetcherDatabase } from './fetcher.database.js';

type Link = EventOf<typeof linkDiscovered>;

const DAY = 24 * 3_600_000;
const SENTENCE = 'The ferry left the northern quay at dawn with forty passengers and a cargo of timber on board. ';
const hints: Hints = {
  title: 'Ferry leaves at dawn',
  published: 'Sun, 01 Mar 2026 00:00:00 GMT',
  content: `<p>${SENTENCE.repeat(3)}</p>`.repeat(4),
};

let database: Awaited<ReturnType<typeof freshDatabase>>;
let source: DataSource;
let site: TestSite;
let outbound: Outbound;
let controller: FetchController;
let status: number;
let body: string;
let now: Date;

beforeAll(() => {
  Logger.overrideLogger(false);
});

beforeEach(async () => {
  database = await freshDatabase();
  const settings = loadSettings(serviceSettings, {
    NEWSMILL_TRANSPORT: 'postgres',
    NEWSMILL_DATABASE_URL: database.url,
  });
  source = await openDataSource(fetcherDatabase, settings);
  [status, body] = [403, '<h1>Subscribers alone</h1>'];
  site = await startTestSite({
    '/ferry': (_, response) => response.writeHead(status, { 'content-type': 'text/html' }).end(body),
  });
  outbound = createOutbound({ userAgent: 'newsmill-test', allow: [site.host] });
  now = new Date('2026-03-01T00:00:00Z');
  const own = loadSettings(fetcherSettings, {});
  const parts = { outbound, source, service: settings, settings: own, clock: () => now };
  ({ controller } = makeFetchController(parts));
});

afterEach(async () => {
  await outbound?.close();
  await site?.close();
  await source?.destroy();
  await database?.drop();
});

async function fetched(extra: Partial<Link> = {}) {
  const link: Link = {
    receiptId: `r-${now.getTime()}`,
    origin: { mode: 'feed', source: 'https://courier.example/feed' },
    url: `${site.origin}/ferry`,
    host: site.host,
    discoveredAt: now.toISOString(),
    hints,
    ...extra,
  };
  const [outcome] = await controller.fetch([link], contextOf(link));
  return outcome!;
}

const known = (): Promise<Page> =>
  source.manager.findOneByOrFail(Page, { id: pageIdOf({ url: `${site.origin}/ferry` }) });

async function revisited() {
  now = new Date(now.getTime() + DAY);
  const page = await known();
  return fetched({ ...page.link, revisit: { pageId: page.id, visit: page.visit } });
}

describe('a page that is refused', () => {
  it.each([401, 402, 403])('with %i becomes the document that its feed entry delivered', async (answer) => {
    status = answer;
    const outcome = await fetched();
    expect(outcome).toMatchObject({
      topic: pageFetched,
      event: { content: '', unavailable: `HTTP status ${answer} (${site.origin}/ferry)`, hints },
    });
    const read = readDocument(pageFetched.schema.parse((outcome as { event: unknown }).event));
    expect(read).toMatchObject({
      ok: true,
      version: {
        record: {
          headlines: [{ value: 'Ferry leaves at dawn' }],
          x: { url: { canonical: `${site.origin}/ferry` }, provenance: { body: { source: 'feed' } } },
        },
      },
    });
  });

  it('is rejected where the feed delivered no more than a link', async () => {
    expect(await fetched({ hints: { title: 'T' } })).toMatchObject({
      kind: 'reject',
      reason: expect.stringContaining('403'),
    });
  });

  it.each([404, 410, 418])('is no page that is missing: %i is rejected', async (answer) => {
    status = answer;
    expect(await fetched()).toMatchObject({ kind: 'reject' });
  });

  it('says nothing new at a revisit, until it is open', async () => {
    await fetched();
    expect(await revisited()).toMatchObject({ kind: 'skip' });
    [status, body] = [200, articlePage(1)];
    expect(await revisited()).toMatchObject({ topic: pageFetched, event: { content: articlePage(1), hints } });
  });

  it('does not give its place to the entry once it has been read', async () => {
    [status, body] = [200, articlePage(1)];
    await fetched();
    status = 403;
    expect(await revisited()).toMatchObject({ kind: 'reject' });
    expect(await revisited()).toMatchObject({ kind: 'reject' });
  });

  it('is remembered with what the feed delivered as long as it is looked at again', async () => {
    await fetched();
    expect((await known()).link.hints?.content).toBe(hints.content);
    now = new Date(now.getTime() + 30 * DAY);
    await revisited();
    expect(await known()).toMatchObject({ nextVisitAt: null, link: { hints: { title: hints.title } } });
    expect((await known()).link.hints?.content).toBeUndefined();
  });
});
