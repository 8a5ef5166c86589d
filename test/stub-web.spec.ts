import { gunzipSync } from 'node:zlib';
import { parseFeed } from '@newsmill/feeds';
import { createOutbound, type FetchedResource, type Outbound } from '@newsmill/outbound';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { resolveStubNames } from './support/stub-web/resolve-names.ts';
import { ROBOTS_NAMES } from './support/stub-web/rules.ts';
import { CHARSETS, DELIVERIES, type Delivery, KINDS, Site } from './support/stub-web/site.ts';
import { type Fate, FATES, versionAt } from './support/stub-web/story.ts';
import { startStubWeb, type StubWeb } from './support/stub-web/stub-web.ts';

const HOUR = 3_600_000;
const START = Date.parse('2026-03-04T00:00:00Z');

let now = START;
let web: StubWeb;
let outbound: Outbound;

const text = ({ body }: FetchedResource, site?: Site): string => new TextDecoder(site?.charset.name).decode(body);
const siteWhere = (holds: (site: Site) => boolean): Site => [...web.sites()].find(holds)!;
const delivering = (delivery: Delivery): Site =>
  siteWhere(
    (site) => site.delivery === delivery && Site.isFeed(site.entrances[0]!) && site.robots.name !== 'unavailable',
  );
const articleOf = (fate: Fate) => {
  for (const site of web.sites()) {
    if (site.delivery !== 'plain' || site.robots.name === 'unavailable') continue;
    const article = site.articles(START).find((candidate) => candidate.fate === fate);
    if (article) return { site, article };
  }
  throw new Error(`no article is ${fate}`);
};

beforeAll(async () => {
  web = await startStubWeb({ seed: 7, sites: 150, startAt: START, clock: () => now, slowMs: 20 });
  outbound = createOutbound({ userAgent: 'newsmill-test', ...web.outbound });
});
afterAll(async () => {
  await outbound.close();
  await web.close();
});

describe('the truth', () => {
  it('is the same for the same seed, and another for another', async () => {
    const tell = (of: StubWeb) =>
      JSON.stringify(
        [...of.sites()].slice(0, 20).map((site) => [site.kind, site.articles(START + 50 * HOUR)]),
      ).replaceAll(`:${of.port}`, '');
    const [same, other] = await Promise.all(
      [7, 8].map((seed) => startStubWeb({ seed, sites: 120, startAt: START, clock: () => now })),
    );
    expect(tell(same!)).toBe(tell(web));
    expect(tell(other!)).not.toBe(tell(web));
    await Promise.all([same!.close(), other!.close()]);
  });

  it('has every kind, rule, delivery and fate within 50 sites', () => {
    const sites = [...web.sites()].slice(0, 50);
    expect(new Set(sites.map(({ kind }) => kind))).toEqual(new Set(KINDS));
    expect(new Set(sites.map(({ robots }) => robots.name))).toEqual(new Set(ROBOTS_NAMES));
    expect(new Set(sites.map(({ delivery }) => delivery))).toEqual(new Set(DELIVERIES));
    expect(new Set(sites.flatMap((site) => site.articles(START).map(({ fate }) => fate)))).toEqual(new Set(FATES));
  });

  it('publishes in order and keeps what was published', () => {
    for (const site of web.sites()) {
      const before = site.articles(START);
      const after = site.articles(START + 30 * HOUR);
      expect(after.slice(0, before.length)).toEqual(before);
      expect(before.every(({ publishedAt }) => publishedAt <= START)).toBe(true);
      expect(after.map(({ publishedAt }) => publishedAt)).toEqual(
        after.map(({ publishedAt }) => publishedAt).sort((a, b) => a - b),
      );
    }
  });

  it('is as cheap at the ten-thousandth site', async () => {
    const large = await startStubWeb({ sites: 10_000, profile: 'healthy' });
    const site = large.site(9_999);
    const client = createOutbound({ userAgent: 'newsmill-test', ...large.outbound });
    expect((await client.fetchPage(site.home)).status).toBe(200);
    expect((await client.fetchPage(site.home.replace('09999', '10000'))).status).toBe(404);
    expect(new Set([...large.sites()].map(({ delivery }) => delivery))).toEqual(new Set(['plain']));
    await client.close();
    await large.close();
  });
});

