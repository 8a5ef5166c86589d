import { gzipSync } from 'node:zlib';
import { createOutbound, type Outbound } from '@newsmill/outbound';
import { afterEach, describe, expect, it } from '@jest/globals';
import { type Answer, startTestSite, type TestSite } from '../../../../test/support/test-site.ts';
import { discover, type Discovery, MAX_REQUESTS } from './discovery.js';

const NEWS = 'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"';

let outbound: Outbound | undefined;
let site: TestSite | undefined;

afterEach(close);

async function close(): Promise<void> {
  await outbound?.close();
  await site?.close();
  outbound = site = undefined;
}

type Shown = string | Answer;

/** A site with these pages; `{o}` in them is its origin. */
async function open(pages: Record<string, Shown>): Promise<TestSite> {
  const answers = Object.entries(pages).map(([path, shown]): [string, Answer] => [
    path,
    typeof shown === 'function' ? shown : (_, response, origin) => response.end(shown.replaceAll('{o}', origin)),
  ]);
  site = await startTestSite(Object.fromEntries(answers));
  outbound = createOutbound({ userAgent: 'newsmill-test (+https://newsmill.example)', allow: [site.host] });
  return site;
}

async function search(pages: Record<string, Shown>, path = '/', known?: string[]): Promise<Discovery> {
  const { origin } = await open(pages);
  const signal = new AbortController().signal;
  return discover(`${origin}${path}`, {
    signal,
    fetch: (url, request) => outbound!.fetchPage(url, request),
    ...(known && { known: known.map((place) => `${origin}${place}`) }),
  });
}

/** `/path format` of what is followed, or `(…)` of what is another way to it. */
function told({ feeds }: Discovery): string[] {
  return feeds.map(({ url, format, followed }) => {
    const text = `${new URL(url).pathname} ${format}`;
    return followed ? text : `(${text})`;
  });
}

/** What was made of an address. */
function step({ steps }: Discovery, path: string): string | undefined {
  const found = steps.find(({ url }) => `${new URL(url).pathname}${new URL(url).search}` === path);
  return found && `${found.result}: ${found.reason}`;
}

function rss(pages: readonly string[], extra = ''): string {
  const items = pages.map((page) => `<item><title>${page}</title><link>{o}${page}</link>${extra}</item>`).join('');
  return `<?xml version="1.0"?><rss version="2.0"><channel><title>News</title><link>{o}/</link>${items}</channel></rss>`;
}

function atom(pages: readonly string[]): string {
  const entries = pages.map(
    (page) => `<entry><id>{o}${page}</id><title>${page}</title><link href="{o}${page}"/></entry>`,
  );
  return `<feed xmlns="http://www.w3.org/2005/Atom"><title>News</title>${entries.join('')}</feed>`;
}

const link = (href: string, title = '', type = 'application/rss+xml') =>
  `<link rel="alternate" type="${type}" title="${title}" href="${href}">`;

const newsSitemap = `<?xml version="1.0"?><!-- news --><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" ${NEWS}><url><loc>{o}/a</loc><news:news><news:title>A</news:title></news:news></url></urlset>`;
const sitemap = '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url><loc>{o}/a</loc></url></urlset>';
const index = (...children: string[]) =>
  `<sitemapindex>${children.map((child) => `<sitemap><loc>{o}${child}</loc></sitemap>`).join('')}</sitemapindex>`;

