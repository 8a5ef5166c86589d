import { webUrl } from '../links.js';
import { ldUrl } from '../metadata/json-ld.js';
import type { PageMetadata } from '../metadata/page-metadata.js';
import { comparisonKey } from '../text.js';
import { candidate, type Candidate, type Source } from './candidate.js';
import { siteNameCandidates } from './site.js';

/**
 * Every address that the page calls its own. An address that is a home page while the page is not, and one on another
 * site that neither a second signal nor the site's name agrees with, are mistakes of templates and are left out.
 */
export function canonicalCandidates(page: PageMetadata, pageUrl: string): Candidate<string>[] {
  const stated: Candidate<string>[] = [];
  const add = (value: string | undefined, source: Source, rule: string, confidence: number): void => {
    const url = webUrl(value, page.baseUrl);
    if (url !== undefined) stated.push(candidate(url, source, rule, confidence));
  };
  add(page.canonical, 'dom', 'link[rel=canonical]', 0.95);
  add(page.meta.get('og:url')?.[0], 'open-graph', 'og:url', 0.85);
  const { article } = page.jsonLd;
  add(articleUrl(article?.['mainEntityOfPage']), 'json-ld', 'mainEntityOfPage', 0.75);
  add(articleUrl(article?.['url']), 'json-ld', 'url', 0.7);
  const own = URL.parse(pageUrl);
  const names = new Set(siteNameCandidates(page).map(({ value }) => nameKey(value)));
  return stated.filter(({ value, rule }) => {
    const url = URL.parse(value);
    if (!url || !own) return false;
    if (isHome(url) && !isHome(own)) return false;
    return (
      siteOf(url) === siteOf(own) ||
      names.has(hostKey(url)) ||
      stated.some((other) => other.rule !== rule && withoutScheme(other.value) === withoutScheme(value))
    );
  });
}

/** An address in full: an `@id` may be a mere fragment of the page. */
function articleUrl(value: unknown): string | undefined {
  const url = ldUrl(value);
  return url !== undefined && /^https?:/i.test(url) ? url.split('#', 1)[0] : undefined;
}

function isHome(url: URL): boolean {
  return url.pathname === '/' && url.search === '';
}

/** Second-level domains under which sites register, as in `co.uk`. */
const SHARED = /^(?:co|com|net|org|gov|ac|edu|or|ne|go|gob|gouv)$/;

/** The registered part of a host's name: the last two labels, three under a shared second level. */
function siteOf({ hostname }: URL): string {
  const labels = hostname.split('.');
  return labels.slice(SHARED.test(labels.at(-2) ?? '') && labels.at(-1)!.length === 2 ? -3 : -2).join('.');
}

/** The word that a site is registered under, to be compared with the key of its name. */
export function hostKey(url: URL): string {
  return nameKey(siteOf(url).split('.', 1)[0]!);
}

/** A site's name as hosts write it: "The Northmoor Ledger" is at northmoorledger.example. */
export function nameKey(name: string): string {
  return comparisonKey(name).replace(/^the /, '').replaceAll(' ', '');
}

function withoutScheme(url: string): string {
  const bare = url.replace(/^https?:\/\/(?:www\.)?/, '');
  let end = bare.length;
  while (end > 0 && '/?#'.includes(bare[end - 1]!)) end--;
  return bare.slice(0, end);
}
