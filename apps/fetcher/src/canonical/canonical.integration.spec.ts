import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { type EventOf, linkDiscovered, type pageFetched } from '@newsmill/contracts';
import { createOutbound, type Outbound } from '@newsmill/outbound';
import { readDocument } from '@newsmill/record';
import { loadSettings, openDataSource, type ServiceSettings, serviceSettings } from '@newsmill/service';
import { articleIdOf, hostOf, pageIdOf } from '@newsmill/web';
import type { DataSource } from 'typeorm';
import { contextOf, makeFetchController } from '../../../../test/support/fetch-controller.ts';
import { freshDatabase } from '../../../../test/support/real-parts.ts';
import { articlePage, startTestSite, type TestSite } from '../../../../test/support/test-site.ts';
import { PageVariant } from '../entities/page-variant.entity.js';
import { Page } from '../entities/page.entity.js';
import type { FetchController } from '../fetch.controller.js';
import { fetcherSettings } from '../fetcher.config.js';
import { fetcherDatabase } from '../fetcher.database.js';
import { MAX_REFRESHES } from './settle-page.js';

type PageEvent = EventOf<typeof pageFetched>;

const HTML = { 'content-type': 'text/html; charset=utf-8' };

let database: Awaited<ReturnType<typeof freshDatabase>>;
let service: ServiceSettings;
let source: DataSource;
let site: TestSite;
/** The same site under another host's name. */
let other: TestSite;
let outbound: Outbound;
let controller: FetchController;
let now: Date;
/** What the sites show, by path. */
const shown = new Map<string, { body?: string; status?: number; headers?: Record<string, string> }>();

beforeAll(async () => {
  Logger.overrideLogger(false);
  database = await freshDatabase();
  service = loadSettings(serviceSettings, {
    NEWSMILL_TRANSPORT: 'postgres',
    NEWSMILL_DATABASE_URL: database.url,
  });
  source = await openDataSource(fetcherDatabase, service);
  const paths = ['/', '/x', '/amp/x', '/x/amp', '/amp/y', '/y', '/x/print', '/1', '/2', '/3', '/4', '/5', '/6'];
  const answers = Object.fromEntries(
    paths.map((path) => [
      path,
      (_: unknown, response: Parameters<Parameters<typeof startTestSite>[0][string]>[1]) => {
        const { status = 200, body, headers = {} } = shown.get(path) ?? { status: 404 };
        response.writeHead(status, { ...HTML, ...headers }).end(body);
      },
    ]),
  );
  [site, other] = await Promise.all([startTestSite(answers), startTestSite(answers)]);
  outbound = createOutbound({ userAgent: 'newsmill-test', allow: ['127.0.0.1', site.host, other.host, 'localhost'] });
});

beforeEach(async () => {
  await source.query('TRUNCATE page, page_variant, host, deferred_link');
  shown.clear();
  site.hits.clear();
  other.hits.clear();
  now = new Date('2026-03-01T00:00:00Z');
  const settings = loadSettings(fetcherSettings, {});
  ({ controller } = makeFetchController({ outbound, source, service, settings, clock: () => now }));
});

afterEach(() => {
  now = new Date(now.getTime() + 1_000);
});

afterAll(async () => {
  await outbound?.close();
  await Promise.all([site?.close(), other?.close()]);
  await source?.destroy();
  await database?.drop();
});

const show = (path: string, head = '', options: { html?: string; number?: number } = {}): void => {
  const { html = '', number = 7 } = options;
  const body = articlePage(number).replace('<html ', `<html ${html} `).replace('<head>', `<head>${head}`);
  shown.set(path, { body });
};
const canonical = (path: string, origin = site.origin): string => `<link rel="canonical" href="${origin}${path}">`;

let arrivals = 0;

async function arrive(path: string, extra: Partial<EventOf<typeof linkDiscovered>> = {}) {
  arrivals += 1;
  now = new Date(now.getTime() + 60_000);
  const url = path.startsWith('http') ? path : `${site.origin}${path}`;
  const link = {
    receiptId: `arrival-${arrivals}`,
    origin: { mode: 'feed' as const, source: 'https://courier.example/feed' },
    url,
    host: hostOf(url),
    discoveredAt: now.toISOString(),
    ...extra,
  };
  const [outcome] = await controller.fetch([link], contextOf(link));
  return outcome!;
}

