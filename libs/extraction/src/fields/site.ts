import type { PageMetadata } from '../metadata/page-metadata.js';
import { isNode, ldText, list, typesOf } from '../metadata/json-ld.js';
import { collapse, comparisonKey } from '../text.js';
import { candidate, type Candidate } from './candidate.js';
import { decodeText } from './entities.js';
import { oncePerPage } from './once-per-page.js';

/** Every name that the site gives itself. A slogan behind a bar or a dash is cut where the host tells name from slogan. */
export const siteNameCandidates = oncePerPage((page): readonly Candidate<string>[] => {
  const found: Candidate<string>[] = [];
  const add = (
    value: string | undefined,
    source: 'json-ld' | 'open-graph' | 'meta',
    rule: string,
    confidence: number,
  ): void => {
    const name = value === undefined ? '' : withoutSlogan(collapse(decodeText(value)), page.baseUrl);
    if (name && name.length <= 120) found.push(candidate(name, source, rule, confidence));
  };
  add(page.meta.get('og:site_name')?.[0], 'open-graph', 'og:site_name', 0.95);
  for (const node of page.jsonLd.nodes) {
    if (typesOf(node).includes('website')) add(ldText(node['name']), 'json-ld', 'WebSite.name', 0.85);
  }
  add(page.meta.get('application-name')?.[0], 'meta', 'application-name', 0.7);
  add(page.meta.get('apple-mobile-web-app-title')?.[0], 'meta', 'apple-mobile-web-app-title', 0.6);
  for (const one of publisherCandidates(page)) found.push({ ...one, confidence: 0.5 });
  return found;
});

/** The part of `Ledger | News of the north` that the host is named after; the whole where none is. */
function withoutSlogan(name: string, url: string): string {
  const parts = name.split(/\s[|–—-]\s/);
  if (parts.length === 1) return name;
  const labels = (URL.parse(url)?.hostname ?? '').split('.');
  return parts.find((part) => labels.includes(comparisonKey(part).replaceAll(' ', ''))) ?? name;
}

export const publisherCandidates = oncePerPage((page): readonly Candidate<string>[] => {
  const found: Candidate<string>[] = [];
  for (const value of list(page.jsonLd.article?.['publisher'])) {
    const publisher = page.jsonLd.resolve(value);
    const name = typeof publisher === 'string' ? publisher : isNode(publisher) ? ldText(publisher['name']) : undefined;
    if (name && collapse(name)) found.push(candidate(collapse(decodeText(name)), 'json-ld', 'publisher', 0.9));
  }
  for (const rule of ['dc.publisher', 'dcterms.publisher', 'publisher']) {
    const name = page.meta.get(rule)?.[0];
    if (name && !name.startsWith('http')) found.push(candidate(collapse(name), 'meta', rule, 0.6));
  }
  return found;
});

/** Whom a copyright line names: "© 2025 The Northmoor Ledger. All rights reserved." */
function holderOf(line: string): string {
  const [, after = ''] = line.split(/©|\(c\)|copyright/i, 2);
  return (/^[\s\d,–-]*([^.,|•·©]{2,80})/.exec(after)?.[1] ?? '').replace(/\s(?:19|20)\d\d\s*$/, '').trim();
}

/** Names by which titles may call the site: what it calls itself, who holds its copyright, and the host's own word. */
export function knownSiteNames(page: PageMetadata, pageUrl: string): string[] {
  const host = URL.parse(pageUrl)?.hostname.replace(/^www\./, '') ?? '';
  const labels = host.split('.');
  return [
    ...siteNameCandidates(page).map(({ value }) => value),
    ...page.copyrightLines.map(holderOf).filter((name) => name !== ''),
    host,
    ...labels.slice(0, -1).filter((label) => label.length > 2),
  ];
}
