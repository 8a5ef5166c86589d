import { type EventOf, documentMediaType, MAX_PAGE_BYTES, pageFetched } from '@newsmill/contracts';
import { OUTBOUND_DEFAULTS, OutboundError, readBody } from '@newsmill/outbound';
import { deterministicId } from '@newsmill/stage';
import {
  decodePage,
  InvalidUrl,
  mediaTypeOf,
  normalizeUrl,
  pageIdOf,
  readPageLinks,
  sniffMediaType,
} from '@newsmill/web';
import { AsyncIterReader, StatusAndHeadersParser } from 'warcio';
import { z } from 'zod';
import type { ArchivedRecord } from './read-warc.js';

type Page = EventOf<typeof pageFetched>;

/** Why a record is no page for the log; the words that the closing count uses. */
export type SkipReason =
  | 'not a page record'
  | 'revisit: the page itself is elsewhere'
  | 'segment of a record'
  | 'cut off by its crawler'
  | 'too large'
  | 'no web address'
  | 'no date, or one in the future'
  | 'HTTP status other than 2xx'
  | 'not HTML'
  | 'empty'
  | 'content coding cannot be undone'
  | 'of another host';

export type Archived = { page: Page } | { skip: SkipReason };

/** Records that hold what stood at an address; a response with its HTTP headers, the others without. */
const PAGE_RECORDS = new Set(['response', 'resource', 'conversion']);

/** Blocks that are read: the largest page and its HTTP headers, as transferred. */
export const MAX_BLOCK = MAX_PAGE_BYTES + 1024 * 1024;

const HTML = new Set(['text/html', 'application/xhtml+xml']);

/** Milliseconds by which a crawler's clock may be ahead. */
const CLOCK_SKEW_MS = 24 * 3_600_000;

/** The header in which newsmill's own export keeps what WARC has no field for; as other tools name it. */
export const METADATA_HEADER = 'WARC-JSON-Metadata';

/** What an export writes beside a page. */
export const pageMetadata = z.object({
  original: z.url().optional(),
  publisher: z.string().optional(),
  guid: z.string().optional(),
  restore: z.literal(true).optional(),
  status: z.int().min(100).max(599).optional(),
  charset: z.string().optional(),
  contentLanguage: z.string().optional(),
  canonical: z.url().optional(),
  hints: z.object({ title: z.string().optional(), published: z.string().optional() }).optional(),
});

export type PageMetadata = z.output<typeof pageMetadata>;

export interface ImportTerms {
  /** `origin.source` of the pages. */
  source: string;
  /** Hosts whose pages are taken, with their subdomains; none: all. */
  hosts: readonly string[];
  /** Whether what newsmill's own export wrote is believed: identity, hints, documents of newsrooms. */
  isOwnExport: boolean;
  now: Date;
}

/** Why the block of a record need not be read; undefined when it may hold a page. */
export function skipUnread(type: string, headers: Headers, length: number, terms: ImportTerms): SkipReason | undefined {
  if (type === 'revisit') return 'revisit: the page itself is elsewhere';
  if (type === 'continuation' || headers.has('warc-segment-number')) return 'segment of a record';
  if (!PAGE_RECORDS.has(type)) return 'not a page record';
  if (headers.has('warc-truncated')) return 'cut off by its crawler';
  const contentType = mediaTypeOf(headers.get('content-type') ?? undefined);
  if (type === 'response' && contentType !== 'application/http') return 'not a page record';
  if (type !== 'response' && !isTaken(contentType, terms)) return 'not HTML';
  const url = addressOf(headers, terms);
  if (url === undefined) return 'no web address';
  if (!isOfHosts(url, terms.hosts)) return 'of another host';
  if (dateOf(headers, terms.now) === undefined) return 'no date, or one in the future';
  return length > MAX_BLOCK ? 'too large' : undefined;
}

