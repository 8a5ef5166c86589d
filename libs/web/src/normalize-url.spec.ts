import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { InvalidUrl, hostOf, normalizeUrl } from './normalize-url.js';
import { isTrackingParameter, trackingParameters } from './tracking-parameters.js';

describe('normalizeUrl', () => {
  it.each([
    ['HTTP://News.Example/A', 'http://news.example/A'],
    ['https://news.example', 'https://news.example/'],
    ['https://news.example:443/a', 'https://news.example/a'],
    ['http://news.example:80/a', 'http://news.example/a'],
    ['http://news.example:8080/a', 'http://news.example:8080/a'],
    ['https://news.example./a', 'https://news.example/a'],
    ['https://news.example/a#comments', 'https://news.example/a'],
    ['https://news.example/a?', 'https://news.example/a'],
    ['https://news.example/a?#x', 'https://news.example/a'],
    ['https://news.example/a?&&', 'https://news.example/a'],
    ['https://news.example/Mixed/Case', 'https://news.example/Mixed/Case'],
    ['https://news.example/a/', 'https://news.example/a/'],
    ['https://news.example/a/../b/./c', 'https://news.example/b/c'],
    ['https://news.example/%7euser/%c3%a9', 'https://news.example/~user/%C3%A9'],
    ['https://news.example/é', 'https://news.example/%C3%A9'],
    ['https://news.example/100%/%41', 'https://news.example/100%/%41'],
    ['https://bücher.example/', 'https://xn--bcher-kva.example/'],
    ['https://news.example/a?utm_source=x&id=7&utm_medium=y', 'https://news.example/a?id=7'],
    ['https://news.example/a?UTM_Source=x&FBCLID=y', 'https://news.example/a'],
    ['https://news.example/a?utm%5fsource=x&b=1', 'https://news.example/a?b=1'],
    ['https://news.example/a?z=1&a=2&z=0', 'https://news.example/a?z=1&a=2&z=0'],
    ['https://news.example/a?q=a+b%20c&empty=', 'https://news.example/a?q=a+b%20c&empty='],
    ['https://news.example/a?ref=front&source=9&id=4', 'https://news.example/a?ref=front&source=9&id=4'],
    ['https://www.youtube.com/watch?v=1&si=abc&feature=share', 'https://www.youtube.com/watch?v=1'],
    ['https://news.example/a?si=abc&feature=share&share=1', 'https://news.example/a?si=abc&feature=share&share=1'],
    ['https://notyoutube.com/a?si=abc', 'https://notyoutube.com/a?si=abc'],
    ['  https://news.example/a\n', 'https://news.example/a'],
    ['http://0x7f.1/', 'http://127.0.0.1/'],
  ])('%s becomes %s', (given, expected) => {
    expect(normalizeUrl(given)).toBe(expected);
  });

  it.each([
    ['', 'not-a-url'],
    ['/relative', 'not-a-url'],
    ['https://', 'not-a-url'],
    ['http://256.256.256.256/', 'not-a-url'],
    ['ftp://news.example/a', 'scheme'],
    ['javascript:alert(1)', 'scheme'],
    ['data:text/html,x', 'scheme'],
    ['https://user@news.example/', 'credentials'],
    ['https://user:secret@news.example/', 'credentials'],
    ['https://./', 'host'],
    ['https://news.example../', 'host'],
    [`https://news.example/${'a'.repeat(9000)}`, 'too-long'],
  ])('refuses %p as %s', (given, problem) => {
    const thrown = catchError(() => normalizeUrl(given));
    expect(thrown).toBeInstanceOf(InvalidUrl);
    expect((thrown as InvalidUrl).problem).toBe(problem);
    expect((thrown as InvalidUrl).message.length).toBeLessThan(400);
  });

  it('never repeats a password in its message', () => {
    expect(String(catchError(() => normalizeUrl('https://user:secret@news.example/')))).not.toMatch(/secret|user:/);
  });

  it('changes nothing the second time', () => {
    const piece = fc.stringMatching(/^[a-zA-Z0-9%&=+./?~_\-# é]{0,24}$/);
    fc.assert(
      fc.property(fc.webUrl({ withQueryParameters: true, withFragments: true }), piece, piece, (base, path, query) => {
        const once = normalizeUrl(`${base.replace(/[?#].*$/, '')}/${path}?utm_x=1&${query}`);
        expect(normalizeUrl(once)).toBe(once);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('hostOf', () => {
  it.each([
    ['https://News.Example:443/a', 'news.example'],
    ['https://news.example:8443/a', 'news.example:8443'],
    ['http://[2001:DB8::1]/', '[2001:db8::1]'],
  ])('%s is served by %s', (url, host) => {
    expect(hostOf(url)).toBe(host);
  });
});

describe('trackingParameters', () => {
  it('lists each name once, in lower case, and no name that a prefix covers', () => {
    const names = trackingParameters.flatMap((group) => group.names);
    const prefixes = trackingParameters.flatMap((group) => group.prefixes ?? []);
    expect(new Set(names).size).toBe(names.length);
    expect([...names, ...prefixes].filter((name) => name !== name.toLowerCase())).toEqual([]);
    expect(names.filter((name) => prefixes.some((prefix) => name.startsWith(prefix)))).toEqual([]);
  });

  it('leaves parameters alone that choose content', () => {
    const content = [
      'id',
      'p',
      'page',
      'q',
      'ref',
      'source',
      'cid',
      'story',
      'article',
      'at',
      'utm',
      'lang',
      'v',
      'print',
    ];
    expect(content.filter((name) => isTrackingParameter(name, 'news.example'))).toEqual([]);
  });
});

function catchError(action: () => unknown): unknown {
  try {
    return action();
  } catch (error) {
    return error;
  }
}
