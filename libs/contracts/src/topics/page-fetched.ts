import { z } from 'zod';
import { timestamp } from '../article-record.js';
import { defineTopic } from '../topic.js';
import { hints, intake } from './link-discovered.js';

/** Decoded page text over this many bytes (UTF-8) is rejected with a reason: 10 MiB. */
export const MAX_PAGE_BYTES = 10 * 1024 * 1024;

/**
 * What may come in, by media type. HTML, NewsML-G2, NewsML 1 and NITF by their IANA registrations; ninjs has none.
 */
export const documentMediaType = z.enum([
  'text/html',
  'application/vnd.iptc.ninjs+json',
  'application/vnd.iptc.g2.newsitem+xml',
  'text/vnd.iptc.newsml',
  'text/vnd.iptc.nitf',
]);

export type DocumentMediaType = z.output<typeof documentMediaType>;

export const pageFetched = defineTopic({
  name: 'news.page.fetched.v1',
  description: 'A page as it was fetched, or a document as it was pushed, decoded to text.',
  schema: z.strictObject({
    ...intake,
    pageId: z.string().describe('from the normalised URL, or from publisher and guid'),
    url: z.strictObject({ original: z.url(), final: z.url() }),
    mediaType: documentMediaType,
    content: z.string(),
    charset: z.string().optional().describe('the encoding that was decoded'),
    status: z.int().optional().describe('HTTP status; absent for a pushed page'),
    canonical: z.url().optional().describe('what the Link header declares (RFC 6596); the markup goes before it'),
    contentLanguage: z.string().optional().describe('Content-Language header'),
    fetchedAt: timestamp,
    hints: hints.optional().describe('what a feed entry says of the article'),
    unavailable: z
      .string()
      .optional()
      .describe('why the page could not be had; its content is empty then and that of its feed entry stands in'),
  }),
  key: (page) => page.pageId,
  keyIs: 'page id',
  subject: (page) => ({ id: page.pageId, receiptId: page.receiptId }),
  retention: { cleanup: 'delete', days: 7 },
  maxBytes: 2 * MAX_PAGE_BYTES,
});
