import type { Author } from '../article.js';
import { PhraseTable } from '../body/phrase-table.js';
import type { HtmlTree } from '../html-tree.js';
import { webUrl } from '../links.js';
import type { PageMetadata } from '../metadata/page-metadata.js';
import { collapse } from '../text.js';
import { parseByline, parseVisibleByline } from './byline.js';
import { headerRange, linesBetween, partedText, type HeaderPlace } from './header.js';

/** Authors that the page shows, none perhaps, with the rule that found them. */
export interface VisibleByline {
  authors: Author[];
  rule: string;
  confidence: number;
}

const BYLINE = new PhraseTable([
  / (?:byline|bylines|by line|author|authors|author ?name|authorname|post ?author|article ?author|entry ?author|writer|writers|reporter|journalist|autor|autoren|autore|autores|auteur|auteurs|auteurs?|firma|author ?link|author ?names|contributor|contributors|p author) /,
]);

/** Addresses of authors' own pages. */
const AUTHOR_PAGE =
  /\/(?:authors?|autor(?:en|es|in)?|autore|auteurs?|by|profiles?|staff|journalists?|reporters?|writers?|contributors?|columnists?|editors|redaktion|redacteur|firmas?|penulis|skribent)\/[^/?#]/i;

/** A line of text that signs: `By Ada Voss`, `Text: Ada Voss`. */
const SIGNED_LINE =
  /^(?:(?:written |reported |words |story |text )?by|von|par|por|di|door|av|af|oleh|penulis|autor(?:in|a)?\s?:|texte?\s?:|tekst\s?:|автор\s?:?|بقلم|著者|作者|文|記者|记者)[\s:：／＝・]/iu;

/** Longer lines are prose. */
const MAX_SIGNED_LINE = 100;

/** Longer texts are no byline. */
const MAX_BYLINE = 300;

/** Nodes after the beginning of the body in which a byline may still stand. */
const REACH = 300;

/** Authors further apart than this many signs belong to different articles. */
const MAX_GAP = 80;

/**
 * The bylines from the title to the beginning of the body, and a little into it. The page is searched only for those of
 * a confidence that is wanted when the ones before have been taken.
 */
export function* visibleBylines(
  tree: HtmlTree,
  page: PageMetadata,
  place: HeaderPlace,
  wants: (confidence: number) => boolean,
): Generator<VisibleByline, void> {
  const { from, to } = headerRange(tree, place);
  const end = Math.min(tree.size, Math.max(place.body, from) + REACH);
  if (wants(0.7))
    yield {
      authors: group(tree, linkedAuthors(tree, page, from, end, isRelAuthor)),
      rule: 'rel=author',
      confidence: 0.7,
    };
  const named = wants(0.66) ? namedByline(tree, from, to) : [];
  yield { authors: named, rule: 'byline', confidence: 0.66 };
  if (wants(0.62)) yield { authors: signedLine(tree, from, to), rule: 'signed line', confidence: 0.62 };
  if (wants(0.58))
    yield {
      authors: group(tree, linkedAuthors(tree, page, from, to, isAuthorPage)),
      rule: 'author page',
      confidence: 0.58,
    };
  if (named.length === 0 && wants(0.5)) yield { authors: namedByline(tree, to, end), rule: 'byline', confidence: 0.5 };
}

function signedLine(tree: HtmlTree, from: number, to: number): Author[] {
  const signed = linesBetween(tree, from, to).find((line) => line.length <= MAX_SIGNED_LINE && SIGNED_LINE.test(line));
  return signed === undefined ? [] : people(parseVisibleByline(signed));
}

/** Microdata authors of the article: not those of its pictures, comments and reviews, nor of other articles. */
export function itemAuthors(tree: HtmlTree, page: PageMetadata, body: number): Author[] {
  const items: { node: number; authors: Author[] }[] = [];
  let scopeEnd = 0;
  for (const { name, node } of page.itemProperties) {
    if (name !== 'author' || node < scopeEnd || inOtherItem(tree, node)) continue;
    const inner = page.itemProperties.find((item) => item.name === 'name' && tree.contains(node, item.node));
    scopeEnd = tree.end(node);
    const holder = inner?.node ?? node;
    const stated = tree.attribute(holder, 'content');
    const text = stated ?? partedText(tree, holder, MAX_BYLINE);
    const authors = people(parseByline(text));
    if (authors.length > 0) items.push({ node, authors });
  }
  const header = items.filter(({ node }) => node <= body + REACH);
  return group(tree, header.length > 0 ? header : items);
}

const OTHER_ITEMS = /comment|review|image|photo|video|audio|rating|breadcrumb/i;

function inOtherItem(tree: HtmlTree, node: number): boolean {
  for (let i = tree.parent(node); i > 0; i = tree.parent(i)) {
    const type = tree.attribute(i, 'itemtype');
    if (type !== undefined) return OTHER_ITEMS.test(type);
  }
  return false;
}

interface Found {
  node: number;
  authors: Author[];
}

/** The first authors and those that follow at once: a page that lists other articles names their authors too. */
function group(tree: HtmlTree, found: readonly Found[]): Author[] {
  const authors: Author[] = [];
  let end: number | undefined;
  for (const one of found) {
    if (end !== undefined && gap(tree, end, one.node) > MAX_GAP) break;
    authors.push(...one.authors);
    end = Math.max(end ?? 0, tree.end(one.node));
  }
  return authors;
}

/** Signs of text between two nodes, counted to a little more than what parts two articles. */
function gap(tree: HtmlTree, from: number, to: number): number {
  let signs = 0;
  for (let i = from; i < to && signs <= MAX_GAP; i++) if (tree.texts[i] !== '') signs += tree.texts[i]!.trim().length;
  return to - from > REACH ? MAX_GAP + 1 : signs;
}

type IsAuthorLink = (tree: HtmlTree, node: number) => boolean;

const isRelAuthor: IsAuthorLink = (tree, node) => {
  const rel = tree.attribute(node, 'rel');
  return rel !== undefined && /\bauthor\b/.test(rel);
};

const isAuthorPage: IsAuthorLink = (tree, node) =>
  tree.name(node) === 'a' && AUTHOR_PAGE.test(tree.attribute(node, 'href') ?? '');

function linkedAuthors(tree: HtmlTree, page: PageMetadata, from: number, to: number, isLink: IsAuthorLink): Found[] {
  const found: Found[] = [];
  for (let i = from; i < to; i++) {
    if (!isLink(tree, i)) continue;
    const url = webUrl(tree.attribute(i, 'href'), page.baseUrl);
    const text = partedText(tree, i, MAX_BYLINE);
    const names = isLink === isRelAuthor ? parseByline(text) : parseVisibleByline(text);
    const authors = names.map((name): Author => (url === undefined ? { name } : { name, url }));
    if (authors.length > 0) found.push({ node: i, authors });
  }
  return found;
}

/** The first element in a range whose class calls it a byline and that names somebody. */
function namedByline(tree: HtmlTree, from: number, to: number): Author[] {
  for (let i = from; i < to; i++) {
    const className = tree.attribute(i, 'class');
    if (className === undefined || !BYLINE.matches(className)) continue;
    const text = collapse(partedText(tree, i, MAX_BYLINE + 100));
    const names = text.length < MAX_BYLINE ? parseVisibleByline(text) : [];
    if (names.length > 0) return people(names);
  }
  return [];
}

function people(names: readonly string[]): Author[] {
  return names.map((name) => ({ name }));
}
