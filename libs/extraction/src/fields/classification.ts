import type { PageMetadata } from '../metadata/page-metadata.js';
import { isNode, ldText, ldUrl, list, typesOf } from '../metadata/json-ld.js';
import { webUrl } from '../links.js';
import { collapse, comparisonKey, stripTags } from '../text.js';
import { candidate, type Candidate, type Source } from './candidate.js';
import { decodeText } from './entities.js';
import { siteNameCandidates } from './site.js';

/** More keywords than this are search-engine stuffing. */
const MAX_KEYWORDS = 100;

/** Every section that the page names: the metadata's own, the last breadcrumb above the article, the first part of the path. */
export function sectionCandidates(page: PageMetadata, pageUrl: string): Candidate<string>[] {
  const found: Candidate<string>[] = [];
  const add = (value: string | undefined, source: Source, rule: string, confidence: number): void => {
    const name = value === undefined ? '' : collapse(stripTags(decodeText(value)));
    if (name && name.length <= 100 && !name.startsWith('http')) found.push(candidate(name, source, rule, confidence));
  };
  add(ldText(page.jsonLd.article?.['articleSection']), 'json-ld', 'articleSection', 0.9);
  add(page.meta.get('article:section')?.[0], 'open-graph', 'article:section', 0.85);
  for (const rule of ['parsely-section', 'section', 'cxenseparse:category', 'dc.subject', 'category']) {
    add(page.meta.get(rule)?.[0], 'meta', rule, 0.6);
  }
  add(sectionCrumb(page), 'json-ld', 'BreadcrumbList', 0.55);
  add(sectionInPath(pageUrl), 'url', 'path', 0.2);
  return found;
}

/** The name of the last breadcrumb that is neither the home page nor the article. */
function sectionCrumb(page: PageMetadata): string | undefined {
  const trail = page.jsonLd.nodes.find((node) => typesOf(node).includes('breadcrumblist'));
  const crumbs = list(trail?.['itemListElement'])
    .map((value) => page.jsonLd.resolve(value))
    .filter(isNode)
    .map((crumb) => ({ crumb, place: Number(crumb['position']) }))
    .sort((a, b) => a.place - b.place)
    .map(({ crumb }) => {
      const item = page.jsonLd.resolve(list(crumb['item'])[0]);
      const name = ldText(crumb['name']) ?? (isNode(item) ? ldText(item['name']) : undefined);
      return { name, url: webUrl(ldUrl(crumb['item']), page.baseUrl) };
    });
  const headline = comparisonKey(ldText(page.jsonLd.article?.['headline']) ?? page.documentTitle ?? '');
  const own = webUrl(page.canonical, page.baseUrl);
  const above = crumbs.slice(1).filter(({ name, url }) => {
    const key = comparisonKey(name ?? '');
    return (
      key !== '' &&
      key !== headline &&
      !(headline.length > key.length && headline.startsWith(key) && key.length > 30) &&
      (own === undefined || url !== own)
    );
  });
  // A trail whose last crumb has no address ends with the article itself.
  const isArticle = above.length === crumbs.length - 1 && above.length > 1 && above.at(-1)!.url === undefined;
  return above.at(isArticle ? -2 : -1)?.name;
}

/** Parts of paths that name no section. */
const NO_SECTION =
  /^(?:\d+|[a-z]{1,2}|[a-z]{2}-[a-z]{2}|news|articles?|story|stories|posts?|blogs?|p|content|index|artikel|nachrichten|noticias?|noticia|actualites?|article\d*|amp|www|id|web|archives?|features?|gallery|photos?|videos?|read|view|detail|pages?)$/;

/** The first part of a path that has another below it: `politics` in `/politics/2024/ferry`. */
function sectionInPath(url: string): string | undefined {
  const parts = (URL.parse(url)?.pathname ?? '').split('/').filter(Boolean);
  const first = parts.slice(0, -1).find((part) => !NO_SECTION.test(part.toLowerCase()));
  return first !== undefined && /^[a-z][a-z-]{2,24}$/i.test(first) ? first.replaceAll('-', ' ') : undefined;
}

/** All keyword lists of the page, the most trusted signal first. The section and the site's name are no keywords. */
export function keywordCandidates(page: PageMetadata, pageUrl: string): Candidate<string[]>[] {
  const found: Candidate<string[]>[] = [];
  const [section] = sectionCandidates(page, pageUrl);
  const known = new Set(
    [
      section && section.source !== 'url' ? section.value : '',
      ...siteNameCandidates(page).map(({ value }) => value),
    ].map(comparisonKey),
  );
  const add = (values: readonly string[], source: Source, rule: string, confidence: number): void => {
    const words = uniqueKeywords(values, known);
    if (words.length > 0) found.push(candidate(words, source, rule, confidence));
  };
  add(ldKeywords(page.jsonLd.article?.['keywords']), 'json-ld', 'keywords', 0.9);
  add(page.meta.get('article:tag') ?? [], 'open-graph', 'article:tag', 0.85);
  for (const rule of ['news_keywords', 'parsely-tags', 'sailthru.tags', 'keywords']) {
    add(page.meta.get(rule) ?? [], 'meta', rule, rule === 'keywords' ? 0.6 : 0.75);
  }
  add(page.tagLinks, 'dom', 'rel=tag', 0.55);
  return found;
}

function ldKeywords(value: unknown): string[] {
  return list(value).flatMap((entry) => {
    if (typeof entry === 'string') return [entry];
    const name = isNode(entry) ? ldText(entry['name']) : undefined;
    return name === undefined ? [] : [name];
  });
}

/** Words for machines: `articleid:12345`. */
const MACHINE_TAG = /^[\w-]{2,30}[:=]\S/;

function uniqueKeywords(values: readonly string[], known: ReadonlySet<string>): string[] {
  const byKey = new Map<string, string>();
  for (const value of values) {
    for (const part of decodeText(value).split(/[,;|\n、，；]/)) {
      const word = collapse(stripTags(part)).replace(/^#/, '');
      const key = comparisonKey(word);
      if (!key || known.has(key) || byKey.has(key) || word.length > 100 || MACHINE_TAG.test(word)) continue;
      if (byKey.size < MAX_KEYWORDS) byKey.set(key, word);
    }
  }
  return [...byKey.values()];
}
