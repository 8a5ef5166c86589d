import type { HtmlTree } from '../html-tree.js';
import { SegmentSums, type Clutter } from './clutter.js';
import { Role } from './names.js';
import type { Segmentation } from './segments.js';

/** Boxes in a row that make a set of cards. */
const LEAST_CARDS = 3;

/** Characters beside its linked headline with which a box is still a card. */
const LONGEST_TEASER = 320;

/** Lines of a card: headline, teaser, kicker, date, writer. */
const MAX_LINES = 8;

/** Part of the page's running text above which the boxes are the article: a list of products, a round-up. */
const MAX_SHARE = 0.4;

/** Shorter links are tags and sections, not headlines. */
const LEAST_HEADLINE = 12;

/**
 * Marks sets of cards: neighbours of one kind that each hold a linked headline and a line or two about it. They lead
 * to other articles of the site, whatever they are named; a list of links to other sites is what the article is about.
 */
export function markCards(
  tree: HtmlTree,
  page: Segmentation,
  worths: ArrayLike<number>,
  clutter: Clutter,
  pageUrl: string,
): void {
  const sums = new SegmentSums(page, worths);
  const headlines = countHeadlines(page);
  const site = siteOf(pageUrl);
  const isCard = (node: number): boolean => {
    const from = page.first[node]!;
    const to = page.last[node]!;
    if (to - from < 2 || to - from > MAX_LINES) return false;
    const linked = headlines[to]! - headlines[from]!;
    const rest = sums.length(node) - sums.linkLength(node);
    return linked >= 1 && linked <= 3 && rest > 0 && rest <= LONGEST_TEASER && sums.proseWorth(node) > 0;
  };
  const all = sums.proseWorth(0) || 1;
  const seen = new Uint8Array(tree.size);
  const climbed = new Uint8Array(tree.size);
  for (let i = 0; i < page.segments.length; i++) {
    if (clutter.marks[i] !== Role.none || worths[i]! <= 0) continue;
    // The outermost boxes of a kind around a teaser's line: looked at once per parent.
    for (let node = page.segments[i]!.container; node > 0 && climbed[node] === 0; node = tree.parent(node)) {
      climbed[node] = 1;
      const parent = tree.parent(node);
      if (page.last[node]! - page.first[node]! > MAX_LINES) break;
      if (parent < 0 || seen[parent] === 1 || !isCard(node)) continue;
      seen[parent] = 1;
      const cards = cardsOf(tree, parent, node, isCard);
      if (cards.length < LEAST_CARDS) continue;
      const share = cards.reduce((sum, card) => sum + sums.proseWorth(card), 0) / all;
      if (share > MAX_SHARE || 2 * cards.filter((card) => leadsAway(tree, card, site)).length > cards.length) continue;
      for (const card of cards) {
        clutter.marks.fill(Role.related, page.first[card], page.last[card]);
        clutter.removed.fill(Role.related, card, tree.end(card));
      }
    }
  }
}

/** The children of a parent that are cards of the same kind as one of them; none when most of that kind are no cards. */
function cardsOf(tree: HtmlTree, parent: number, model: number, isCard: (node: number) => boolean): number[] {
  const kind = kindOf(tree, model);
  const cards: number[] = [];
  let others = 0;
  for (let i = parent + 1; i < tree.end(parent); i = tree.end(i)) {
    if (kindOf(tree, i) !== kind) continue;
    if (isCard(i)) cards.push(i);
    else others++;
  }
  return others > cards.length / 2 ? [] : cards;
}

/** Tag and first class. */
function kindOf(tree: HtmlTree, node: number): string {
  return `${tree.name(node)} ${tree.attribute(node, 'class')?.trim().split(/\s/, 1)[0] ?? ''}`;
}

/** Per segment: how many segments before it are a headline that is a link. */
function countHeadlines(page: Segmentation): Int32Array {
  const counts = new Int32Array(page.segments.length + 1);
  page.segments.forEach(({ text, linkLength }, i) => {
    counts[i + 1] = counts[i]! + (text.length >= LEAST_HEADLINE && linkLength >= 0.9 * text.length ? 1 : 0);
  });
  return counts;
}

/** True when the first link in a box leads to another site. */
function leadsAway(tree: HtmlTree, card: number, site: string): boolean {
  for (let i = card; i < tree.end(card); i++) {
    const href = tree.name(i) === 'a' ? tree.attribute(i, 'href') : undefined;
    if (href) return /^(?:https?:)?\/\//i.test(href.trim()) && siteOf(href.trim()) !== site;
  }
  return false;
}

/** The last two labels of a host: enough to tell a shop from the paper. */
function siteOf(url: string): string {
  const host = URL.parse(url, 'https://host.invalid')?.hostname ?? '';
  return host.split('.').slice(-2).join('.');
}
