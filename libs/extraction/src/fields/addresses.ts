import { webUrl } from '../links.js';
import type { PageMetadata } from '../metadata/page-metadata.js';
import { candidate, type Candidate, type Source } from './candidate.js';

/** The addresses that the page calls its own. */
export function canonicalCandidates(page: PageMetadata): Candidate<string>[] {
  return [
    ...stated(page.canonical, page, 'dom', 'link[rel=canonical]', 0.95),
    ...stated(page.meta.get('og:url')?.[0], page, 'open-graph', 'og:url', 0.8),
  ];
}

export function ampCandidates(page: PageMetadata): Candidate<string>[] {
  return stated(page.amp, page, 'dom', 'link[rel=amphtml]', 0.9);
}

function stated(
  reference: string | undefined,
  page: PageMetadata,
  source: Source,
  rule: string,
  confidence: number,
): Candidate<string>[] {
  const url = webUrl(reference, page.baseUrl);
  return url === undefined ? [] : [candidate(url, source, rule, confidence)];
}
