import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { ARTICLE_NAMESPACE, InvalidKey, PAGE_NAMESPACE, articleIdOf, pageIdOf } from './ids.js';
import { InvalidUrl } from './normalize-url.js';

const UUID_V8 = /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

describe('articleIdOf', () => {
  it('is a version 8 UUID', () => {
    expect(articleIdOf({ publisher: 'wire', guid: '42' })).toMatch(UUID_V8);
    expect(ARTICLE_NAMESPACE).toMatch(UUID_V8);
    expect(PAGE_NAMESPACE).toMatch(UUID_V8);
  });

  it('never changes: these ids are in stores', () => {
    expect(articleIdOf({ publisher: 'wire', guid: '42' })).toMatchInlineSnapshot(
      `"14efafb1-2f47-8dc4-8c80-71b590149fa3"`,
    );
    expect(articleIdOf({ url: 'https://news.example/a' })).toMatchInlineSnapshot(
      `"e5b8eb19-d28e-8a92-8a9e-a19dbb7d0ae3"`,
    );
    expect(pageIdOf({ publisher: 'wire', guid: '42' })).toMatchInlineSnapshot(`"166fbc7e-ccae-8825-9778-b7f89a648e8f"`);
    expect(pageIdOf({ url: 'https://news.example/a' })).toMatchInlineSnapshot(`"7207db63-645f-8cbf-b191-a91e54def976"`);
  });

  it('can be made by anyone from the documented recipe', () => {
    const hash = createHash('sha256')
      .update(Buffer.from(ARTICLE_NAMESPACE.replaceAll('-', ''), 'hex'))
      .update('url\0https://news.example/a')
      .digest('hex');
    const id = articleIdOf({ url: 'https://news.example/a' }).replaceAll('-', '');
    expect([id.slice(0, 12), id.slice(13, 16), id.slice(17)]).toEqual([
      hash.slice(0, 12),
      hash.slice(13, 16),
      hash.slice(17, 32),
    ]);
  });

  it('is one for all spellings of an address', () => {
    const ids = ['https://news.example/a', 'HTTPS://NEWS.example:443/a?utm_source=x#top'].map((url) =>
      articleIdOf({ url }),
    );
    expect(new Set(ids).size).toBe(1);
  });

  it('tells publisher and guid apart wherever the boundary lies', () => {
    const ids = [
      articleIdOf({ publisher: 'a', guid: 'bc' }),
      articleIdOf({ publisher: 'ab', guid: 'c' }),
      articleIdOf({ publisher: 'a', guid: 'BC' }),
      articleIdOf({ url: 'https://a/bc' }),
      pageIdOf({ publisher: 'a', guid: 'bc' }),
    ];
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('does not see white space around a guid', () => {
    expect(articleIdOf({ publisher: 'wire', guid: '\n 42 ' })).toBe(articleIdOf({ publisher: 'wire', guid: '42' }));
  });

  it('refuses keys that identify nothing', () => {
    expect(() => articleIdOf({ publisher: ' ', guid: '42' })).toThrow(InvalidKey);
    expect(() => articleIdOf({ publisher: 'wire', guid: '' })).toThrow(/guid is empty/);
    expect(() => articleIdOf({ publisher: 'wire\0x', guid: 'y' })).toThrow(/publisher holds a NUL/);
    expect(() => pageIdOf({ url: 'mailto:desk@news.example' })).toThrow(InvalidUrl);
  });
});
