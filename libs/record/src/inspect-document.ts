import type { ArticleRecord, DocumentMediaType } from '@newsmill/contracts';
import { formats, readItem } from './formats.js';
import { contentProblems } from './items/item-version.js';
import type { Problem } from './items/newsroom-item.js';

/** What a receipt tells of a document before it is parsed. */
export interface Inspection {
  /** The identifier that the document gives itself; a page's has none. */
  guid?: string;
  /** The publisher's own version. */
  version?: string;
  pubStatus?: ArticleRecord['pubStatus'];
  /** UTC, RFC 3339. */
  embargoedUntil?: string;
  /** Why the parser would reject it; empty for HTML, which only the parser judges. */
  problems: Problem[];
}

/** Reads a document as the parser will, without its bodies: what it finds wrong, the parser would. Never throws. */
export function inspectDocument(content: string, mediaType: DocumentMediaType): Inspection {
  if (mediaType === 'text/html') return { problems: [] };
  const read = readItem(content, mediaType);
  if (!read.ok) return { problems: read.problems };
  const { guid, fields } = read.item;
  const { version, pubStatus, embargoedUntil } = fields;
  return {
    ...(guid !== undefined && { guid }),
    ...(version !== undefined && { version }),
    pubStatus: pubStatus ?? 'usable',
    ...(embargoedUntil !== undefined && { embargoedUntil }),
    problems: contentProblems(read.item),
  };
}

/** The items of a document, each as a document of its own; the document itself when it holds one, or none. */
export function splitDocument(content: string, mediaType: DocumentMediaType): string[] {
  return mediaType === 'text/html' ? [content] : formats[mediaType].split(content);
}
