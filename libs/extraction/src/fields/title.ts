import type { HtmlTree } from '../html-tree.js';
import type { PageMetadata } from '../metadata/page-metadata.js';
import { ldText } from '../metadata/json-ld.js';
import { collapse, comparisonKey, stripTags } from '../text.js';
import { candidate, type Candidate } from './candidate.js';
import { decodeText } from './entities.js';

/** Marks that part a headline from the site's name. */
const SEPARATORS = [' | ', ' - ', ' – ', ' — ', ' :: ', ' » ', ' « ', ' · ', ' • ', ' / ', ' > ', '｜', ' ‹ ', ' ~ '];

/** Every title that the page offers. */
export function titleCandidates(
  tree: HtmlTree,
  page: PageMetadata,
  siteNames: readonly string[],
  hint?: string,
): Candidate<string>[] {
  const found: Candidate<string>[] = [];
  const add = (
    value: string | undefined,
    source: Parameters<typeof candidate>[1],
    rule: string,
    confidence: number,
  ): void => {
    const text = value === undefined ? '' : collapse(stripTags(decodeText(value)));
    if (!text) return;
    // Only what is written for other places than the page itself is signed in front: an h1 "Ledger: …" tells of it.
    const unsigned = rule === 'h1' || rule === 'headline' ? text : stripSignature(text, siteNames);
    found.push(candidate(stripSiteName(unsigned, siteNames), source, rule, confidence));
  };
  const { article } = page.jsonLd;
  add(ldText(article?.['headline']), 'json-ld', 'headline', 0.85);
  add(ldText(article?.['name']), 'json-ld', 'name', 0.6);
  add(page.meta.get('og:title')?.[0], 'open-graph', 'og:title', 0.8);
  add(page.meta.get('twitter:title')?.[0], 'meta', 'twitter:title', 0.6);
  for (const name of ['parsely-title', 'dc.title', 'dcterms.title', 'sailthru.title', 'headline', 'hdl', 'title']) {
    add(page.meta.get(name)?.[0], 'meta', name, 0.5);
  }
  for (const { name, node } of page.itemProperties) {
    if (name === 'headline')
      add(tree.attribute(node, 'content') ?? tree.textContent(node, 1_000), 'microdata', 'headline', 0.7);
  }
  for (const node of page.headings) add(tree.textContent(node, 1_000), 'dom', 'h1', 0.75);
  add(page.documentTitle, 'dom', 'title', 0.55);
  add(hint, 'hint', 'title', 0.4);
  return found;
}

/**
 * The headline as readers see it: an h1 that agrees with what the metadata call the page, else the metadata's own
 * headline. Agreement is equality of letters and digits, or one beginning with the other.
 */
export function chooseTitle(candidates: readonly Candidate<string>[]): Candidate<string> | undefined {
  let best: Candidate<string> | undefined;
  let bestScore = -1;
  const keys = candidates.map(({ value }) => comparisonKey(value));
  candidates.forEach((one, i) => {
    const key = keys[i]!;
    if (key.length === 0 || one.value.length > 400) return;
    let score = one.confidence;
    const supporters = new Set<string>();
    candidates.forEach((other, j) => {
      const mark = `${other.source} ${other.rule ?? ''}`;
      if (j === i || supporters.has(mark)) return;
      if (keys[j] === key) {
        supporters.add(mark);
        score += other.confidence;
      } else if (related(key, keys[j]!)) {
        supporters.add(mark);
        score += 0.35 * other.confidence;
      }
    });
    if (one.rule === 'h1' && supporters.size > 0) score += 0.6;
    if (score > bestScore) [best, bestScore] = [one, score];
  });
  return best;
}

/** True when the shorter title begins or ends the longer one and is most of it. */
function related(a: string, b: string): boolean {
  const [short, long] = a.length < b.length ? [a, b] : [b, a];
  return short.length >= 12 && short.length > 0.4 * long.length && (long.startsWith(short) || long.endsWith(short));
}

/** Takes the site's name off the beginning or the end of a title. */
export function stripSiteName(title: string, siteNames: readonly string[]): string {
  if (!SEPARATORS.some((separator) => title.includes(separator))) return title;
  const names = siteNames.map(siteKey).filter((name) => name.length > 1);
  let current = title;
  for (let again = true; again;) {
    again = false;
    for (const separator of SEPARATORS) {
      const last = current.lastIndexOf(separator);
      if (last > 0 && isSiteName(current.slice(last + separator.length), names)) {
        current = current.slice(0, last).trim();
        again = true;
      }
      const first = current.indexOf(separator);
      if (first > 0 && isSiteName(current.slice(0, first), names)) {
        current = current.slice(first + separator.length).trim();
        again = true;
      }
    }
  }
  return current;
}

/** Takes the site's whole name and a colon off the beginning of a title. */
export function stripSignature(title: string, siteNames: readonly string[]): string {
  const colon = title.indexOf(': ');
  if (colon <= 0 || colon > MAX_NAME) return title;
  const key = siteKey(title.slice(0, colon));
  return key.length > 1 && siteNames.some((name) => siteKey(name) === key) ? title.slice(colon + 2).trim() : title;
}

/** Longer beginnings are no name of a site. */
const MAX_NAME = 80;

function siteKey(name: string): string {
  return comparisonKey(name).replace(/^the /, '').replaceAll(' ', '');
}

function isSiteName(part: string, names: readonly string[]): boolean {
  const key = siteKey(part.replace(/\.(?:com|co\.uk|org|net|de|fr|es|it|ch|at)\b/i, ''));
  if (key.length < 2) return false;
  return names.some(
    (name) => name === key || (key.length > 3 && name.length > 3 && (name.startsWith(key) || key.startsWith(name))),
  );
}