describe('what is served', () => {
  it.each(['rss', 'atom', 'rdf', 'json-feed'] as const)('a %s feed lists the newest articles', async (kind) => {
    now = START;
    const site = siteWhere((candidate) => candidate.kind === kind && candidate.delivery === 'plain');
    const resource = await outbound.fetchPage(site.entrances[0]!.url);
    const { entries, skipped } = parseFeed(resource.body, { url: resource.url, contentType: resource.contentType! });
    expect(skipped).toEqual([]);
    expect(entries.map(({ url }) => url)).toEqual(
      site
        .articles(now)
        .map(({ listedUrl }) => listedUrl)
        .reverse(),
    );
  });

  it('sitemaps list the articles, gzipped ones behind an index', async () => {
    now = START;
    const news = siteWhere(({ kind, robots }) => kind === 'news-sitemap' && robots.name === 'folder');
    const robots = text(await outbound.fetchPage(`${news.origin}/robots.txt`));
    const named = /^Sitemap: (\S+)$/m.exec(robots)![1]!;
    const listed = text(await outbound.fetchPage(named)).replaceAll('&amp;', '&');
    for (const { listedUrl } of news.articles(now)) expect(listed).toContain(`<loc>${listedUrl}</loc>`);

    const indexed = siteWhere(({ kind, robots: { name }, delivery }) => {
      return kind === 'sitemap-index' && name !== 'unavailable' && delivery !== 'busy';
    });
    const index = text(await outbound.fetchPage(indexed.entrances[0]!.url));
    const file = await outbound.fetchPage(/<loc>([^<]+\.xml\.gz)<\/loc>/.exec(index)![1]!);
    const inside = gunzipSync(file.body).toString().replaceAll('&amp;', '&');
    for (const { listedUrl } of indexed.articles(now)) expect(inside).toContain(`<loc>${listedUrl}</loc>`);
  });

  it('a home page names its feed', async () => {
    const site = siteWhere(({ kind, delivery }) => kind === 'home-page' && delivery === 'plain');
    expect(text(await outbound.fetchPage(site.home), site)).toContain(
      `href="${new URL(site.entrances[0]!.url).pathname}"`,
    );
  });

  it.each(['corrected', 'edited', 'rewritten'] as const)(
    'a %s article reads as its version at the time',
    async (fate) => {
      const { site, article } = articleOf(fate);
      for (const { at, headline, paragraphs } of article.versions) {
        now = at;
        const page = text(await outbound.fetchPage(article.url), site);
        expect(page).toContain(`<h1>${headline}</h1>`);
        for (const paragraph of paragraphs) expect(page).toContain(paragraph);
      }
      expect(
        new Set(article.versions.map((version) => JSON.stringify([version.headline, version.paragraphs]))).size,
      ).toBe(article.versions.length);
      expect(versionAt(article, article.versions[1]!.at - 1)).toBe(article.versions[0]);
    },
  );

  it('a churning article differs at each look and reads the same', async () => {
    const { site, article } = articleOf('churning');
    const looks = [await outbound.fetchPage(article.url), await outbound.fetchPage(article.url)].map((resource) =>
      text(resource, site),
    );
    expect(looks[0]).not.toBe(looks[1]);
    const read = looks.map((page) => /<article>[^]*<\/article>/.exec(page)![0]);
    expect(read[0]).toBe(read[1]);
  });

  it.each([
    ['removed', 404],
    ['gone', 410],
  ] as const)('a %s article ends with %i', async (fate, status) => {
    const { article } = articleOf(fate);
    now = article.ends!.at - 1;
    expect((await outbound.fetchPage(article.url)).status).toBe(200);
    now = article.ends!.at;
    expect((await outbound.fetchPage(article.url)).status).toBe(status);
  });

  it('a moved article redirects for good', async () => {
    const { site, article } = articleOf('moved');
    now = article.moves!.at;
    expect(await outbound.fetchPage(article.url)).toMatchObject({
      status: 200,
      movedTo: site.origin + article.moves!.path,
    });
  });

  it.each(['amp', 'print', 'tracked'] as const)('the %s variant names its canonical page', async (fate) => {
    now = START;
    const { site, article } = articleOf(fate);
    expect(article.listedUrl).not.toBe(article.url);
    const page = text(await outbound.fetchPage(article.listedUrl), site);
    expect(page).toContain(`<link rel="canonical" href="${article.url}">`);
  });

  it('a redirected article is listed under an address that leads to it', async () => {
    now = START;
    const { article } = articleOf('redirected');
    const { status, url, redirects } = await outbound.fetchPage(article.listedUrl);
    expect([status, url, redirects.length]).toEqual([200, article.url, 1]);
  });

  it('an article that is not to be kept says so', async () => {
    now = START;
    const { site, article } = articleOf('noarchive');
    const resource = await outbound.fetchPage(article.url);
    const said =
      resource.headers['x-robots-tag'] ?? /<meta name="robots" content="(\w+)">/.exec(text(resource, site))?.[1];
    expect(said).toBe('noarchive');
    expect(site.expected(now)).not.toContainEqual(article);
  });

  it.each(CHARSETS)('a page in $name, told by $by', async ({ name, by }) => {
    now = START;
    const site = siteWhere(
      ({ charset, robots, delivery }) =>
        charset.name === name && charset.by === by && robots.name !== 'unavailable' && delivery === 'plain',
    );
    const standing = site.articles(now).find(({ ends, moves }) => !ends && !moves)!;
    const { body, contentType } = await outbound.fetchPage(standing.url);
    const page = new TextDecoder(name).decode(body);
    expect(page).toContain('“Nobody');
    expect([contentType!.includes(name), page.includes(`<meta charset="${name}">`)]).toEqual([
      by === 'header',
      by === 'meta',
    ]);
    expect(body[0] === 0xff && body[1] === 0xfe).toBe(by === 'mark');
  });

  it.each(['rss', 'atom', 'json-feed'] as const)(
    'a %s feed carries the articles of a site that does so',
    async (kind) => {
      now = START;
      const site = siteWhere(
        (candidate) => candidate.kind === kind && candidate.fullContent && candidate.delivery !== 'gone',
      );
      const resource = await outbound.fetchPage(site.entrances[0]!.url);
      const { entries } = parseFeed(resource.body, { url: resource.url, contentType: resource.contentType! });
      const newest = site.articles(now).at(-1)!;
      const told = versionAt(newest, now).kind === 'correction' ? versionAt(newest, now) : newest.versions[0]!;
      for (const paragraph of told.paragraphs) expect(entries[0]!.contentHtml).toContain(paragraph);
    },
  );
});

