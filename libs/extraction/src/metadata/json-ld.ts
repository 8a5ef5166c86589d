import { parseLooseJson } from './json-repair.js';

/** A JSON-LD object: names to whatever the page wrote. */
export type LdNode = Readonly<Record<string, unknown>>;

const ARTICLE_TYPES = new Set(
  (
    'Article NewsArticle ReportageNewsArticle AnalysisNewsArticle AskPublicNewsArticle BackgroundNewsArticle ' +
    'OpinionNewsArticle ReviewNewsArticle SatiricalArticle AdvertiserContentArticle BlogPosting LiveBlogPosting ' +
    'SocialMediaPosting TechArticle ScholarlyArticle MedicalScholarlyArticle Report Review CriticReview'
  )
    .split(' ')
    .map((type) => type.toLowerCase()),
);

/** Types that describe the page's article where none of the types above does and the node names this page. */
const LESSER_TYPES = new Set(['recipe', 'podcastepisode', 'imagegallery']);

/** What the JSON-LD of a page says, with `@id` references resolved. */
export interface JsonLd {
  /** The node that describes this page's article. */
  article: LdNode | undefined;
  /** Every typed node of the page, in order. */
  nodes: readonly LdNode[];
  /** Follows a bare `{"@id": …}` to the node that it names. */
  resolve(value: unknown): unknown;
}

/** Nodes read from one page: a page with more is a catalogue or hostile. */
const MAX_VALUES = 50_000;

/** Reads all JSON-LD scripts of a page. `urls` are the page's own addresses, to tell its article from teasers. */
export function readJsonLd(scripts: readonly string[], urls: readonly string[]): JsonLd {
  const nodes: LdNode[] = [];
  const byId = new Map<string, LdNode>();
  const queue: unknown[] = scripts.map((script) => parseLooseJson(script));
  for (let i = 0; i < queue.length && queue.length < MAX_VALUES; i++) {
    const value = queue[i];
    if (Array.isArray(value)) {
      for (const entry of value) if (typeof entry === 'object' && entry !== null) queue.push(entry);
    } else if (isNode(value)) {
      if (typesOf(value).length > 0) nodes.push(value);
      const id = value['@id'];
      if (typeof id === 'string' && Object.keys(value).length > 1 && !byId.has(id)) byId.set(id, value);
      for (const entry of Object.values(value)) if (typeof entry === 'object' && entry !== null) queue.push(entry);
    }
  }
  const resolve = (value: unknown): unknown => {
    if (!isNode(value) || typeof value['@id'] !== 'string' || Object.keys(value).length > 2) return value;
    return byId.get(value['@id']) ?? value;
  };
  return { article: chooseArticle(nodes, urls), nodes, resolve };
}

export function isNode(value: unknown): value is LdNode {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The node's types, lower case, without a namespace. */
export function typesOf(node: LdNode): string[] {
  return list(node['@type'])
    .filter((type) => typeof type === 'string')
    .map((type) => type.slice(Math.max(type.lastIndexOf('/'), type.lastIndexOf(':')) + 1).toLowerCase());
}

/** A value as an array: JSON-LD lets every property be one value or many. */
export function list(value: unknown): unknown[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? (value as unknown[]) : [value];
}

/** The first string that a value holds: itself, its `@value`, or the first of a list. */
export function ldText(value: unknown): string | undefined {
  for (const entry of list(value)) {
    if (typeof entry === 'string' && entry.trim()) return entry;
    if (typeof entry === 'number') return String(entry);
    if (isNode(entry) && typeof entry['@value'] === 'string') return entry['@value'];
  }
  return undefined;
}

/** The first address that a value holds: a string, or a node's url or `@id`. */
export function ldUrl(value: unknown): string | undefined {
  for (const entry of list(value)) {
    if (typeof entry === 'string') return entry;
    if (!isNode(entry)) continue;
    const url = ldText(entry['url']) ?? ldText(entry['contentUrl']) ?? ldText(entry['@id']);
    if (url) return url;
  }
  return undefined;
}

function chooseArticle(nodes: readonly LdNode[], urls: readonly string[]): LdNode | undefined {
  let best: LdNode | undefined;
  let bestScore = 0;
  for (const node of nodes) {
    const types = typesOf(node);
    const isArticle = types.some((type) => ARTICLE_TYPES.has(type) || type.endsWith('newsarticle'));
    if (!isArticle && !types.some((type) => LESSER_TYPES.has(type))) continue;
    const url = ldUrl(node['mainEntityOfPage']) ?? ldUrl(node['url']) ?? ldText(node['@id']);
    const score =
      1 +
      (url !== undefined && urls.some((own) => samePage(own, url)) ? 4 : 0) +
      (node['headline'] !== undefined ? 2 : 0) +
      (node['datePublished'] !== undefined ? 1 : 0) +
      (node['author'] !== undefined ? 1 : 0) +
      (node['articleBody'] !== undefined ? 0.5 : 0) +
      (types.some((type) => type.endsWith('review')) ? -2 : 0) -
      (isArticle ? 0 : 4);
    if (score > bestScore) [best, bestScore] = [node, score];
  }
  return best;
}

/** Equal but for scheme, query, fragment and a trailing slash. */
export function samePage(a: string, b: string): boolean {
  const bare = (url: string): string =>
    url
      .replace(/^https?:\/\/(?:www\.)?/, '')
      .split(/[?#]/, 1)[0]!
      .replace(/\/$/, '');
  return bare(a) === bare(b);
}
