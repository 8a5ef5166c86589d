import type { PageMetadata } from '../metadata/page-metadata.js';
import { ldText } from '../metadata/json-ld.js';
import { collapse, stripTags } from '../text.js';
import { candidate, type Candidate, type Source } from './candidate.js';
import { decodeText } from './entities.js';

export function descriptionCandidates(page: PageMetadata): Candidate<string>[] {
  const found: Candidate<string>[] = [];
  const add = (value: string | undefined, source: Source, rule: string, confidence: number): void => {
    const text = value === undefined ? '' : collapse(stripTags(decodeText(value)));
    if (text && text.length <= 5_000) found.push(candidate(text, source, rule, confidence));
  };
  add(ldText(page.jsonLd.article?.['description']), 'json-ld', 'description', 0.9);
  add(page.meta.get('og:description')?.[0], 'open-graph', 'og:description', 0.85);
  add(page.meta.get('description')?.[0], 'meta', 'description', 0.8);
  add(page.meta.get('twitter:description')?.[0], 'meta', 'twitter:description', 0.7);
  add(page.meta.get('dc.description')?.[0], 'meta', 'dc.description', 0.6);
  return found;
}
