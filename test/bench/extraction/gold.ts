import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

/** What a page is known to hold. Which fields are there depends on the source. */
export interface Gold {
  /** The set that the page is from. */
  source: string;
  url?: string;
  articleBody?: string;
  paragraphs?: string[];
  /** Indexes of `paragraphs` that may be present or absent. */
  optional?: number[];
  title?: string;
  authors?: string[];
  datePublished?: string;
  images?: { url?: string; caption?: string; authors?: string[] }[];
}

/** A page as every contestant gets it: decoded text and an address. */
export interface Page {
  id: string;
  url: string;
  html: string;
}

export type GoldSet = ReadonlyMap<string, Gold>;

/** Where the measured pages lie when they are at hand: beside the repository, since they are their publishers'. */
export const DEFAULT_DATA = join(import.meta.dirname, '../../../../shared/data/extraction');

export function hasGold(folder: string): boolean {
  return existsSync(join(folder, 'gold.json'));
}

/** @throws when the folder has no gold.json. */
export function readGold(folder: string): GoldSet {
  return new Map(Object.entries(JSON.parse(readFileSync(join(folder, 'gold.json'), 'utf8')) as Record<string, Gold>));
}

/** @throws when neither `<id>.html.gz` nor `<id>.html` is there. */
export function readPage(folder: string, id: string, { url = 'https://www.example.com/news/story' }: Gold): Page {
  const packed = join(folder, `${id}.html.gz`);
  const bytes = existsSync(packed) ? gunzipSync(readFileSync(packed)) : readFileSync(join(folder, `${id}.html`));
  return { id, url, html: bytes.toString() };
}

/** Publisher of a page: its host. A page without address stands for itself. */
export function publisherOf(id: string, { url }: Gold): string {
  return url === undefined ? id : new URL(url).hostname.replace(/^www\./, '');
}
