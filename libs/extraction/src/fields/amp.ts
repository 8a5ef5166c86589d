import { webUrl } from '../links.js';
import type { PageMetadata } from '../metadata/page-metadata.js';
import { candidate, type Candidate } from './candidate.js';

/** The address of the page's AMP twin. */
export function ampCandidates(page: PageMetadata): Candidate<string>[] {
  const url = webUrl(page.amp, page.baseUrl);
  return url === undefined ? [] : [candidate(url, 'dom', 'link[rel=amphtml]', 0.9)];
}
