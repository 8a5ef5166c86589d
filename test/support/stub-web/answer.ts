import { gzipSync } from 'node:zlib';
import type { IncomingHttpHeaders } from 'node:http';
import { draw } from './draw.ts';
import { listing, sitemapFile } from './lists.ts';
import { articlePage, homePage } from './pages.ts';
import { type Charset, DELIVERIES, type Delivery, Site } from './site.ts';
import { type Article, versionAt } from './story.ts';

export interface Asked {
  host: string;
  /** With its query. */
  path: string;
  headers: IncomingHttpHeaders;
  /** The web's time. */
  at: number;
  /** Requests so far, of all hosts. */
  looks: number;
}

export interface Answer {
  status: number;
  headers: Record<string, string>;
  body?: string | Buffer;
}

/** The answer of a site: a function of what is asked and of the time, and of nothing else. */
export function answerOf(site: Site, asked: Asked): Answer {
  const { path, at } = asked;
  if (path === '/robots.txt' || path === site.robots.movedTo) return robotsTxt(site, asked);
  const wait = site.throttledSeconds(at);
  if (wait !== undefined) return { status: 429, headers: { 'retry-after': String(wait) }, body: 'slow down' };
  if (site.isBusy(at)) return { status: 503, headers: {}, body: 'busy' };
  if (path === '/') return page(site, homePage(site, site.articles(at).slice(-10).reverse()));
  return listAnswer(site, asked) ?? articleAnswer(site, asked) ?? NOT_HERE;
}

const NOT_HERE: Answer = { status: 404, headers: { 'content-type': 'text/html' }, body: '<h1>Not here</h1>' };

/** A page in the site's charset, which its header, its head or its first octets tell. */
function page({ charset: { name, by } }: Site, text: string): Answer {
  const type = by === 'header' ? `text/html; charset=${name}` : 'text/html';
  return { status: 200, headers: { 'content-type': type }, body: encode(text, name) };
}

/** What windows-1252 has in the place of the controls of ISO 8859-1, as far as the pages use it. */
const WINDOWS_1252: Readonly<Record<string, string>> = { '“': '\u0093', '”': '\u0094' };

function encode(text: string, charset: Charset['name']): Buffer {
  if (charset === 'utf-8') return Buffer.from(text);
  if (charset === 'utf-16le') return Buffer.from(`\uFEFF${text}`, 'utf16le');
  return Buffer.from(
    text.replace(/[“”]/g, (character) => WINDOWS_1252[character]!),
    'latin1',
  );
}

const moved = (status: number, location: string): Answer => ({ status, headers: { location }, body: '' });

function robotsTxt(site: Site, { path, at }: Asked): Answer {
  const { text, movedTo } = site.robots;
  if (site.isRobotsUnavailable(at)) return { status: 503, headers: {}, body: 'down' };
  if (text === undefined) return NOT_HERE;
  if (movedTo !== undefined && path !== movedTo) return moved(301, movedTo);
  const maps = site.entrances.filter(({ namedBy }) => namedBy === 'robots').map(({ url }) => `Sitemap: ${url}\n`);
  return { status: 200, headers: { 'content-type': 'text/plain' }, body: text + maps.join('') };
}

function listAnswer(site: Site, asked: Asked): Answer | undefined {
  const { path, at, host } = asked;
  for (const entrance of site.entrances) {
    const named = new URL(entrance.url).pathname;
    const isFeed = Site.isFeed(entrance);
    if (path !== named && path !== entrance.path) continue;
    if (isFeed && site.isFeedGone(at)) return { status: 410, headers: {}, body: 'gone' };
    if (path !== entrance.path) {
      const to = site.delivery === 'moved-host' ? site.origin.replace('://', '://feeds.') : site.origin;
      return moved(site.delivery === 'moved-302' ? 302 : 301, to + entrance.path);
    }
    // What moved to `feeds.` is served there alone.
    if (isFeed && site.delivery === 'moved-host' && !host.startsWith('feeds.')) return NOT_HERE;
    const { type, text, changedAt } = listing(site, entrance, at);
    return conditional(site, asked, { status: 200, headers: { 'content-type': type }, body: text }, changedAt);
  }
  const file = /^\/maps\/(\d{1,6})\.xml\.gz$/.exec(path);
  if (file === null || site.kind !== 'sitemap-index') return undefined;
  const text = sitemapFile(site, Number(file[1]), at);
  if (text === undefined) return undefined;
  return { status: 200, headers: { 'content-type': 'application/gzip' }, body: gzipSync(text) };
}

