import { ParseError } from 'feedsmith';
import { decodePage, sniffMediaType } from '@newsmill/web';
import { mapAtom } from './atom.mapping.js';
import type { FeedKind } from './feed.js';
import { feedKindOf } from './feed-kind.js';
import { mapJson } from './json.mapping.js';
import { EMPTY_FEED, type MappedFeed } from './mapped-feed.js';
import { NotAFeed } from './not-a-feed.js';
import { mapRdf } from './rdf.mapping.js';
import { mapRss } from './rss.mapping.js';
import { EntityExpansion } from './xml/entities.js';
import { rewriteFeed, type RewrittenFeed, TooDeep, TooManyElements, Unreadable } from './xml/rewrite-feed.js';

const MAPPINGS: Readonly<Record<FeedKind, (document: string, feedUrl: string) => MappedFeed>> = {
  rss: mapRss,
  atom: mapAtom,
  rdf: mapRdf,
  json: mapJson,
};

const NAMES: Readonly<Record<FeedKind, string>> = { rss: 'RSS', atom: 'Atom', rdf: 'RDF', json: 'JSON' };

/** Where the octets of a feed came from. */
export interface FeedSource {
  /** The base of its relative links. */
  url: string;
  /** The header, with its charset. */
  contentType?: string;
}

export interface ReadFeed {
  kind: FeedKind;
  /** WHATWG name of the encoding that the octets were read in. */
  charset: string;
  mapped: MappedFeed;
}

/** A feed as its format's mapping gives it, entries that lead nowhere included. @throws NotAFeed and nothing else */
export function readFeed(bytes: Uint8Array, { url, contentType }: FeedSource): ReadFeed {
  if (bytes.length === 0) throw new NotAFeed(url, 'nothing: 0 octets');
  const sniffed = sniffMediaType(bytes) ?? '';
  if (/^(?:image\/(?!svg)|audio|video|font)|pdf$|zip$|zstd$/.test(sniffed)) throw new NotAFeed(url, `${sniffed} data`);

  const { text, charset } = decodePage(bytes, contentType);
  const recognized = feedKindOf(text);
  if (recognized.kind === undefined) throw new NotAFeed(url, recognized.looksLike);
  const { kind, document, prolog } = recognized;
  try {
    return { kind, charset, mapped: mapFeed(kind, document, prolog, url) };
  } catch (error) {
    // A parser's failure on foreign octets is a fact about them, whichever error it chose.
    const isHostile = [TooDeep, TooManyElements, EntityExpansion].some((kind) => error instanceof kind);
    const hostile = isHostile ? `: ${(error as Error).message}` : '';
    throw new NotAFeed(url, `${NAMES[kind]} that cannot be read${hostile}`, { cause: error });
  }
}

/** What is not well-formed is read by feedsmith's lenient parser as it stands, else as far as it could be mended. */
function mapFeed(kind: FeedKind, document: string, prolog: string, url: string): MappedFeed {
  const map = MAPPINGS[kind];
  if (kind === 'json') return map(document, url);
  const rewritten = rewrite(document, prolog, url);
  if (rewritten === undefined) return map(document, url);
  const { xml, wellFormed } = rewritten;
  try {
    return map(wellFormed ? xml : document, url);
  } catch (error) {
    if (!wellFormed) return map(xml, url);
    // A well-formed feed in which feedsmith finds nothing is empty.
    if (error instanceof ParseError) return EMPTY_FEED;
    throw error;
  }
}

function rewrite(document: string, prolog: string, url: string): RewrittenFeed | undefined {
  try {
    return rewriteFeed(document, prolog, url);
  } catch (error) {
    if (error instanceof Unreadable) return undefined;
    throw error;
  }
}
