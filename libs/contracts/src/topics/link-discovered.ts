import { z } from 'zod';
import { timestamp } from '../article-record.js';
import { defineTopic } from '../topic.js';

/** Identity and origin that travel from the door to the store. */
export const intake = {
  receiptId: z.string().describe('one thing received; what becomes of it is told under this id'),
  publisher: z.string().optional().describe('who pushed it'),
  guid: z.string().optional().describe("the publisher's own id of the article"),
  origin: z.strictObject({
    mode: z.enum(['push', 'feed', 'import']),
    source: z.string().describe('publisher key, feed URL, or `warc:` and the name of the file'),
  }),
  restore: z.literal(true).optional().describe('the explicit word that a canceled article may be usable again'),
};

/** Most of an entry's content that travels with its link, in bytes of UTF-8: 256 KiB. */
export const MAX_ENTRY_CONTENT_BYTES = 256 * 1024;

/** What a feed or a sitemap says of an article. The page's own word goes before it. */
export const hints = z.strictObject({
  title: z.string().optional(),
  published: z.string().optional().describe('as the feed wrote it'),
  updated: z.string().optional().describe('as the feed wrote it'),
  language: z.string().optional(),
  authors: z.array(z.string()).optional().describe('names'),
  content: z
    .string()
    .optional()
    .describe(
      `the whole article as HTML, where the feed delivers it: the document where the page is refused or has no such body; not sanitised, at most ${MAX_ENTRY_CONTENT_BYTES} bytes`,
    ),
});

export type Hints = z.output<typeof hints>;

export const linkDiscovered = defineTopic({
  name: 'news.link.discovered.v1',
  description: 'An address where an article is said to stand. To be fetched.',
  schema: z.strictObject({
    ...intake,
    url: z.url(),
    host: z.string().describe('host of the URL: one consumer owns a host, so politeness needs no lock'),
    discoveredAt: timestamp,
    hints: hints.optional().describe('what a feed entry says of the article'),
    revisit: z
      .strictObject({
        pageId: z.string().describe('under which the fetcher knows the page'),
        visit: z.int().positive(),
      })
      .optional()
      .describe('a page that is known, to be looked at again: answered as unchanged when it is what it was'),
  }),
  key: (link) => link.host,
  keyIs: 'host of the URL',
  subject: (link) => ({ id: link.url, receiptId: link.receiptId }),
  retention: { cleanup: 'delete', days: 7 },
  // JSON writes a quotation mark as two octets and a control character as six.
  maxBytes: 6 * MAX_ENTRY_CONTENT_BYTES + 512 * 1024,
});