function eventOf(outcome: Awaited<ReturnType<typeof arrive>>): PageEvent {
  expect(outcome).toHaveProperty('event');
  return (outcome as unknown as { event: PageEvent }).event;
}

function articleOf(page: PageEvent): string {
  const found = readDocument(page);
  expect(found).toHaveProperty('version');
  return (found as { version: { articleId: string } }).version.articleId;
}

describe('a link to an AMP page', () => {
  beforeEach(() => {
    show('/amp/x', canonical('/x'), { html: '⚡' });
    show('/x', canonical('/x') + `<link rel="amphtml" href="/amp/x">`);
  });

  it('brings the canonical page, and gives the article that a link to that one gives', async () => {
    const byAmp = eventOf(await arrive('/amp/x'));
    expect(byAmp.url).toEqual({ original: `${site.origin}/amp/x`, final: `${site.origin}/x` });
    expect(byAmp.pageId).toBe(pageIdOf({ url: `${site.origin}/x` }));
    const byLink = eventOf(await arrive('/x'));
    expect(articleOf(byAmp)).toBe(articleIdOf({ url: `${site.origin}/x` }));
    expect(articleOf(byLink)).toBe(articleOf(byAmp));
    expect(await source.manager.count(Page)).toBe(1);
  });

  it('leads straight to it the next time: the AMP page is not asked again', async () => {
    await arrive('/amp/x');
    const again = eventOf(await arrive('/amp/x'));
    expect(again.url).toEqual({ original: `${site.origin}/amp/x`, final: `${site.origin}/x` });
    expect(Object.fromEntries(site.hits)).toEqual({ '/amp/x': 1, '/x': 2 });
    now = new Date(now.getTime() + 8 * 24 * 3_600_000);
    await arrive('/amp/x');
    expect(site.hits.get('/amp/x')).toBe(2);
  });

  it('is asked itself again when the page is not there any more', async () => {
    await arrive('/amp/x');
    shown.delete('/x');
    const page = eventOf(await arrive('/amp/x'));
    expect(page.url.final).toBe(`${site.origin}/amp/x`);
    expect(await source.manager.count(PageVariant)).toBe(0);
    expect(articleOf(page)).toBe(articleIdOf({ url: `${site.origin}/x` }));
  });

  it('is looked at again at the canonical address alone', async () => {
    await arrive('/amp/x');
    const pages = await source.manager.find(Page);
    expect(pages.map(({ address, finalUrl }) => [address, finalUrl])).toEqual([
      [`${site.origin}/x`, `${site.origin}/x`],
    ]);
    const [{ id, link, address, host }] = pages as [Page];
    await arrive(address, { ...link, url: address, host, revisit: { pageId: id, visit: 1 } });
    expect(site.hits.get('/amp/x')).toBe(1);
  });

  it('keeps the identity of a publisher and its guid', async () => {
    const own = { publisher: 'courier', guid: 'urn:7' };
    const page = eventOf(await arrive('/amp/x', own));
    expect(page).toMatchObject({ ...own, pageId: pageIdOf(own), url: { final: `${site.origin}/x` } });
    expect(await source.manager.find(Page)).toMatchObject([{ id: pageIdOf(own), address: `${site.origin}/x` }]);
  });

  it.each([
    ['is missing', () => shown.delete('/x')],
    ['has a fault', () => shown.set('/x', { status: 503 })],
    ['is no page', () => shown.set('/x', { body: '{}', headers: { 'content-type': 'application/json' } })],
    ['redirects back', () => shown.set('/x', { status: 302, headers: { location: '/amp/x' } })],
    ['redirects to the front page', () => shown.set('/x', { status: 302, headers: { location: '/' } })],
    ['calls the AMP page canonical', () => show('/x', canonical('/amp/x'))],
    ['is AMP as well', () => show('/x', '', { html: 'amp' })],
  ])('stands for itself when the canonical page %s', async (_, change) => {
    show('/');
    change();
    const page = eventOf(await arrive('/amp/x'));
    expect(page.url.final).toBe(`${site.origin}/amp/x`);
    expect(await source.manager.count(PageVariant)).toBe(0);
  });

  it('never asks an address that is no other page of its site', async () => {
    show('/amp/y', canonical('/'), { html: '⚡' });
    expect(eventOf(await arrive('/amp/y')).url.final).toBe(`${site.origin}/amp/y`);
    expect(Object.fromEntries(site.hits)).toEqual({ '/amp/y': 1 });
  });
});

