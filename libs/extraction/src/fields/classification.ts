import type { PageMetadata } from '../metadata/page-metadata.js';
import { isNode, ldText, list } from '../metadata/json-ld.js';
import { collapse, comparisonKey, stripTags } from '../text.js';
import { candidate, type Candidate, type Source } from './candidate.js';
import { decodeText } from './entities.js';

/** More keywords than this are search-engine stuffing. */
const MAX_KEYWORDS = 100;

export function sectionCandidates(page: PageMetadata): Candidate<string>[] {
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
  return found;
}

/** All keyword lists of the page, the most trusted signal first. */
export function keywordCandidates(page: PageMetadata): Candidate<string[]>[] {
  const found: Candidate<string[]>[] = [];
  const add = (values: readonly string[], source: Source, rule: string, confidence: number): void => {
    const words = uniqueKeywords(values);
    if (words.length > 0) found.push(candidate(words, source, rule, confidence));
  };
  add(ldKeywords(page.jsonLd.article?.['keywords']), 'json-ld', 'keywords', 0.9);
  add(page.meta.get('article:tag') ?? [], 'open-graph', 'article:tag', 0.85);
  for (const rule of ['news_keywords', 'parsely-tags', 'sailthru.tags', 'keywords']) {
    add(page.meta.get(rule) ?? [], 'meta', rule, rule === 'keywords' ? 0.6 : 0.75);
  }
  return found;
}

function ldKeywords(value: unknown): string[] {
  return list(value).flatMap((entry) => {
    if (typeof entry === 'string') return [entry];
    const name = isNode(entry) ? ldText(entry['name']) : undefined;
    return name === undefined ? [] : [name];
  });
}

function uniqueKeywords(values: readonly string[]): string[] {
  const byKey = new Map<string, string>();
  for (const value of values) {
    for (const part of decodeText(value).split(/[,;|\n]/)) {
      const word = collapse(part);
      const key = comparisonKey(word);
      if (key && word.length <= 100 && !byKey.has(key) && byKey.size < MAX_KEYWORDS) byKey.set(key, word);
    }
  }
  return [...byKey.values()];
}
