export { annotate } from './annotate.js';
export { readDocument, type Reading } from './read-document.js';

type DocumentMediaType = 'text/html' | 'application/vnd.iptc.ninjs+json';

/** The media type of a document whose stated one is generic or absent; `undefined` when it is none that is taken. */
export function sniffDocument(content: string, contentType: string | undefined): DocumentMediaType | undefined {
  if (/^\s*\{/.test(content)) return 'application/vnd.iptc.ninjs+json';
  return contentType === undefined && /^\s*<(?:!doctype html|html)/i.test(content) ? 'text/html' : undefined;
}

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
    ...(item.version !== undefined && { version: String(item.version) }),
    problems: typeof guid === 'string' ? [] : [{ pointer: '/uri', detail: 'is missing' }],
  };
}
