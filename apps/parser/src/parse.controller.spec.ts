import { articleEnriched, articleParsed, type DocumentMediaType, type EventOf, pageFetched } from '@newsmill/contracts';
import { PublisherRules } from '@newsmill/extraction';
import { describe, expect, it } from '@jest/globals';
import { ParseController } from './parse.controller.js';

function page(content: object | string, mediaType: DocumentMediaType): EventOf<typeof pageFetched> {
  return pageFetched.schema.parse({
    receiptId: 'r-1',
    publisher: 'courier',
    origin: { mode: 'push', source: 'courier' },
    pageId: 'p-1',
    url: { original: 'https://courier.example/x', final: 'https://courier.example/x' },
    mediaType,
    content: typeof content === 'string' ? content : JSON.stringify(content),
    fetchedAt: '2026-06-01T12:00:00.000Z',
  });
}

const NINJS = 'application/vnd.iptc.ninjs+json';
const controller = new ParseController(new PublisherRules([]));

describe('where a version goes', () => {
  it.each([
    ['usable', articleParsed],
    ['withheld', articleEnriched],
    ['canceled', articleEnriched],
  ] as const)('%s: to $name', (pubStatus, topic) => {
    const [outcome] = controller.parse([page({ uri: 'urn:x:1', pubStatus, headlines: [{ value: 'H' }] }, NINJS)]);
    expect(outcome).toMatchObject({ topic, event: { record: { pubStatus } } });
    expect(topic.schema.safeParse((outcome as { event: unknown }).event).success).toBe(true);
  });

  it('what holds no article is rejected with its place and reason, and nothing else of the batch is touched', () => {
    const outcomes = controller.parse([
      page({ uri: 'urn:x:1', headlines: 'H' }, NINJS),
      page(
        '<newsItem guid="x"><itemMeta><pubStatus qcode="stat:canceled"/></itemMeta></newsItem>',
        'application/vnd.iptc.g2.newsitem+xml',
      ),
      page('<p>x', 'text/html'),
    ]);
    expect(outcomes).toMatchObject([
      { reason: expect.stringContaining('/headlines: expected array') },
      { topic: articleEnriched },
      { reason: expect.stringContaining('no-title') },
    ]);
  });
});
