import { TEXT, type HtmlTree } from '../html-tree.js';
import { collapse } from '../text.js';
import { webUrl } from '../links.js';
import { readJsonLd, type JsonLd } from './json-ld.js';

/** An element that carries a microdata (or RDFa) property. */
export interface ItemProperty {
  name: string;
  node: number;
}

/** Everything that a page says about itself outside its running text, gathered in one walk over the tree. */
export interface PageMetadata {
  /** `<meta>` values by lower-case name, property or http-equiv, in page order. */
  meta: ReadonlyMap<string, readonly string[]>;
  jsonLd: JsonLd;
  itemProperties: readonly ItemProperty[];
  /** The element numbers of all h1. */
  headings: readonly number[];
  /** The element numbers of all `<time>`, of other elements with a datetime, and of microformats' `<abbr>`. */
  times: readonly number[];
  /** Words of the links marked rel=tag. */
  tagLinks: readonly string[];
  /** Content of `<title>`. */
  documentTitle: string | undefined;
  /** Lines with a copyright sign. */
  copyrightLines: readonly string[];
  /** The lang attribute of `<html>` or `<body>`. */
  htmlLanguage: string | undefined;
  canonical: string | undefined;
  amp: string | undefined;
  /** True when the page names one that follows it. */
  next: boolean;
  /** What relative addresses resolve against. */
  baseUrl: string;
}

/** Headings, times and values of one meta name that are looked at: an article has its own among the first. */
const MAX_PLACES = 60;

/** Copyright lines that are read, and characters of each: a site signs once. */
const MAX_COPYRIGHT_LINES = 8;
const MAX_COPYRIGHT_LINE = 300;

/** Microdata properties that are looked at. */
const MAX_PROPERTIES = 2_000;

/** Bytes of JSON-LD read from one page. */
const MAX_JSON_LD = 5_000_000;

export function readPageMetadata(tree: HtmlTree, pageUrl: string): PageMetadata {
  const meta = new Map<string, string[]>();
  const links = new Map<string, string>();
  const scripts: string[] = [];
  const itemProperties: ItemProperty[] = [];
  const headings: number[] = [];
  const times: number[] = [];
  const tagLinks: string[] = [];
  const copyrightLines: string[] = [];
  let documentTitle: string | undefined;
  let htmlLanguage: string | undefined;
  let base: string | undefined;
  let scriptSize = 0;
  const hasTimes = tree.hasAttribute('datetime');
  const hasItems = tree.hasAttribute('itemprop');
  const hasProperties = hasItems || tree.hasAttribute('property');

  for (let i = 1; i < tree.size; i++) {
    const name = tree.name(i);
    if (name === TEXT) {
      const text = tree.texts[i]!;
      if (text.includes('©') && copyrightLines.length < MAX_COPYRIGHT_LINES)
        copyrightLines.push(collapse(tree.textContent(tree.parent(i), MAX_COPYRIGHT_LINE)));
      continue;
    }
    switch (name) {
      case 'html':
      case 'body':
        htmlLanguage ??= tree.attribute(i, 'lang') ?? tree.attribute(i, 'xml:lang');
        break;
      case 'meta':
        readMeta(tree, i, meta);
        break;
      case 'link': {
        const href = tree.attribute(i, 'href');
        for (const rel of (tree.attribute(i, 'rel') ?? '').toLowerCase().split(/\s+/)) {
          if (href && rel && !links.has(rel)) links.set(rel, href);
        }
        break;
      }
      case 'base':
        base ??= tree.attribute(i, 'href');
        break;
      case 'title':
        if (documentTitle === undefined && !inSvg(tree, i))
          documentTitle = collapse(tree.textContent(i, 2_000)) || undefined;
        break;
      case 'script':
        if (isJsonLd(tree.attribute(i, 'type')) && scriptSize < MAX_JSON_LD) {
          const script = tree.textContent(i, MAX_JSON_LD);
          scriptSize += script.length;
          scripts.push(script);
        }
        break;
      case 'h1':
        if (headings.length < MAX_PLACES) headings.push(i);
        break;
      case 'time':
        if (times.length < MAX_PLACES) times.push(i);
        break;
      case 'a':
        if (tagLinks.length < MAX_PLACES && /\btag\b/.test(tree.attribute(i, 'rel') ?? ''))
          tagLinks.push(collapse(tree.textContent(i, 200)));
        break;
      case 'abbr':
        // Microformats state dates as the title of an abbreviation.
        if (times.length < MAX_PLACES && /\b(?:published|updated|dtstart)\b/.test(tree.attribute(i, 'class') ?? ''))
          times.push(i);
        break;
      default:
        if (hasTimes && times.length < MAX_PLACES && tree.attribute(i, 'datetime') !== undefined) times.push(i);
    }
    if (hasItems || (hasProperties && name !== 'meta')) readProperties(tree, i, name, itemProperties);
  }

  const baseUrl = webUrl(base, pageUrl) ?? pageUrl;
  const canonical = links.get('canonical');
  const own = [pageUrl, canonical, meta.get('og:url')?.[0]].filter((url) => url !== undefined);
  return {
    meta,
    jsonLd: readJsonLd(scripts, own),
    itemProperties,
    headings,
    times,
    tagLinks,
    documentTitle,
    copyrightLines,
    htmlLanguage,
    canonical,
    amp: links.get('amphtml'),
    next: links.has('next'),
    baseUrl,
  };
}

/** Properties of schema.org that pages also state as RDFa: on elements other than `<meta>`, where Open Graph stands. */
const RDFA = new Set(['headline', 'datepublished', 'datemodified', 'author', 'name', 'description']);

function readProperties(tree: HtmlTree, node: number, name: string, found: ItemProperty[]): void {
  const itemprop = tree.attribute(node, 'itemprop');
  const property = itemprop ?? (name === 'meta' ? undefined : tree.attribute(node, 'property'));
  if (!property || found.length >= MAX_PROPERTIES) return;
  for (const word of property.toLowerCase().split(/\s+/)) {
    const key = itemprop === undefined ? word.replace(/^schema:/, '') : word;
    if (key && (itemprop !== undefined || RDFA.has(key))) found.push({ name: key, node });
  }
}

function readMeta(tree: HtmlTree, node: number, meta: Map<string, string[]>): void {
  const content = tree.attribute(node, 'content')?.trim();
  if (!content) return;
  const keys = new Set<string>();
  for (const attribute of ['property', 'name', 'itemprop', 'http-equiv']) {
    // RDFa lets one element state several properties.
    for (const key of (tree.attribute(node, attribute) ?? '').toLowerCase().split(/\s+/)) keys.add(key);
  }
  for (const key of keys) {
    if (!key) continue;
    const values = meta.get(key);
    if (!values) meta.set(key, [content]);
    else if (values.length < MAX_PLACES) values.push(content);
  }
}

function isJsonLd(type: string | undefined): boolean {
  return type !== undefined && type.toLowerCase().includes('ld+json');
}

function inSvg(tree: HtmlTree, node: number): boolean {
  return tree.name(tree.parent(node)) === 'svg';
}