describe('conditional requests', () => {
  const validators = ({ headers }: FetchedResource) => ({
    ...(headers['etag'] !== undefined && { etag: headers['etag'] }),
    ...(headers['last-modified'] !== undefined && { lastModified: headers['last-modified'] }),
  });

  it.each([
    ['plain', 304, ['etag', 'lastModified']],
    ['etag-only', 304, ['etag']],
    ['weak-etag', 304, ['etag']],
    ['date-only', 304, ['lastModified']],
    ['gzip', 304, ['etag', 'lastModified']],
    ['no-validators', 200, []],
    ['ignores-conditions', 200, ['etag', 'lastModified']],
    ['changing-etag', 200, ['etag']],
  ] as const)('a feed of %s answers %i the second time', async (delivery, status, given) => {
    now = START;
    const site = delivering(delivery);
    const first = await outbound.fetchPage(site.entrances[0]!.url);
    expect([first.status, Object.keys(validators(first))]).toEqual([200, given]);
    expect((await outbound.fetchPage(site.entrances[0]!.url, validators(first))).status).toBe(status);
    now = site.article(site.countAt(now)).publishedAt + 1_000;
    expect((await outbound.fetchPage(site.entrances[0]!.url, validators(first))).status).toBe(200);
  });
});

describe('oddities', () => {
  it.each([
    ['moved-301', true],
    ['moved-302', false],
    ['moved-host', true],
  ] as const)('%s leads to the feed', async (delivery, forGood) => {
    now = START;
    const resource = await outbound.fetchPage(delivering(delivery).entrances[0]!.url);
    expect([resource.status, resource.redirects.length, resource.movedTo !== undefined]).toEqual([200, 1, forGood]);
  });

  it('a throttled site says when it may be asked again, and the log tells who does not wait', async () => {
    const site = delivering('throttled');
    now = START + HOUR;
    const { status, headers } = await outbound.fetchPage(site.home);
    expect([status, headers['retry-after']]).toEqual([429, '3600']);
    await outbound.fetchPage(site.home);
    now += 3_600_000;
    expect((await outbound.fetchPage(site.home)).status).toBe(200);
    const { early } = Object.groupBy(web.requests.filter(({ host }) => host === site.host).slice(-3), (request) =>
      request.early ? 'early' : 'in-time',
    );
    expect(early).toHaveLength(1);
  });

  it('a busy site answers 503 for a while, a gone feed 410 for ever', async () => {
    now = START + 0.5 * HOUR;
    expect((await outbound.fetchPage(delivering('busy').home)).status).toBe(503);
    now = START + HOUR;
    expect((await outbound.fetchPage(delivering('busy').home)).status).toBe(200);
    now = START + 2 * HOUR;
    const gone = delivering('gone');
    expect((await outbound.fetchPage(gone.entrances[0]!.url)).status).toBe(410);
    expect(gone.countAt(now)).toBe(gone.countAt(now + 100 * HOUR));
  });

  it('a slow site answers in the end', async () => {
    now = START;
    expect((await outbound.fetchPage(delivering('slow').home)).status).toBe(200);
    const { startedAt, endedAt } = web.requests.at(-1)!;
    expect(endedAt - startedAt).toBeGreaterThan(15);
  });
});

