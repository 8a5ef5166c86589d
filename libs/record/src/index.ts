export { annotate } from './annotate.js';
export { readDocument, type Reading } from './read-document.js';

type DocumentMediaType = 'text/html' | 'application/vnd.iptc.ninjs+json';

/** The media type of a document: what its content type names, or where that is generic or absent, what it shows. */
export function sniffDocument(content: string, contentType: string | undefined): DocumentMediaType | undefined {
  const declared = contentType?.split(';')[0]!.trim();
  if (declared === 'text/html' || declared === 'application/xhtml+xml') return 'text/html';
  if (declared?.endsWith('ninjs+json')) return 'application/vnd.iptc.ninjs+json';
  if (declared !== undefined && !GENERIC.includes(declared)) return undefined;
  if (/^\s*\{[^]*"(?:uri|type)"/.test(content)) return 'application/vnd.iptc.ninjs+json';
  return /^\s*<(?:!doctype html|html|p|h1)/i.test(content) ? 'text/html' : undefined;
}

const GENERIC = ['application/json', 'application/octet-stream', 'text/plain', 'application/xml', 'text/xml'];

/** What a document says of itself, and what is wrong with it. */
export function inspectDocument(
  content: string,
  mediaType: string,
): { guid?: string; version?: string; problems: { pointer: string; detail: string }[] } {
  if (mediaType !== 'application/vnd.iptc.ninjs+json') return { problems: [] };
  const item = JSON.parse(content) as Record<string, unknown>;
  const guid = item.uri ?? item.guid;
  return {
    ...(typeof guid === 'string' && { guid }),
    ...(typeof item.version === 'string' && { version: item.version }),
    problems: typeof guid === 'string' ? [] : [{ pointer: '/uri', detail: 'is missing' }],
  };
}
