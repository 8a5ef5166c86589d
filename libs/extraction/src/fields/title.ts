import type { Trace } from '../explain/trace.js';
import { TEXT, type HtmlTree } from '../html-tree.js';
import type { PageMetadata } from '../metadata/page-metadata.js';
import { ldText } from '../metadata/json-ld.js';
import { collapse, comparisonKey, stripTags } from '../text.js';
import { candidate, type Candidate, type Source } from './candidate.js';
import { decodeText } from './entities.js';
import { partedText } from './header.js';
import { isLabel } from './labels.js';
import { isSiteTitle, stripSignature, stripSiteName } from './site-suffix.js';

/** Microdata headlines that are looked at: the article's own is among the first. */
const MAX_HEADLINES = 10;

/** Signs that are read of a title: to take the site's name off again and again costs the square of them. */
const MAX_TITLE = 1_000;

/** Every title that the page offers. */
export function titleCandidates(
  tree: HtmlTree,
  page: PageMetadata,
  siteNames: readonly string[],
  hint?: string,
): Candidate<string>[] {
  const found: Candidate<string>[] = [];
  const add = (value: string | undefined, source: Source, rule: string, confidence: number): void => {
    const text = value === undefined ? '' : collapse(stripTags(decodeText(value.slice(0, MAX_TITLE))));
    if (!text) return;
    // Only what is written for other places than the page itself is signed in front: an h1 "Ledger: …" tells of it.
    const unsigned = rule === 'h1' || rule === 'headline' ? text : stripSignature(text, siteNames);
    const title = stripLabels(stripSiteName(unsigned, siteNames));
    // A heading that holds the site's name is its logo.
    const isLogo = isSiteTitle(title, siteNames, rule === 'h1' ? 1 : 0);
    found.push(candidate(title, source, rule, isLogo ? confidence * 0.15 : confidence));
  };
  const { article } = page.jsonLd;
  add(ldText(article?.['headline']), 'json-ld', 'headline', 0.85);
  add(ldText(article?.['name']), 'json-ld', 'name', 0.6);
  add(page.meta.get('og:title')?.[0], 'open-graph', 'og:title', 0.8);
  add(page.meta.get('twitter:title')?.[0], 'meta', 'twitter:title', 0.6);
  for (const name of ['parsely-title', 'dc.title', 'dcterms.title', 'sailthru.title', 'headline', 'hdl', 'title']) {
    add(page.meta.get(name)?.[0], 'meta', name, 0.5);
  }
  const headlines = page.itemProperties.filter(({ name }) => name === 'headline').slice(0, MAX_HEADLINES);
  for (const { node } of headlines) {
    add(tree.attribute(node, 'content') ?? tree.textContent(node, 1_000), 'microdata', 'headline', 0.7);
  }
  add(page.documentTitle, 'dom', 'title', 0.55);
  const stated = new Set(found.map(({ value }) => comparisonKey(value)));
  for (const node of page.headings) {
    add(tree.textContent(node, 1_000), 'dom', 'h1', 0.75);
    const part = statedPart(tree, node, stated);
    if (part !== undefined) add(part, 'dom', 'h1', 0.76);
  }
  if (page.headings.length === 0) add(namedHeading(tree), 'dom', 'entry-title', 0.65);
  add(hint, 'hint', 'title', 0.4);
  return found;
}

/** The first heading of a lower level that microformats or its class call the title of the entry. */
function namedHeading(tree: HtmlTree): string | undefined {
  for (let i = 1; i < tree.size; i++) {
    if (tree.name(i) !== 'h2' && tree.name(i) !== 'h3') continue;
    if (
      /(?:^|\s)(?:entry-title|p-name|article-title|post-title|headline)(?:\s|$)/.test(tree.attribute(i, 'class') ?? '')
    )
      return tree.textContent(i, 1_000);
  }
  return undefined;
}

/** Nodes of a heading in which the title's part is looked for. */
const MAX_HEADING = 60;

/** The part of a heading that the metadata call the title, where a kicker or a label stands beside it. */
function statedPart(tree: HtmlTree, heading: number, stated: ReadonlySet<string>): string | undefined {
  const whole = comparisonKey(tree.textContent(heading, 1_000));
  const size = tree.end(heading) - heading;
  if (size < 4 || size > MAX_HEADING || stated.has(whole)) return undefined;
  for (let i = heading + 1; i < tree.end(heading); i++) {
    const text = tree.name(i) === TEXT ? tree.texts[i]! : tree.textContent(i, 1_000);
    if (text.length >= LEAST_TITLE && stated.has(comparisonKey(text))) return text;
  }
  const parted = collapse(partedText(tree, heading, 1_000).replaceAll(' | ', ' '));
  return stated.has(comparisonKey(parted)) ? parted : undefined;
}

