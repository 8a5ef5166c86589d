import { describe, expect, it } from '@jest/globals';
import { parseRobotsTxt, ROBOTS_MAX_BYTES } from './robots-txt.js';
import { robotsCases } from './robots-cases.ts';

const SITE = 'https://news.example';

const parse = (text: string | Uint8Array) =>
  parseRobotsTxt(typeof text === 'string' ? Buffer.from(text) : text, 'newsmill');

const allows = (text: string | Uint8Array, path: string): boolean =>
  parse(text).ruleFor(`${SITE}${path}`)?.isAllowed ?? true;

describe('robots.txt, RFC 9309', () => {
  it.each(robotsCases.map(({ why, robots, path, allowed }) => [why, path, allowed, robots] as const))(
    '%s: %s allowed: %s',
    (_why, path, allowed, robots) => {
      expect(allows(robots, path)).toBe(allowed);
    },
  );

  it('has at least 60 cases', () => {
    expect(robotsCases.length).toBeGreaterThanOrEqual(60);
  });

  it('names the rule that decides and its line', () => {
    const rules = parse('# hello\nUser-agent: *\nDisallow: /\nAllow: /news # all\n');
    expect(rules.ruleFor(`${SITE}/news/1`)).toEqual({ isAllowed: true, text: 'Allow: /news', line: 4 });
    expect(rules.ruleFor(`${SITE}/x`)).toEqual({ isAllowed: false, text: 'Disallow: /', line: 3 });
  });

  it('reads UTF-16 with a byte order mark', () => {
    const text = 'User-agent: *\r\nDisallow: /caf\u00e9\r\n';
    const little = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, 'utf16le')]);
    const big = Buffer.concat([Buffer.from([0xfe, 0xff]), Buffer.from(text, 'utf16le').swap16()]);
    expect([little, big].map((octets) => allows(octets, '/caf%C3%A9'))).toEqual([false, false]);
  });

  it('compares octets, also those that are no UTF-8', () => {
    const octets = Buffer.concat([Buffer.from('User-agent: *\nDisallow: /'), Buffer.from([0xe9]), Buffer.from('\n')]);
    expect(allows(octets, '/%E9')).toBe(false);
    expect(allows(octets, '/%C3%A9')).toBe(true);
  });

  it('reads the first 500 KiB, and no line that is cut there', () => {
    const head = 'User-agent: *\nDisallow: /first\n';
    const filler = '# filler\n'.repeat(Math.ceil(ROBOTS_MAX_BYTES / 9)).slice(0, ROBOTS_MAX_BYTES - head.length - 18);
    const text = `${head}${filler}\nAllow: /first/pag`;
    const whole = Buffer.from(`${text}e-of-mine\nDisallow: /late\n`);
    expect(Buffer.byteLength(text)).toBe(ROBOTS_MAX_BYTES);
    expect([allows(whole, '/first'), allows(whole, '/first/page-2'), allows(whole, '/late')]).toEqual([
      false,
      false,
      true,
    ]);
  });

  it('reads Crawl-delay of the group that applies', () => {
    const delay = (text: string) => parse(text).crawlDelayMs;
    expect(delay('User-agent: *\nCrawl-delay: 10\n')).toBe(10_000);
    expect(delay('User-agent: *\nCrawl-delay: 10\nUser-agent: newsmill\nCrawl-delay: 0.5\n')).toBe(500);
    expect(delay('User-agent: *\nCrawl-delay: 10\nDisallow:\n\nUser-agent: newsmill\nDisallow: /x\n')).toBeUndefined();
    expect(delay('User-agent: *\nCrawl-delay: soon\n')).toBeUndefined();
    expect(delay('User-agent: *\nCrawl-delay: -5\n')).toBeUndefined();
    expect(delay('Crawl-delay: 5\n')).toBeUndefined();
  });

  it('lists sitemaps for everybody, absolute ones alone', () => {
    const text = `Sitemap: ${SITE}/a.xml\nUser-agent: other\nSITEMAP: http://cdn.example/b.xml?x=1 # more\nSitemap: /c.xml\nSitemap: ftp://x.example/\n`;
    expect(parse(text).sitemaps).toEqual([`${SITE}/a.xml`, 'http://cdn.example/b.xml?x=1']);
  });

  it('takes what is no robots.txt as no rule', () => {
    const page = '<!doctype html><html><body>User-agent: <b>Disallow: /</b></body></html>';
    expect(allows(page, '/')).toBe(true);
    expect(allows(Buffer.from([0, 1, 2, 0xff, 0xfe, 10, 58, 58]), '/')).toBe(true);
    expect(allows('', '/')).toBe(true);
  });
});
