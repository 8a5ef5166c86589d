import type { ArticleRecord } from '@newsmill/contracts';
import type { StatedTime } from './times.js';

/** What is wrong with a document, and where. */
export interface Problem {
  /** A JSON pointer (RFC 6901), or the path of an element or attribute in XML: `/newsItem/itemMeta/pubStatus/@qcode`. */
  pointer: string;
  /** What was wrong there and what would be right. */
  detail: string;
}

/** The properties of a record that a newsroom's document may state. */
export type ItemFields = Omit<ArticleRecord, 'uri' | 'type' | 'pubStatus' | 'versionCreated' | 'bodies' | 'x'> &
  Pick<ArticleRecord, 'pubStatus' | 'versionCreated'>;

/** A body as it stands in the document: to be sanitised before anybody sees it. */
export interface StatedBody {
  /** Where it stands. */
  at: string;
  kind: 'text/plain' | 'text/html';
  value: string;
}

/** Names of the moments that a document may state. */
export type TimeField = 'firstCreated' | 'versionCreated' | 'contentCreated' | 'embargoedUntil' | 'expires';

/** One news item, read from any of the formats, before it becomes a version of an article. */
export interface NewsroomItem {
  /** Which format it was read from: the `source` of its provenance. */
  source: 'ninjs' | 'newsml-g2' | 'newsml-1' | 'nitf';
  /** Version of the format, where the document tells it. */
  formatVersion?: string;
  /** The identifier that the document gives itself. */
  guid?: string;
  /** The web address that the document names for the item. */
  address?: string;
  fields: Partial<ItemFields>;
  times: Partial<Record<TimeField, StatedTime>>;
  bodies: StatedBody[];
  /** What the document says was wrong in an earlier version. */
  correction?: string;
  /** Property of the record -> where its value stood. */
  places: Record<string, string>;
  warnings: string[];
}

/** What a format's reader makes of a document. */
export type ItemReading = { ok: true; item: NewsroomItem } | { ok: false; problems: Problem[] };