/** Takes labels such as `Opinion |` and `| Editorial` off: they name the kind of article. */
function stripLabels(title: string): string {
  if (!title.includes('|')) return title;
  const parts = title.split(/\s?\|\s|\s\|\s?/);
  while (parts.length > 1 && isLabel(parts[0]!)) parts.shift();
  while (parts.length > 1 && isLabel(parts.at(-1)!)) parts.pop();
  return parts.join(' | ');
}

/** Signs of the shortest title that is told from a label. */
const LEAST_TITLE = 12;

/**
 * The headline as readers see it: an h1 that agrees with what the metadata call the page, else the metadata's own
 * headline. Agreement is equality of letters and digits, or one beginning or ending with the other. An h1 that shares
 * no words with any of the others heads something else.
 */
export function chooseTitle(candidates: readonly Candidate<string>[], trace?: Trace): Candidate<string> | undefined {
  const scores: number[] = candidates.map(() => 0);
  let best: Candidate<string> | undefined;
  let bestScore = -1;
  const keys = candidates.map(({ value }) => comparisonKey(value));
  candidates.forEach((one, i) => {
    const key = keys[i]!;
    if (key.length === 0 || one.value.length > 400) return;
    const support = supportOf(candidates, keys, i);
    let score = one.confidence + support;
    if (one.rule === 'h1') {
      if (support > 0 && !hasLabelledTitle(one.value, candidates, keys, i)) score += 0.6;
      else if (support === 0 && isForeign(i, candidates, keys)) score *= 0.5;
    }
    if (CUT.test(one.value) && keys.some((other) => other.length > key.length && other.startsWith(key))) score *= 0.3;
    scores[i] = score;
    if (score > bestScore) [best, bestScore] = [one, score];
  });
  trace?.field('title', candidates, scores);
  return best;
}

/** A title that was cut to a length. */
const CUT = /(?:…|\.\.\.)$/;

function supportOf(candidates: readonly Candidate<string>[], keys: readonly string[], of: number): number {
  const supporters = new Set<string>();
  let support = 0;
  candidates.forEach((other, j) => {
    const mark = `${other.source} ${other.rule ?? ''}`;
    // Two headings are one witness: the page may carry its logo twice.
    if (j === of || supporters.has(mark) || (other.rule === 'h1' && candidates[of]!.rule === 'h1')) return;
    const equal = keys[j] === keys[of];
    if (!equal && !related(keys[of]!, keys[j]!)) return;
    supporters.add(mark);
    support += equal ? other.confidence : 0.35 * other.confidence;
  });
  return support;
}

/** True for `Sports | Ferry sails again` where the metadata say `Ferry sails again`. */
function hasLabelledTitle(
  title: string,
  candidates: readonly Candidate<string>[],
  keys: readonly string[],
  at: number,
): boolean {
  const bar = title.indexOf(' | ');
  if (bar < 0) return false;
  const rest = comparisonKey(title.slice(bar + 3));
  return candidates.some(({ rule }, j) => j !== at && rule !== 'title' && keys[j] === rest);
}

/** True when a heading shares next to no words with any title that stands elsewhere, and there is such a title. */
function isForeign(at: number, candidates: readonly Candidate<string>[], keys: readonly string[]): boolean {
  const own = wordsOf(keys[at]!);
  let others = 0;
  for (let j = 0; j < keys.length; j++) {
    const { rule, confidence } = candidates[j]!;
    if (rule === 'h1' || confidence < 0.4 || keys[j]!.length < LEAST_TITLE) continue;
    others++;
    const theirs = wordsOf(keys[j]!);
    let common = 0;
    for (const word of own) if (theirs.has(word)) common++;
    if (common > 0.3 * Math.min(own.size, theirs.size)) return false;
  }
  return others > 0;
}

/** The words of a key; the signs of a script without spaces. */
function wordsOf(key: string): Set<string> {
  return new Set(
    key.match(
      /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]|[^\s\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]+/gu,
    ),
  );
}

/** Part of the words of a title that another version of it has as well. */
const COMMON_WORDS = 0.7;
const LEAST_WORDS = 4;

/**
 * The h1 where it is another version of the title: newsrooms edit a headline where readers see it and leave it in the
 * metadata, or word it otherwise there.
 */
export function shownTitle(candidates: readonly Candidate<string>[], title: string): string | undefined {
  const key = comparisonKey(title);
  const words = wordsOf(key);
  return candidates.find(({ rule, value }) => {
    if (rule !== 'h1' || value.length > 400) return false;
    const own = comparisonKey(value);
    const others = wordsOf(own);
    const most = Math.max(words.size, others.size);
    if (own === key || most < LEAST_WORDS) return false;
    let common = 0;
    for (const word of others) if (words.has(word)) common++;
    return common >= COMMON_WORDS * most;
  })?.value;
}

/** True when the shorter title begins or ends the longer one and is most of it. */
function related(a: string, b: string): boolean {
  const [short, long] = a.length < b.length ? [a, b] : [b, a];
  return short.length >= 12 && short.length > 0.4 * long.length && (long.startsWith(short) || long.endsWith(short));
}
