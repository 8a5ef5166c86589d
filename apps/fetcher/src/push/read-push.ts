import { MAX_PAGE_BYTES, pageFetched, type EventOf } from '@newsmill/contracts';
import { inspectDocument, sniffDocument } from '@newsmill/record';
import { Problem } from '@newsmill/service';
import { decodePage, mediaTypeOf } from '@newsmill/web';
import { parseJsonText, utf8Text } from './json-text.js';
import { type Deletion, type Envelope, type PushQuery, readEnvelope, readOwnGuid } from './push-fields.js';

export type DocumentMediaType = EventOf<typeof pageFetched>['mediaType'];

const NINJS = 'application/vnd.iptc.ninjs+json';

/** What pushes may be sent as; where a content type says nothing, or there is none, the document is looked at. */
export const ACCEPTED = [
  'application/json',
  NINJS,
  'application/vnd.iptc.g2.newsitem+xml',
  'text/vnd.iptc.newsml',
  'text/vnd.iptc.nitf',
  'text/html',
] as const;

/** Content types under which the door's own envelopes come. */
const ENVELOPES: readonly (string | undefined)[] = [
  undefined,
  'application/json',
  'text/json',
  'text/plain',
  'application/octet-stream',
];

/** Most wrong places of a document that one answer names. */
const MOST_PROBLEMS = 20;

/** A text of this size may pass the log's limit once its control characters are escaped. */
const MAY_SWELL = 3 * 1024 * 1024;

interface Identity {
  guid?: string | undefined;
  restore?: true | undefined;
}

/** An address to be fetched, or a document that came along. */
export type Push =
  | (Identity & { kind: 'link'; url: string })
  | (Identity & {
      kind: 'document';
      mediaType: DocumentMediaType;
      content: string;
      charset?: string | undefined;
      version?: string | undefined;
      /** Where it stands on the web, if it does. */
      url?: string | undefined;
    });

/** A body as text, and what it says as JSON. */
interface Decoded {
  text: string;
  charset?: string | undefined;
  parsed?: unknown;
}

/** A push as it came in. */
export interface RawPush {
  body: Buffer;
  contentType?: string | undefined;
  query: PushQuery;
  /** Address of a page whose body cannot name it (RFC 9110 section 8.7). */
  contentLocation?: string | undefined;
  /** Of the path; the document must name the same or none. */
  guid?: string | undefined;
}

/**
 * Reads what a newsroom pushes, by its content type, or by looking where that says nothing.
 * @throws Problem 400 for what cannot be read, 413, 415, and 422 for a document that breaks its format's rules.
 */
export function readPush(raw: RawPush): Push {
  if (raw.body.length === 0) throw new Problem(400, 'the body is empty');
  const stated = mediaTypeOf(raw.contentType);
  const { text, charset } = decode(raw, stated);
  const parsed =
    isJson(stated) || (ENVELOPES.includes(stated) && looksLikeJson(text)) ? parseJsonText(text) : undefined;
  if (ENVELOPES.includes(stated) && isEnvelope(parsed)) return readEnvelopePush(raw, parsed);
  const mediaType = sniffDocument(text, raw.contentType) ?? (isMeantAsNinjs(parsed) ? NINJS : undefined);
  if (mediaType !== undefined) return readDocumentPush(raw, { text, charset, parsed }, mediaType);
  if (ENVELOPES.includes(stated) && parsed !== undefined) return readEnvelopePush(raw, parsed);
  throw unsupported(stated ?? 'a body without content-type');
}

/** The version that withdraws an article: a ninjs 3.1 item without text. */
export function cancellation(id: string, { reason, version }: Deletion, at: Date): Push {
  const item = {
    uri: id,
    type: 'text',
    ...(version !== undefined && { version }),
    versionCreated: at.toISOString(),
    pubStatus: 'canceled',
    ...(reason !== undefined && reason !== '' && { edNote: reason }),
  };
  return { kind: 'document', mediaType: NINJS, content: JSON.stringify(item), guid: id, version };
}

function decode({ body, contentType }: RawPush, stated: string | undefined): Decoded {
  if (isJson(stated)) return { text: utf8Text(body) };
  const { text, charset, warnings } = decodePage(body, contentType);
  if (stated !== 'text/html' && text.includes('\uFFFD') && warnings.length > 0) {
    throw new Problem(400, `the body cannot be decoded: ${warnings[0]}`);
  }
  return { text, charset };
}