describe('the search for the feeds of a site', () => {
  it('follows each declared feed once, without comments, and the news sitemap of robots.txt', async () => {
    const found = await search({
      '/': `<head>${link('/rss')}${link('/atom', '', 'application/atom+xml')}${link('/sport', 'Sport')}
        ${link('/comments/feed/')}${link('/story/feed', 'Story » Comments Feed')}${link('/talk')}${link('/none')}</head>`,
      '/rss': rss(['/a', '/b', '/c', '/d']),
      '/atom': atom(['/a', '/b', '/c', '/d']),
      '/sport': rss(['/x', '/y']),
      '/talk': rss(['/a#comment-1', '/b#comment-22']),
      '/robots.txt': 'User-agent: *\nDisallow: /x\nSITEMAP : {o}/all.xml\nSitemap: {o}/google-news.xml',
      '/all.xml': sitemap,
      '/google-news.xml': newsSitemap,
    });
    expect(found.state).toBe('found');
    expect(told(found)).toEqual([
      '/atom atom',
      '/sport rss',
      '(/rss rss)',
      '/google-news.xml news-sitemap',
      '(/all.xml sitemap)',
    ]);
    expect(found.feeds[2]!.sameAs).toBe(`${site!.origin}/atom`);
    expect(step(found, '/')).toBe('read: feeds declared: 7');
    expect(step(found, '/rss')).toBe(`alternative: rss, entries: 4; the same as ${site!.origin}/atom`);
    expect(step(found, '/comments/feed/')).toBe('left out: comments of readers');
    expect(step(found, '/story/feed')).toBe('left out: comments of readers');
    expect(step(found, '/talk')).toBe('left out: comments of readers');
    expect(step(found, '/none')).toBe('failed: HTTP status 404');
    expect(site!.hits.get('/comments/feed/')).toBeUndefined();
    expect(found.requests).toBe([...site!.hits.values()].reduce((sum, count) => sum + count, 0));
  });

  it('prefers the feed that carries the articles', async () => {
    const full =
      '<content:encoded xmlns:content="http://purl.org/rss/1.0/modules/content/">All of it</content:encoded>';
    const found = await search({
      '/': link('/atom') + link('/rss'),
      '/rss': rss(['/a', '/b'], full),
      '/atom': atom(['/a', '/b']),
    });
    expect(told(found)).toEqual(['/rss rss', '(/atom atom)']);
  });

  it.each([
    ['a link in the text', '/news/rss', { '/': '<a href="/news/rss">RSS</a>', '/news/rss': rss(['/a']) }],
    ['/feed/', '/feed/', { '/': '<p>', '/feed/': rss(['/a']) }],
    ['/rss.xml', '/rss.xml', { '/': '<p>', '/rss.xml': rss(['/a']) }],
    ['/atom.xml', '/atom.xml', { '/': '<p>', '/atom.xml': rss(['/a']) }],
    ['/feed.xml', '/feed.xml', { '/': '<p>', '/feed.xml': rss(['/a']) }],
    ['/index.xml', '/index.xml', { '/': '<p>', '/index.xml': rss(['/a']) }],
  ])('finds what no page declares by %s', async (_how, path, pages) => {
    const found = await search(pages);
    expect(told(found)).toEqual([`${path} rss`]);
  });

  it('looks beside the home page before it looks at the root', async () => {
    const found = await search({ '/blog/': '<p>', '/blog/feed/': rss(['/blog/a']), '/feed/': rss(['/a']) }, '/blog/');
    expect(told(found)).toEqual(['/blog/feed/ rss']);
    expect(site!.hits.get('/feed/')).toBeUndefined();
  });

  it('is not deceived by a site that answers everything with a page', async () => {
    const page: Answer = (_, response) => response.end('<!doctype html><html><title>Not here</title></html>');
    const paths = ['/', '/feed/', '/rss.xml', '/robots.txt', '/sitemap.xml', '/news-sitemap.xml'];
    const found = await search(Object.fromEntries(paths.map((path) => [path, page])));
    expect(found).toMatchObject({ state: 'nothing', error: 'no feed and no sitemap was found', feeds: [] });
    expect(step(found, '/rss.xml')).toBe('failed: no feed: an HTML page');
    expect(step(found, '/sitemap.xml')).toBe('failed: no sitemap');
  });

  it('finds the news sitemap in an index, one level deep, and knows WordPress', async () => {
    const found = await search({
      '/': '<meta name="generator" content="WordPress 6.6">',
      '/wp-sitemap.xml': index('/posts.xml', '/news-1.xml', '/deep-news.xml'),
      '/news-1.xml': newsSitemap,
      '/deep-news.xml': index('/news-2.xml'),
    });
    expect(told(found)).toEqual([
      '(/wp-sitemap.xml sitemap-index)',
      '/news-1.xml news-sitemap',
      '(/deep-news.xml sitemap-index)',
    ]);
    expect(site!.hits.get('/posts.xml')).toBeUndefined();
    expect(site!.hits.get('/news-2.xml')).toBeUndefined();
  });

  it('follows a sitemap of everything when there is nothing better, also as a gzip file', async () => {
    const packed: Answer = (_, response, origin) => response.end(gzipSync(sitemap.replaceAll('{o}', origin)));
    const found = await search({ '/': '<p>', '/robots.txt': 'Sitemap: /all.xml.gz', '/all.xml.gz': packed });
    expect(told(found)).toEqual(['/all.xml.gz sitemap']);
  });

  it('refuses a sitemap that grows without end when it is opened', async () => {
    const bomb: Answer = (_, response) => response.end(gzipSync(Buffer.alloc(64 * 1024 * 1024)));
    const found = await search({ '/': '<p>', '/sitemap.xml': bomb });
    expect(step(found, '/sitemap.xml')).toBe('failed: no sitemap');
  });

  it('takes a home that is a feed, or a sitemap, for what it is', async () => {
    expect(told(await search({ '/rss': rss(['/a']) }, '/rss'))).toEqual(['/rss rss']);
    await close();
    expect(told(await search({ '/news.xml': newsSitemap }, '/news.xml'))).toEqual(['/news.xml news-sitemap']);
  });

  it('follows a moved home and the address to which a feed has moved', async () => {
    const to =
      (path: string): Answer =>
      (_, response) =>
        response.writeHead(301, { location: path }).end();
    const found = await search({
      '/': to('/en/'),
      '/en/': link('old') + link('new'),
      '/en/old': to('/en/new'),
      '/en/new': rss(['/a']),
    });
    expect(told(found)).toEqual(['/en/new rss']);
    expect(step(found, '/en/new')).toBe('follow: rss, entries: 1');
  });

  it('finds feeds behind a home page that keeps programs out', async () => {
    const forbidden: Answer = (_, response) => response.writeHead(403).end();
    const found = await search({ '/': forbidden, '/feed/': rss(['/a']) });
    expect(told(found)).toEqual(['/feed/ rss']);
    expect(step(found, '/')).toBe('failed: HTTP status 403');
  });

  it('stops when the site asks to be left alone', async () => {
    const busy: Answer = (_, response) => response.writeHead(429).end();
    const found = await search({ '/': link('/rss') + link('/other'), '/rss': busy, '/other': rss(['/a']) });
    expect(found).toMatchObject({ state: 'failed', error: 'the site asks to be left alone for now', requests: 2 });
  });

  it('says why a site cannot be read', async () => {
    const { origin } = await open({});
    await site!.close();
    const find = (url: string) =>
      discover(url, {
        signal: new AbortController().signal,
        fetch: (asked, request) => outbound!.fetchPage(asked, request),
      });
    expect(await find(`${origin}/`)).toMatchObject({
      state: 'failed',
      requests: 1,
      feeds: [],
      error: expect.stringContaining('ECONNREFUSED'),
    });
    expect((await find('http://10.0.0.1/')).error).toMatch(/10\.0\.0\.1/);
  });

  it('looks at what it found before beside what is declared now', async () => {
    const found = await search({ '/': link('/new'), '/new': rss(['/a', '/b']), '/old': rss(['/a', '/b']) }, '/', [
      '/old',
      '/gone',
    ]);
    expect(told(found)).toEqual(['/new rss', '(/old rss)']);
    expect(step(found, '/gone')).toBe('failed: HTTP status 404');
  });

  it('makes no more requests than it says, whatever a page declares', async () => {
    const links = Array.from({ length: 100 }, (_, n) => link(`/feeds/${n}`)).join('');
    const lines = Array.from({ length: 100 }, (_, n) => `Sitemap: {o}/news/${n}.xml`).join('\n');
    const found = await search({ '/': links, '/robots.txt': lines });
    const hits = [...site!.hits.values()].reduce((sum, count) => sum + count, 0);
    expect(hits).toBe(found.requests);
    expect(hits).toBe(MAX_REQUESTS);
    expect(step(found, '/feeds/20')).toBe('left out: over 14 requests for feeds');
  });

  it('follows ten feeds, and knows the others', async () => {
    const pages = Array.from({ length: 13 }, (_, n) => [`/feeds/${n}`, rss([`/${n}`])] as const);
    const found = await search({ '/': pages.map(([path]) => link(path)).join(''), ...Object.fromEntries(pages) });
    expect(found.feeds.filter(({ followed }) => followed)).toHaveLength(10);
    expect(step(found, '/feeds/12')).toBe('alternative: rss, entries: 1; over 10 feeds');
  });

  it('ends with its signal', async () => {
    const { origin } = await open({ '/': () => undefined });
    const closing = new AbortController();
    const running = discover(`${origin}/`, {
      signal: closing.signal,
      fetch: (url, request) => outbound!.fetchPage(url, request),
    });
    closing.abort(new Error('the process ends'));
    await expect(running).rejects.toThrow('the process ends');
  });
});
