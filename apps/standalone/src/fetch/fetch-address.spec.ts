import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { gzipSync } from 'node:zlib';
import { articleIdOf, pageIdOf } from '@newsmill/web';
import { articlePage, startTestSite, type TestSite } from '../../../../test/support/test-site.ts';
import { fetchAddress, type RobotsCheck } from './fetch-address.js';
import { EXIT, exitCodeOf, type FetchReport } from './fetch-report.js';
import { fetchText } from './fetch-text.js';

const HTML = { 'content-type': 'text/html' };

let site: TestSite;

beforeAll(async () => {
  site = await startTestSite({
    '/old': (_, response) => response.writeHead(301, { location: '/amp/7' }).end(),
    '/amp/7': (_, response) =>
      response.writeHead(200, HTML).end(articlePage(7).replace('<head>', '<head><link rel="canonical" href="/7">')),
    '/7': (_, response) => {
      const page = articlePage(7, 'Le café reste ouvert.').replace('<head>', '<head><meta charset="windows-1252">');
      response
        .writeHead(200, {
          ...HTML,
          'content-encoding': 'gzip',
          etag: '"v7"',
          'cache-control': 'max-age=60',
          'x-robots-tag': 'noarchive',
          'x-secret': 'not shown',
          link: '</7>; rel="canonical"',
        })
        .end(gzipSync(Buffer.from(page, 'latin1')));
    },
    '/list': (_, response) => response.writeHead(200, HTML).end('<title>News</title><ul><li>One<li>Two</ul>'),
    '/missing': (_, response) => response.writeHead(404, HTML).end('<h1>Not here</h1>'),
    '/report.pdf': (_, response) => response.writeHead(200).end('%PDF-1.7\n'),
    '/loop': (_, response) => response.writeHead(302, { location: '/loop' }).end(),
    '/inside': (_, response) => response.writeHead(302, { location: 'http://10.0.0.1/' }).end(),
    '/escape': (_, response) =>
      response
        .writeHead(200, { ...HTML, etag: '"\u001b[31mred"'.replace('\u001b', '%1b') })
        .end('<title>\u001b[31m</title>'),
  });
});

afterAll(async () => {
  await site?.close();
});

function take(path: string, { robots, allow = [site.host] }: { robots?: RobotsCheck; allow?: string[] } = {}) {
  return fetchAddress(path.startsWith('/') ? `${site.origin}${path}` : path, {
    outbound: { userAgent: 'newsmill-test', allow },
    now: new Date('2026-03-05T00:00:00Z'),
    ...(robots && { robots }),
  });
}

describe('the way of one address', () => {
  let report: FetchReport;
  beforeAll(async () => {
    report = await take('/old?utm_source=x&fbclid=y#top');
  });

  it('is told from the address as it was given', () => {
    const url = `${site.origin}/old`;
    expect(report.normalised).toEqual({
      url,
      pageId: pageIdOf({ url }),
      removed: ['utm_source', 'fbclid'],
      isCacheUndone: false,
    });
  });

  it('tells every answer, with the headers that matter and no others', () => {
    expect(report.hops.map(({ url, status }) => [url, status])).toEqual([
      [`${site.origin}/old`, 301],
      [`${site.origin}/amp/7`, 200],
      [`${site.origin}/7`, 200],
    ]);
    expect(report.hops[0]?.headers).toMatchObject({ location: '/amp/7' });
    expect(report.hops[2]?.headers).toMatchObject({
      etag: '"v7"',
      'cache-control': 'max-age=60',
      'x-robots-tag': 'noarchive',
      'content-encoding': 'gzip',
    });
    expect(report.hops[2]?.headers).not.toHaveProperty('x-secret');
  });

  it('tells what was connected to', () => {
    expect(report.connections[0]).toMatchObject({
      host: '127.0.0.1',
      addresses: ['127.0.0.1'],
      connected: { to: '127.0.0.1', protocol: 'http/1.1' },
    });
  });

  it('tells where the page led, what it is, and how it was read', () => {
    expect(report.steps).toEqual([{ from: `${site.origin}/amp/7`, to: `${site.origin}/7`, by: 'amp' }]);
    expect(report.page).toMatchObject({
      url: `${site.origin}/7`,
      status: 200,
      mediaType: 'text/html',
      charset: { name: 'windows-1252', source: 'meta', warnings: [] },
      coding: 'gzip',
    });
    expect(report.page!.decoded).toBeGreaterThan(report.page!.transferred);
    expect(report.canonical).toMatchObject({
      declared: `${site.origin}/7`,
      from: 'header',
      verdict: { believed: true },
    });
  });

  it('ends with the article', () => {
    expect(report.article).toMatchObject({
      isArticle: true,
      id: articleIdOf({ url: `${site.origin}/7` }),
      headline: 'Footbridge 7 to be repaired',
      published: '2026-03-04T05:06:07Z',
    });
    expect(exitCodeOf(report)).toBe(EXIT.article);
    const text = fetchText(report);
    for (const part of ['without tracking: utm_source, fbclid', '301 ', 'leads on', 'windows-1252', 'Footbridge 7']) {
      expect(text).toContain(part);
    }
  });
});

describe('an address without an article', () => {
  it.each([
    ['/list', EXIT.noArticle, { article: { isArticle: false } }],
    ['/report.pdf', EXIT.noArticle, { article: { reason: 'not an HTML page: application/pdf' } }],
    ['/missing', EXIT.noAnswer, { page: { status: 404 } }],
    ['/loop', EXIT.noAnswer, { fault: { kind: 'redirect-loop', isTransient: false } }],
    [
      '/inside',
      EXIT.notAllowed,
      { fault: { kind: 'blocked-address', url: 'http://10.0.0.1/' }, hops: [{ status: 302 }] },
    ],
    ['ftp://courier.example/', EXIT.wrongAddress, { fault: { kind: 'bad-url' }, connections: [] }],
    ['nonsense', EXIT.wrongAddress, { fault: { kind: 'bad-url' }, connections: [] }],
  ])('%s', async (path, code, expected) => {
    const report = await take(path);
    expect(report).toMatchObject(expected);
    expect(exitCodeOf(report)).toBe(code);
    expect(fetchText(report)).toContain(path);
  });

  it('is not reached without leave', async () => {
    const report = await take('/7', { allow: [] });
    expect(report).toMatchObject({ fault: { kind: 'port' }, connections: [], hops: [] });
    expect(exitCodeOf(report)).toBe(EXIT.notAllowed);
  });

  it('is not asked for when robots.txt forbids it', async () => {
    const report = await take('/7', { robots: async (url) => ({ url, isAllowed: false, why: 'Disallow: /' }) });
    expect(report).toMatchObject({ robots: [{ isAllowed: false }], connections: [], hops: [] });
    expect(exitCodeOf(report)).toBe(EXIT.notAllowed);
    expect(fetchText(report)).toContain('forbidden: Disallow: /');
  });

  it('says nothing to the terminal', async () => {
    // eslint-disable-next-line no-control-regex -- what must not be there
    expect(fetchText(await take('/escape'))).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
  });
});
