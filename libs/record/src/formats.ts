import type { DocumentMediaType } from '@newsmill/contracts';
import { wellFormed } from '@newsmill/extraction';
import { readNewsml1 } from './formats/newsml-1.js';
import { readNewsmlG2 } from './formats/newsml-g2.js';
import { readNinjs, splitNinjs } from './formats/ninjs.js';
import { readNitf } from './formats/nitf.js';
import type { ItemReading } from './items/newsroom-item.js';
import { splitXml } from './items/split-xml.js';

/** The media types of newsrooms' own formats. */
export type NewsroomMediaType = Exclude<DocumentMediaType, 'text/html'>;

/** A format in which newsrooms send items. */
export interface NewsroomFormat {
  /** Reads a document with one item. Pure and total: any text ends in an item, or in what is wrong with it. */
  read(content: string): ItemReading;
  /** The items of a document, each as a document of its own; the document itself when it holds one, or none. */
  split(content: string): string[];
}

/** Add a format: its file in formats/, its line here, and its media type in libs/contracts' `documentMediaType`. */
export const formats: Readonly<Record<NewsroomMediaType, NewsroomFormat>> = {
  'application/vnd.iptc.ninjs+json': { read: readNinjs, split: splitNinjs },
  'application/vnd.iptc.g2.newsitem+xml': { read: readNewsmlG2, split: (content) => splitXml(content, 'newsItem') },
  'text/vnd.iptc.newsml': { read: readNewsml1, split: (content) => splitXml(content, 'NewsItem') },
  'text/vnd.iptc.nitf': { read: readNitf, split: (content) => [content] },
};

/** Reads a document as its media type says; faults are told in sound text, whatever the document holds. */
export function readItem(content: string, mediaType: NewsroomMediaType): ItemReading {
  const read = formats[mediaType].read(content);
  if (read.ok) return read;
  const problems = read.problems.map(({ pointer, detail }) => ({
    pointer: wellFormed(pointer),
    detail: wellFormed(detail),
  }));
  return { ok: false, problems };
}
