import { describe, expect, it } from '@jest/globals';
import { identityUrl } from './article-version.js';

describe('the address that identifies an article', () => {
  it.each([
    ['nothing declared', 'https://a.example/x?utm_source=y#top', undefined, 'https://a.example/x'],
    ['declared on the same site', 'https://www.a.example/x?page=2', 'https://a.example/x', 'https://a.example/x'],
    ['declared on its mobile twin', 'https://m.a.example/x', 'https://www.a.example/x', 'https://www.a.example/x'],
    ["another site's article", 'https://a.example/x', 'https://b.example/y', 'https://a.example/x'],
    ['the front page', 'https://a.example/x', 'https://a.example/', 'https://a.example/x'],
    ['no address', 'https://a.example/x', 'about:blank', 'https://a.example/x'],
  ])('%s', (_, finalUrl, declared, expected) => {
    expect(identityUrl(finalUrl, declared)).toBe(expected);
  });
});