function readEnvelopePush(raw: RawPush, parsed: unknown): Push {
  const fields: Envelope = readEnvelope(parsed);
  const guid = sameGuid(raw.guid, fields.guid, '/guid');
  const restore = fields.restore === true || raw.query.restore === true ? true : undefined;
  const { url, html } = fields;
  if (raw.query.url !== undefined) throw new Problem(400, 'the body names the address: leave ?url= out');
  if (html === undefined) return { kind: 'link', url: new URL(url).href, guid, restore };
  if (Buffer.byteLength(html) > MAX_PAGE_BYTES) throw tooLarge('/html');
  return fitting({ kind: 'document', mediaType: 'text/html', content: html, url: new URL(url).href, guid, restore });
}

function readDocumentPush(raw: RawPush, { text, charset, parsed }: Decoded, mediaType: DocumentMediaType): Push {
  if (text.includes('\0') && mediaType !== 'text/html') throw new Problem(400, 'the body holds the NUL character');
  if (Buffer.byteLength(text) > MAX_PAGE_BYTES) throw tooLarge('');
  const restore = raw.query.restore === true ? true : undefined;
  const url = addressOf(raw);
  if (mediaType === 'text/html') {
    if (url === undefined) throw new Problem(400, 'name the address of the page: send ?url= or content-location');
    return fitting({ kind: 'document', mediaType, content: text, charset, url, guid: raw.guid, restore });
  }
  if (mediaType === NINJS) refuseNoObject(parsed ?? parseJsonText(text));
  const { guid: own, version, problems } = inspectDocument(text, mediaType);
  if (problems.length > 0) {
    throw new Problem(422, `the document does not keep the rules of ${mediaType}`, problems.slice(0, MOST_PROBLEMS));
  }
  const pointer = mediaType === NINJS ? '/uri' : '';
  const guid = sameGuid(raw.guid, own === undefined ? undefined : readOwnGuid(own, pointer), pointer);
  if (guid === undefined && url === undefined) {
    throw new Problem(422, 'the document names no id of its own, and the request names none', [
      { pointer, detail: 'is missing' },
    ]);
  }
  return fitting({ kind: 'document', mediaType, content: text, charset, version, url, guid, restore });
}

function addressOf({ query, contentLocation }: RawPush): string | undefined {
  if (query.url !== undefined) return new URL(query.url).href;
  if (contentLocation === undefined) return undefined;
  return new URL(readEnvelope({ url: contentLocation }).url).href;
}

function sameGuid(ofPath: string | undefined, own: string | undefined, pointer: string): string | undefined {
  if (ofPath === undefined || own === undefined || ofPath === own) return ofPath ?? own;
  throw new Problem(422, 'the path names another article than the document', [
    { pointer, detail: `is "${own.slice(0, 200)}", the path says "${ofPath.slice(0, 200)}"` },
  ]);
}

/** ninjs knows no `url`, and the envelope neither `uri` nor `type`. */
function isEnvelope(parsed: unknown): boolean {
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return false;
  return Object.hasOwn(parsed, 'url') && !Object.hasOwn(parsed, 'uri') && !Object.hasOwn(parsed, 'type');
}

/** Also what breaks the rules of ninjs, so that its own problems are told. */
function isMeantAsNinjs(parsed: unknown): boolean {
  if (typeof parsed !== 'object' || parsed === null) return false;
  return Object.hasOwn(parsed, 'uri') || Object.hasOwn(parsed, 'type');
}

function refuseNoObject(parsed: unknown): void {
  if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return;
  throw new Problem(422, 'a ninjs item is a JSON object', [{ pointer: '', detail: 'is no object' }]);
}

/** @throws Problem 413 for a text that the log would not take once it is written as JSON */
function fitting(push: Push & { kind: 'document' }): Push {
  if (push.content.length < MAY_SWELL) return push;
  if (Buffer.byteLength(JSON.stringify(push.content)) > pageFetched.maxBytes - 64 * 1024) throw tooLarge('');
  return push;
}

function isJson(mediaType: string | undefined): boolean {
  return mediaType !== undefined && /[/+]json$/.test(mediaType);
}

function looksLikeJson(text: string): boolean {
  return /^\s{0,1000}[{[]/.test(text);
}

function tooLarge(pointer: string): Problem {
  return new Problem(413, 'the document is too large', [
    { pointer, detail: `is over ${MAX_PAGE_BYTES} bytes once it is decoded` },
  ]);
}

function unsupported(given: string): Problem {
  return new Problem(415, `${given.slice(0, 100)} is not taken; send one of ${ACCEPTED.join(', ')}`, [], {
    'accept-post': ACCEPTED.join(', '),
  });
}