/** The page of a record whose block has been read. The same record gives the same page under the same receipt. */
export async function pageOf({ type, headers, block, length }: ArchivedRecord, terms: ImportTerms): Promise<Archived> {
  const unread = skipUnread(type, headers, length, terms);
  if (unread !== undefined || block === undefined) return { skip: unread ?? 'too large' };
  const answer =
    type === 'response' ? await httpAnswer(block, addressOf(headers, terms)!) : plainAnswer(block, headers);
  if ('skip' in answer) return answer;
  const { status, contentType, body, httpHeaders } = answer;
  if (!(status >= 200 && status < 300)) return { skip: 'HTTP status other than 2xx' };
  if (body.length === 0) return { skip: 'empty' };
  const mediaType = mediaTypeOf(contentType) ?? sniffMediaType(body);
  if (!isTaken(mediaType, terms)) return { skip: 'not HTML' };

  const { text, charset } = decodePage(body, contentType);
  if (Buffer.byteLength(text) > MAX_PAGE_BYTES) return { skip: 'too large' };
  const url = addressOf(headers, terms)!;
  const fetchedAt = dateOf(headers, terms.now)!;
  const link = httpHeaders?.get('link') ?? undefined;
  const links = link === undefined ? undefined : readPageLinks(text, url, { link });
  const language = httpHeaders?.get('content-language') ?? undefined;
  const own = terms.isOwnExport ? metadataOf(headers) : {};
  const { original, publisher, guid, restore, hints } = own;
  const documentType = HTML.has(mediaType!) ? 'text/html' : documentMediaType.parse(mediaType);
  const identity = publisher !== undefined && guid !== undefined ? { publisher, guid } : undefined;
  return {
    page: {
      receiptId: deterministicId('import', url, fetchedAt, JSON.stringify(own), text),
      ...identity,
      origin: { mode: 'import', source: terms.source },
      ...(restore && { restore }),
      ...(hints && { hints }),
      pageId: pageIdOf(identity ?? { url }),
      url: { original: original ?? url, final: url },
      mediaType: documentType,
      content: text,
      charset: own.charset ?? charset,
      ...(documentType === 'text/html' && { status: own.status ?? status }),
      canonical: own.canonical ?? (links?.canonicalFrom === 'header' ? links.canonical : undefined),
      contentLanguage: own.contentLanguage ?? language,
      fetchedAt,
    },
  };
}

interface Answer {
  status: number;
  contentType: string | undefined;
  body: Uint8Array;
  httpHeaders?: Headers;
}

/** The HTTP message of a response record: its headers, its chunks joined, its content codings undone. */
async function httpAnswer(block: Uint8Array, url: string): Promise<Answer | { skip: SkipReason }> {
  const reader = new AsyncIterReader([block], null);
  const message = await new StatusAndHeadersParser().parse(reader, { headersClass: Headers });
  if (message === null) return { skip: 'empty' };
  const httpHeaders = message.headers as Headers;
  const isChunked = (httpHeaders.get('transfer-encoding') ?? '').toLowerCase().includes('chunked');
  const body = isChunked ? new AsyncIterReader(reader, null, true) : reader;
  try {
    return {
      status: Number(message.statusCode),
      contentType: httpHeaders.get('content-type') ?? undefined,
      httpHeaders,
      body: await readBody(
        { url, body, contentEncoding: httpHeaders.get('content-encoding') ?? undefined, contentLength: undefined },
        { ...OUTBOUND_DEFAULTS, maxBodyBytes: MAX_BLOCK, maxDecompressedBytes: MAX_PAGE_BYTES },
      ),
    };
  } catch (error) {
    if (!(error instanceof OutboundError)) throw error;
    return { skip: error.kind === 'too-large' ? 'too large' : 'content coding cannot be undone' };
  }
}

/** The block of a resource or conversion is the document itself. */
function plainAnswer(block: Uint8Array, headers: Headers): Answer {
  return { status: 200, contentType: headers.get('content-type') ?? undefined, body: block };
}

function isTaken(mediaType: string | undefined, { isOwnExport }: ImportTerms): boolean {
  if (mediaType === undefined) return false;
  return HTML.has(mediaType) || (isOwnExport && documentMediaType.safeParse(mediaType).success);
}

/** The normalised address; some writers put it in angle brackets. Documents that a newsroom pushed may have any other. */
function addressOf(headers: Headers, { isOwnExport }: ImportTerms): string | undefined {
  const written = (headers.get('warc-target-uri') ?? '').replace(/^<(.*)>$/, '$1');
  try {
    return normalizeUrl(written);
  } catch (error) {
    if (!(error instanceof InvalidUrl)) throw error;
    return isOwnExport && error.problem === 'scheme' && hasIdentity(metadataOf(headers)) ? written : undefined;
  }
}

function hasIdentity({ publisher, guid }: PageMetadata): boolean {
  return publisher !== undefined && guid !== undefined;
}

function isOfHosts(url: string, hosts: readonly string[]): boolean {
  const { hostname } = new URL(url);
  return hosts.length === 0 || hosts.some((host) => hostname === host || hostname.endsWith(`.${host}`));
}

/** `WARC-Date` (W3C profile of ISO 8601, UTC; WARC 1.1 allows fractions down to nanoseconds), to the millisecond. */
function dateOf(headers: Headers, now: Date): string | undefined {
  const written = headers.get('warc-date') ?? '';
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?Z$/.test(written)) return undefined;
  const time = Date.parse(written.replace(/(\.\d{3})\d+Z$/, '$1Z'));
  return Number.isNaN(time) || time > now.getTime() + CLOCK_SKEW_MS ? undefined : new Date(time).toISOString();
}

function metadataOf(headers: Headers): PageMetadata {
  try {
    return pageMetadata.parse(JSON.parse(headers.get(METADATA_HEADER) ?? '{}'));
  } catch {
    return {};
  }
}