describe('a canonical page on another site', () => {
  const far = (): string => other.origin.replace('127.0.0.1', 'localhost');

  it('counts if it names the AMP page as its own', async () => {
    show('/amp/y', canonical('/y', far()), { html: '⚡' });
    show('/y', `<link rel="amphtml" href="${site.origin}/amp/y">`);
    expect(eventOf(await arrive('/amp/y')).url.final).toBe(`${far()}/y`);
  });

  it('does not count if it does not', async () => {
    show('/amp/y', canonical('/y', far()), { html: '⚡' });
    show('/y', `<link rel="amphtml" href="/amp/other">`);
    const page = eventOf(await arrive('/amp/y'));
    expect(page.url.final).toBe(`${site.origin}/amp/y`);
    expect(articleOf(page)).toBe(articleIdOf({ url: `${site.origin}/amp/y` }));
  });
});

describe('a link to a page to be printed', () => {
  it('brings the page', async () => {
    show('/x/print', canonical('/x'));
    show('/x');
    expect(eventOf(await arrive('/x/print')).url.final).toBe(`${site.origin}/x`);
  });
});

describe('a page that sends its reader on at once', () => {
  const refresh = (to: string): string => `<meta http-equiv="refresh" content="0; url=${to}">`;

  it('is a redirect, for this time', async () => {
    show('/1', refresh('/x'));
    show('/x');
    expect(eventOf(await arrive('/1')).url).toEqual({ original: `${site.origin}/1`, final: `${site.origin}/x` });
    expect(await source.manager.find(Page)).toMatchObject([{ address: `${site.origin}/1` }]);
  });

  it('is the page when it sends him to where he has been', async () => {
    show('/1', refresh('/2'));
    show('/2', refresh('/1'));
    expect(eventOf(await arrive('/1')).url.final).toBe(`${site.origin}/2`);
    expect(Object.fromEntries(site.hits)).toEqual({ '/1': 1, '/2': 1 });
  });

  it('is followed so many times and no more', async () => {
    for (let page = 1; page < 6; page += 1) show(`/${page}`, refresh(`/${page + 1}`));
    const last = eventOf(await arrive('/1')).url.final;
    expect(last).toBe(`${site.origin}/${1 + MAX_REFRESHES}`);
  });

  it('is as missing as the page that it leads to', async () => {
    show('/1', refresh('/nowhere'));
    expect(await arrive('/1')).toMatchObject({ kind: 'reject', reason: expect.stringContaining('404') });
  });

  it('leads to no address that must not be reached', async () => {
    show('/1', refresh('http://10.0.0.1/'));
    expect(await arrive('/1')).toMatchObject({
      kind: 'reject',
      reason: expect.stringContaining('blocked-address'),
    });
  });
});

describe('the canonical address of the Link header', () => {
  it('identifies the article of a page whose markup names none', async () => {
    show('/1');
    shown.set('/1', { ...shown.get('/1'), headers: { link: '</x>; rel="canonical"' } });
    const page = eventOf(await arrive('/1'));
    expect(page).toMatchObject({ canonical: `${site.origin}/x`, url: { final: `${site.origin}/1` } });
    expect(articleOf(page)).toBe(articleIdOf({ url: `${site.origin}/x` }));
  });

  it('gives way to the markup', async () => {
    show('/1', canonical('/y'));
    shown.set('/1', { ...shown.get('/1'), headers: { link: '</x>; rel="canonical"' } });
    expect(articleOf(eventOf(await arrive('/1')))).toBe(articleIdOf({ url: `${site.origin}/y` }));
  });
});