function articleAnswer(site: Site, asked: Asked): Answer | undefined {
  const { at, looks } = asked;
  const { pathname, searchParams } = new URL(asked.path, site.origin);
  if (pathname.startsWith('/go/')) {
    const target = pathname.slice('/go'.length);
    return articleAnswer(site, { ...asked, path: target, headers: {} }) && moved(302, site.origin + target);
  }
  const amp = pathname.startsWith('/amp/');
  const path = amp ? pathname.slice('/amp'.length) : pathname;
  const number = Number(/-(\d{1,7})\.html$/.exec(path)?.[1] ?? Number.NaN);
  if (!(number < site.countAt(at))) return undefined;
  const article = site.article(number);
  const { ends, moves } = article;
  const hasMoved = moves !== undefined && at >= moves.at;
  if (path !== article.path && !(hasMoved && path === moves.path)) return undefined;
  if (ends !== undefined && at >= ends.at) return { status: ends.status, headers: {}, body: 'not here any more' };
  if (hasMoved && path !== moves.path) return moved(301, site.origin + (amp ? '/amp' : '') + moves.path);
  const variant = amp ? 'amp' : searchParams.has('print') ? 'print' : 'full';
  const full = page(site, articlePage(site, article, { at, variant, looks }));
  if (article.keptOut && number % 2 === 0) full.headers['x-robots-tag'] = 'noarchive';
  return conditional(site, asked, full, changedAt(article, at));
}

function changedAt(article: Article, at: number): number {
  return article.fate === 'churning' ? at : versionAt(article, at).at;
}

const ETAGS: Readonly<Record<Delivery, ((hash: string, looks: number) => string) | undefined>> = {
  ...(Object.fromEntries(DELIVERIES.map((name) => [name, (hash: string) => `"${hash}"`])) as Record<
    Delivery,
    (hash: string) => string
  >),
  'no-validators': undefined,
  'date-only': undefined,
  'weak-etag': (hash) => `W/"${hash}"`,
  'changing-etag': (hash, looks) => `"${hash}-${looks}"`,
};

/** Deliveries that give Last-Modified. */
const DATED: ReadonlySet<Delivery> = new Set(
  DELIVERIES.filter((name) => !['no-validators', 'etag-only', 'weak-etag', 'changing-etag'].includes(name)),
);

/** Gives the validators that the site gives, and 304 where they still hold (RFC 9110 section 13.2.2). */
function conditional(site: Site, { headers, looks, at }: Asked, full: Answer, changed: number): Answer {
  const { delivery } = site;
  const hash = draw(String(full.body)).toString(36);
  const etag = ETAGS[delivery]?.(hash, looks);
  const date = DATED.has(delivery) ? site.httpDate(Math.min(changed, at)) : undefined;
  const validators = { ...(etag && { etag }), ...(date && { 'last-modified': date }) };
  const since = headers['if-modified-since'];
  const holds =
    headers['if-none-match'] === undefined
      ? date !== undefined && since !== undefined && Date.parse(date) <= Date.parse(since)
      : etag !== undefined && headers['if-none-match'] === etag;
  if (holds && delivery !== 'ignores-conditions') return { status: 304, headers: validators };
  const answer = { ...full, headers: { ...full.headers, ...validators } };
  if (delivery !== 'gzip') return answer;
  return { ...answer, headers: { ...answer.headers, 'content-encoding': 'gzip' }, body: gzipSync(answer.body!) };
}
