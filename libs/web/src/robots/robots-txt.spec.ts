import { describe, expect, it } from '@jest/globals';
import { parseRobotsTxt, ROBOTS_MAX_BYTES } from './robots-txt.js';

/** One question to a robots.txt, asked by the crawler `newsmill`. */
interface RobotsCase {
  why: string;
  robots: string;
  /** Path and query at the file's own origin. */
  path: string;
  allowed: boolean;
}

const all = (...rules: string[]): string => ['User-agent: *', ...rules, ''].join('\n');
const own = (...rules: string[]): string => ['User-agent: newsmill', ...rules, ''].join('\n');

const cases = (why: string, robots: string, answers: Record<string, boolean>): RobotsCase[] =>
  Object.entries(answers).map(([path, allowed]) => ({ why, robots, path, allowed }));

/** RFC 9309 section by section, and what Google publishes about its own reading where the RFC leaves it open. */
const robotsCases: readonly RobotsCase[] = [
  ...cases('no rules: all', '', { '/': true }),
  ...cases('an empty Disallow forbids nothing', all('Disallow:'), { '/a': true }),
  ...cases('Disallow of all', all('Disallow: /'), { '/': false, '/a?b': false, '/robots.txt': true }),
  ...cases('rules before any group count for nobody', 'Disallow: /\nUser-agent: other\nDisallow: /b\n', { '/a': true }),

  // 2.2.1: which group
  ...cases('the own group instead of *', `${all('Disallow: /')}\n${own('Disallow: /x')}`, { '/a': true, '/x': false }),
  ...cases('the own group first', `${own('Disallow: /x')}\n${all('Disallow: /')}`, { '/a': true, '/x': false }),
  ...cases('an own group without rules', `${all('Disallow: /')}\n${own('Disallow:')}`, { '/a': true }),
  ...cases('an own group of nothing', `${all('Disallow: /')}\n${own()}`, { '/a': true }),
  ...cases('letters of any case', 'uSeR-aGeNt: NewsMill\ndIsAlLoW: /x\n', { '/x': false, '/X': true }),
  ...cases('another crawler', 'User-agent: newsmillbot\nDisallow: /\n', { '/a': true }),
  ...cases('a part of the name is another name', 'User-agent: news\nDisallow: /\n', { '/a': true }),
  ...cases('the name with a version', `${all('Disallow:')}\nUser-agent: newsmill/0.1\nDisallow: /x\n`, { '/x': false }),
  ...cases('the name with more words', `${all('Disallow:')}\nUser-agent: newsmill news bot\nDisallow: /x\n`, {
    '/x': false,
  }),
  ...cases('several own groups are one', `${own('Disallow: /a')}\n${all('Disallow: /')}\n${own('Disallow: /b')}`, {
    '/a': false,
    '/b': false,
    '/c': true,
  }),
  ...cases('several * groups are one', `${all('Disallow: /a')}\nUser-agent: o\nDisallow: /\n${all('Disallow: /b')}`, {
    '/a': false,
    '/b': false,
    '/c': true,
  }),
  ...cases('several names on one group', 'User-agent: other\nUser-agent: newsmill\nUser-agent: third\nDisallow: /x\n', {
    '/x': false,
    '/y': true,
  }),
  ...cases('* beside the own name', 'User-agent: *\nUser-agent: newsmill\nDisallow: /x\n', { '/x': false }),
  ...cases('an empty line ends no group', 'User-agent: newsmill\n\nDisallow: /x\n\nDisallow: /y\n', {
    '/x': false,
    '/y': false,
  }),
  ...cases('a rule ends the names', 'User-agent: newsmill\nDisallow: /x\nUser-agent: other\nDisallow: /y\n', {
    '/x': false,
    '/y': true,
  }),

  // 2.2.4: other records
  ...cases('a sitemap ends no group', 'User-agent: newsmill\nSitemap: https://x.example/s\nDisallow: /x\n', {
    '/x': false,
  }),
  ...cases(
    'a sitemap between names',
    'User-agent: newsmill\nSitemap: https://x.example/s\nUser-agent: b\nDisallow: /x\n',
    {
      '/x': false,
    },
  ),
  ...cases('Crawl-delay between names', 'User-agent: newsmill\nCrawl-delay: 5\nUser-agent: b\nDisallow: /x\n', {
    '/x': false,
  }),
  ...cases('unknown lines', all('Noindex: /a', 'Host: x', 'Disallow: /x', 'what is this'), { '/a': true, '/x': false }),

  // 2.2.2: the most specific match
  ...cases('the longest rule', all('Allow: /a', 'Disallow: /'), { '/a/b': true, '/b': false }),
  ...cases('in any order', all('Disallow: /', 'Allow: /a'), { '/a/b': true, '/b': false }),
  ...cases('equal length: Allow', all('Disallow: /page', 'Allow: /page'), { '/page': true }),
  ...cases('longer Disallow', all('Allow: /folder', 'Disallow: /folder/private'), {
    '/folder/x': true,
    '/folder/private/x': false,
  }),
  ...cases('the pattern is what has a length', all('Allow: /page', 'Disallow: /*.htm'), {
    '/page.htm': false,
    '/page': true,
  }),
  ...cases('equal patterns of other form', all('Allow: /p', 'Disallow: /'), { '/page': true }),
  ...cases('a query is part of the path', all('Disallow: /?s='), { '/?s=x': false, '/': true, '/a?s=x': true }),
  ...cases('paths are told by case', all('Disallow: /Fish'), { '/fish': true, '/Fish': false }),
  ...cases('a prefix, not a folder', all('Disallow: /fish'), { '/fishheads/y': false, '/catfish': true }),
  ...cases('a folder', all('Disallow: /fish/'), { '/fish': true, '/fish/a': false }),
  ...cases('a pattern without slash matches nothing', all('Disallow: fish'), { '/fish': true }),

  // 2.2.3: special characters
  ...cases('* at the end changes nothing', all('Disallow: /fish*'), {
    '/fish': false,
    '/fish/a': false,
    '/Fish': true,
  }),
  ...cases('* in the middle', all('Disallow: /*.php'), { '/index.php?a': false, '/a/b.php5': false, '/x': true }),
  ...cases('$ ends', all('Disallow: /*.php$'), { '/a.php': false, '/a.php?x': true, '/a.php5': true }),
  ...cases('$ after several *', all('Disallow: /a*b*c$'), {
    '/abbc': false,
    '/axbxc': false,
    '/axbxcx': true,
    '/abccc': false,
  }),
  ...cases('* may be empty', all('Disallow: /a*b'), { '/ab': false }),
  ...cases('* first', all('Disallow: *.gif'), { '/x.gif': false, '/x.png': true }),
  ...cases('* alone', all('Disallow: *'), { '/x': false }),
  ...cases('only the root', all('Disallow: /$'), { '/': false, '/a': true }),
  ...cases('all but the root', all('Disallow: /', 'Allow: /$'), { '/': true, '/a': false }),
  ...cases('$ in the middle is itself', all('Disallow: /a$b'), { '/a$b': false, '/a': true }),
  ...cases('an escaped * is itself', all('Disallow: /file-with-a-%2A.html'), {
    '/file-with-a-*.html': false,
    '/file-with-a-%2a.html': false,
    '/file-with-a-b.html': true,
  }),
  ...cases('an escaped $ is itself', all('Disallow: /foo-%24'), { '/foo-$': false, '/foo-$x': false, '/foo-': true }),

  // 2.2.2: percent-encoding
  ...cases('an escaped unreserved octet', all('Disallow: /foo/%62%61%7A'), { '/foo/baz': false }),
  ...cases('an unreserved octet, escaped in the address', all('Disallow: /foo/baz'), { '/foo/%62%61%7a': false }),
  ...cases('~ escaped', all('Disallow: /%7Ejoe/'), { '/~joe/index.html': false, '/%7ejoe/': false }),
  ...cases('an escaped reserved octet is another', all('Disallow: /a%2Fb'), { '/a%2fb': false, '/a/b': true }),
  ...cases('letters beyond ASCII', all('Disallow: /caf\u00e9'), {
    '/caf%C3%A9': false,
    '/caf\u00e9/x': false,
    '/cafe': true,
  }),
  ...cases('escaped in the file', all('Disallow: /%E3%83%84'), { '/\u30c4': false, '/%e3%83%84': false }),
  ...cases('brackets', all('Disallow: /a[1]'), { '/a[1]': false }),
  ...cases('a space', all('Disallow: /a b'), { '/a%20b': false, '/a': true }),
  ...cases('a pipe and braces', all('Disallow: /{a|b}'), { '/{a|b}': false, '/%7Ba%7Cb%7D': false }),
  ...cases('a stray percent sign', all('Disallow: /100%'), { '/100%25': false, '/100': true }),

  // 2.2: form of the lines
  ...cases('a byte order mark', `\ufeff${all('Disallow: /x')}`, { '/x': false }),
  ...cases('lines ended by CR LF', all('Disallow: /x').replaceAll('\n', '\r\n'), { '/x': false, '/y': true }),
  ...cases('lines ended by CR', all('Disallow: /x').replaceAll('\n', '\r'), { '/x': false, '/y': true }),
  ...cases('blanks everywhere', '  User-agent :\t*  \n\t Disallow  :  /x  \n', { '/x': false, '/y': true }),
  ...cases('comments', 'User-agent: * # all\n# Disallow: /y\nDisallow: /x#y\n', { '/x': false, '/y': true }),
  ...cases('a comment in the middle of a group', 'User-agent: newsmill\n# and\nUser-agent: b\nDisallow: /x\n', {
    '/x': false,
  }),
  ...cases('no line end at the end', 'User-agent: *\nDisallow: /x', { '/x': false }),
  ...cases('words before the file', `<html>\nhello\n${all('Disallow: /x')}`, { '/x': false }),
];

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