describe('robots.txt', () => {
  it('is out of order for an hour where it is, and all is forbidden meanwhile', async () => {
    const site = siteWhere(({ robots }) => robots.name === 'unavailable');
    now = START;
    expect((await outbound.fetchPage(`${site.origin}/robots.txt`)).status).toBe(503);
    expect(site.forbids('/', now)).toBe(true);
    now = START + HOUR;
    expect((await outbound.fetchPage(`${site.origin}/robots.txt`)).status).toBe(200);
    expect([site.forbids('/', now), site.forbids('/private/x.html', now)]).toEqual([false, true]);
  });

  it.each(ROBOTS_NAMES)('%s: forbidden articles stand where it forbids them, others do not', (name) => {
    for (const site of web.sites()) {
      if (site.robots.name !== name) continue;
      for (const { forbidden, path } of site.articles(START + 30 * HOUR)) {
        expect([path, site.forbids(path, START + 30 * HOUR)]).toEqual([path, forbidden]);
      }
      const readable = name !== 'all-forbidden';
      expect(site.entrances.map(({ path }) => site.forbids(path, START + 2 * HOUR))).not.toContain(readable);
      expect(site.expected(START).length > 0).toBe(readable);
    }
  });

  it('the log tells a request that it forbids', async () => {
    now = START + HOUR;
    const { article } = articleOf('forbidden');
    await outbound.fetchPage(`${new URL(article.url).origin}/robots.txt`);
    await outbound.fetchPage(article.url);
    expect(web.requests.slice(-2).map(({ path, forbidden }) => [path, forbidden])).toEqual([
      [expect.stringContaining('robots.txt'), false],
      [article.path, true],
    ]);
  });
});

describe('the way in', () => {
  it('is the resolver of this process, and names outside stay unknown', async () => {
    now = START;
    const undo = resolveStubNames();
    const client = createOutbound({ userAgent: 'newsmill-test', allow: web.outbound.allow });
    const closed = createOutbound({ userAgent: 'newsmill-test' });
    try {
      expect((await client.fetchPage(web.site(0).home)).status).toBe(200);
      await expect(client.fetchPage('http://news.example/')).rejects.toThrow(/no address/);
      await expect(closed.fetchPage('http://site-00000.stub.test/')).rejects.toMatchObject({ kind: 'blocked-address' });
    } finally {
      undo();
      await client.close();
      await closed.close();
    }
  });
});
