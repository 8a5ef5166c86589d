import { describe, expect, it } from '@jest/globals';
import { parseFeed } from './parse-feed.js';

const rss = (channel: string) =>
  parseFeed(
    Buffer.from(
      `<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel><title>x</title>${channel}</channel></rss>`,
    ),
    { url: 'https://news.example/feed' },
  );

describe('what a feed says of its polling', () => {
  it.each([
    ['<skipHours><hour>1</hour><hour> 24 </hour><hour>1</hour><hour>77</hour></skipHours>', { skipHours: [1, 0] }],
    ['<skipHours><hour>5</hour></skipHours>', { skipHours: [5] }],
    ['<skipDays><day>Sunday</day></skipDays>', { skipDays: ['Sunday'] }],
    ['<skipDays><day>saturday</day>\n<day>Monday</day></skipDays>', { skipDays: ['Monday', 'Saturday'] }],
  ])('%s', (channel, expected) => {
    expect(rss(channel)).toMatchObject(expected);
  });

  it('says nothing where the feed says nothing', () => {
    const feed = rss('<skipHours/><item><link>https://news.example/a</link></item>');
    expect(feed).not.toHaveProperty('skipHours');
    expect(feed).not.toHaveProperty('skipDays');
    expect(feed).not.toHaveProperty('hubs');
    expect(feed).not.toHaveProperty('self');
  });

  it('names hubs and itself as absolute web addresses', () => {
    const links = ['hub:https://hub.example/', 'hub:ftp://hub.example/', 'self:/own', 'HUB: //b.example/']
      .map((link) => [link.slice(0, link.indexOf(':')), link.slice(link.indexOf(':') + 1)])
      .map(([rel, href]) => `<atom:link rel="${rel}" href="${href}"/>`);
    expect(rss(links.join(''))).toMatchObject({
      hubs: ['https://hub.example/', 'https://b.example/'],
      self: 'https://news.example/own',
    });
  });
});
