import { describe, expect, it } from '@jest/globals';
import { recordOf } from './record-of.js';
import { isAbout } from './replay-selection.js';

const page = {
  receiptId: 'r1',
  pageId: 'p1',
  publisher: 'courier',
  guid: 'g1',
  origin: { mode: 'push', source: 'courier' },
  url: { original: 'https://News.Courier.example/1?utm_source=x', final: 'https://courier-cdn.example/1' },
};

const body = Array.from(
  { length: 8 },
  (_, n) => `<p>The council of ward ${n} voted on Tuesday to repair the bridge.</p>`,
);
const found = recordOf(
  `<html lang="en"><head><title>Bridge to be repaired</title><meta property="og:type" content="article">
   <meta property="og:site_name" content="The Courier"></head><body><article><h1>Bridge to be repaired</h1>${body.join('')}</article></body></html>`,
  'https://www.courier.example/2',
  new Date(0),
);
const version = { articleId: 'a2', receiptId: 'r2', record: 'record' in found ? found.record : undefined };

describe('--only', () => {
  it.each(['r1', 'p1', 'courier', 'g1', 'courier.example', 'NEWS.courier.example', 'courier-cdn.example'])(
    'finds a page by %s',
    (name) => expect(isAbout(['none', name])(page)).toBe(true),
  );

  it.each(['a2', 'r2', 'courier.example', 'www.courier.example', 'The Courier', 'command'])(
    'finds a version by %s',
    (name) => expect(isAbout([name])(version)).toBe(true),
  );

  it.each(['ourier.example', 'example.com', 'r', 'https://courier.example/2'])('%s means neither', (name) => {
    expect([isAbout([name])(page), isAbout([name])(version)]).toEqual([false, false]);
  });

  it('means everything without names', () => {
    expect([isAbout([])(page), isAbout([])(version)]).toEqual([true, true]);
  });
});
