import { MAX_PAGE_BYTES, pageFetched } from '@newsmill/contracts';
import { emit, type Outcome, reject } from '@newsmill/stage';
import { decodePage, mediaTypeOf, pageIdOf, sniffMediaType } from '@newsmill/web';
import type { FollowedPage } from './canonical/canonical-pages.js';
import { orEntry } from './entry-stand-in.js';
import { statusOutcome } from './fetch-fault.js';
import type { fetch } from './fetch.stage.js';
import type { FetcherSettings } from './fetcher.config.js';
import { keptOutBy } from './politeness/page-directives.js';
import type { Visit } from './revisits/page-visits.js';

const HTML = new Set(['text/html', 'application/xhtml+xml']);

/** What a server's answer means for the article. */
export function pageOutcome(
  visit: Visit,
  { resource, links }: FollowedPage,
  settings: Pick<FetcherSettings, 'robotsDirectives' | 'userAgent'>,
  now: Date,
): Outcome<typeof fetch> {
  const { link, original } = visit;
  const { status, url, headers } = resource;
  const refused = statusOutcome(resource);
  if (refused !== undefined) return refused.kind === 'reject' ? orEntry(visit, refused, status, now) : refused;
  if (resource.body.length === 0) return reject(`the page is empty (${url})`, 'not-a-page');
  const mediaType = mediaTypeOf(resource.contentType) ?? sniffMediaType(resource.body);
  if (mediaType === undefined || !HTML.has(mediaType)) {
    return reject(`not an HTML page: ${mediaType ?? 'unknown media type'} (${url})`, 'not-a-page');
  }
  const { text, charset } = decodePage(resource.body, resource.contentType);
  const bytes = Buffer.byteLength(text);
  if (bytes > MAX_PAGE_BYTES) return reject(`${bytes} bytes, at most ${MAX_PAGE_BYTES} (${url})`, 'too-large');
  const keptOut = keptOutBy({ headers, html: text }, settings, now);
  if (keptOut !== undefined) return reject(`${keptOut} (${url})`, 'robots');
  const { receiptId, publisher, guid, origin, hints, restore } = link;
  return emit(pageFetched, {
    receiptId,
    publisher,
    guid,
    origin,
    hints,
    restore,
    pageId: publisher !== undefined && guid !== undefined ? pageIdOf({ publisher, guid }) : pageIdOf({ url }),
    url: { original, final: url },
    mediaType: 'text/html',
    content: text,
    charset,
    status,
    canonical: links?.canonicalFrom === 'header' ? links.canonical : undefined,
    contentLanguage: headers['content-language'],
    fetchedAt: now.toISOString(),
  });
}
