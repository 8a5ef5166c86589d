import { SaxesParser } from 'saxes';
import { MAX_SITEMAP_ENTRIES, type RawEntry, type Selection } from './selection.js';

/** Google's namespace of news entries (Google Search Central, "Create a news sitemap"). */
const NEWS_NAMESPACE = 'http://www.google.com/schemas/sitemap-news/0.9';

const MAX_DEPTH = 50;
/** Faults after which the rest is not read. */
const MAX_FAULTS = 100;
/** Characters kept of one field. */
const MAX_FIELD = 4_096;

/** Where the fields of an entry stand, by the local names from the entry downwards. */
const FIELDS: Readonly<Record<string, (entry: RawEntry, text: string) => void>> = {
  loc: (entry, text) => (entry.loc ??= text),
  lastmod: (entry, text) => (entry.lastmod ??= text),
  'news/title': (entry, text) => ((entry.news ??= {}).title ??= text),
  'news/publication_date': (entry, text) => ((entry.news ??= {}).published ??= text),
  'news/keywords': (entry, text) => ((entry.news ??= {}).keywords ??= text),
  'news/publication/name': (entry, text) => ((entry.news ??= {}).publication ??= text),
  'news/publication/language': (entry, text) => ((entry.news ??= {}).language ??= text),
};

/** Thrown to stop the parser. */
class Stop extends Error {}

/**
 * Reads a sitemap or an index piece by piece, so that no more of it is in memory than one entry and what is kept.
 *
 * @param root local name of the root element: `urlset` or `sitemapindex`
 * @returns why the rest was not read, if it was not
 */
export function readXmlSitemap(pieces: Iterable<string>, root: string, selection: Selection): string | undefined {
  const isIndex = root === 'sitemapindex';
  const element = isIndex ? 'sitemap' : 'url';
  const path: string[] = [];
  let entry: RawEntry | undefined;
  let field: string | undefined;
  let text = '';
  let faults = 0;
  let reason: string | undefined;
  const stop = (why: string): never => {
    reason = why;
    throw new Stop(why);
  };

  const parser = new SaxesParser({ position: false });
  parser.on('error', (error) => {
    faults += 1;
    if (faults > MAX_FAULTS) stop(`not XML: ${error.message}`);
  });
  parser.on('opentag', ({ name, attributes }) => {
    path.push(localName(name));
    if (path.length === 1 && Object.values(attributes).includes(NEWS_NAMESPACE)) selection.meantForNews();
    if (path.length > MAX_DEPTH) stop(`elements nested deeper than ${MAX_DEPTH}`);
    if (path.length === 2 && path[1] === element) {
      if (selection.isFull) stop(`more than ${MAX_SITEMAP_ENTRIES} entries`);
      entry = {};
    }
    if (entry !== undefined && path[2] === 'news' && path.length === 3) entry.news ??= {};
    field = entry === undefined ? undefined : path.slice(2).join('/');
    text = '';
  });
  parser.on('closetag', ({ name }) => {
    if (path.at(-1) !== localName(name)) return;
    if (entry !== undefined && field !== undefined && Object.hasOwn(FIELDS, field)) FIELDS[field]!(entry, text.trim());
    field = undefined;
    path.pop();
    if (path.length === 1 && entry !== undefined) {
      selection.add(entry, !isIndex);
      entry = undefined;
    }
  });
  const add = (data: string): void => {
    if (field !== undefined && text.length < MAX_FIELD) text += data.slice(0, MAX_FIELD);
  };
  parser.on('text', add);
  parser.on('cdata', add);
  try {
    for (const piece of pieces) parser.write(piece);
    parser.close();
  } catch (error) {
    if (!(error instanceof Stop)) throw error;
  }
  return reason ?? (path.length > 0 ? 'the document ends before its elements' : undefined);
}

function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1).toLowerCase();
}
