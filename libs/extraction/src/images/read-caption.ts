import { PhraseTable } from '../body/phrase-table.js';
import type { HtmlTree } from '../html-tree.js';
import { collapse, comparisonKey, isBlank } from '../text.js';
import { isCreditLabel, splitCaption, stripCreditLabel, type CaptionParts } from './caption.js';

const CAPTION_NAME =
  / (?:(?:fig)?caption|captions|caption ?text|bildunterschrift|bildtext|legende|legend|didascalia|wp caption text|piefoto|image ?description) /;
const CREDIT_NAME =
  / (?:credits?|copyright|photographer|photo ?credit|image ?credit|source|agency|rights|byline|fotograf|quelle|author|attribution|courtesy) /;

/** How many elements outwards a caption may stand from its image, and how many nodes its holder may have. */
const CAPTION_LEVELS = 6;
const MAX_HOLDER = 300;

/** A caption, and the text nodes that it was read from when only their place tells what they are. */
export interface ReadCaption {
  parts: CaptionParts;
  lines: readonly number[];
}

/** The caption that is named as one; else a line that stands alone with the picture. */
export function readCaption(tree: HtmlTree, image: number): ReadCaption {
  const holders: number[] = [];
  for (let holder = tree.parent(image); holder > 0 && holders.length < CAPTION_LEVELS; holder = tree.parent(holder)) {
    if (
      tree.end(holder) - holder > MAX_HOLDER ||
      NOT_HOLDERS.has(tree.name(holder)) ||
      holdsAnother(tree, holder, image)
    )
      break;
    holders.push(holder);
    if (tree.name(holder) === 'figure') break;
  }
  const named = firstOf(holders, (holder) => namedCaption(tree, holder));
  if (named) return { parts: named, lines: [] };
  return firstOf(holders, (holder) => bareCaption(tree, holder, image)) ?? { parts: {}, lines: [] };
}

function firstOf<T, R>(values: readonly T[], find: (value: T) => R | undefined): R | undefined {
  for (const value of values) {
    const found = find(value);
    if (found !== undefined) return found;
  }
  return undefined;
}

const NOT_HOLDERS = new Set(['article', 'main', 'section', 'header', 'body', 'html', '#document']);

/** True when the element holds a second picture: its captions may be that one's. Copies in `noscript` do not count. */
function holdsAnother(tree: HtmlTree, holder: number, image: number): boolean {
  const withoutScript = tree.name(tree.parent(image)) === 'noscript';
  for (let i = holder + 1; i < tree.end(holder); i++) {
    if (tree.name(i) === 'noscript' && !withoutScript) i = tree.end(i) - 1;
    else if (i !== image && (tree.name(i) === 'img' || tree.name(i) === 'amp-img') && !withoutScript) return true;
  }
  return false;
}

/** A nameless line about a picture: longer ones and single words are something else, unless a credit. */
const LEAST_WORDS = 3;
const MOST_SIGNS = 300;
const MOST_CREDIT_SIGNS = 60;

/** Elements that make a box more than a picture and lines about it. */
const NOT_BARE = new Set(['a', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'li', 'td', 'time', 'button', 'form', 'p']);

/** A line below the picture that shares its box with nothing else, or with a credit in a second line. */
function bareCaption(tree: HtmlTree, holder: number, image: number): ReadCaption | undefined {
  if (NOT_BARE.has(tree.name(holder))) return undefined;
  const lines: number[] = [];
  for (let i = holder + 1; i < tree.end(holder); i++) {
    if (HIDDEN_TEXT.has(tree.name(i))) i = tree.end(i) - 1;
    else if (isBlank(tree.texts[i]!)) continue;
    else if (i < image || lines.push(i) > 2 || standsInOther(tree, i, holder)) return undefined;
  }
  const [text = '', credit = ''] = lines.map((line) => collapse(tree.texts[line]!));
  if (text.split(' ').length < LEAST_WORDS || text.length > MOST_SIGNS) return undefined;
  if (credit.length > MOST_CREDIT_SIGNS || /[.!?]$/.test(credit)) return undefined;
  const split = splitCaption(text);
  if (credit && split.credit !== undefined) return undefined;
  return { parts: credit ? { ...split, credit: stripCreditLabel(credit) } : split, lines };
}

function standsInOther(tree: HtmlTree, line: number, holder: number): boolean {
  for (let i = tree.parent(line); i !== holder; i = tree.parent(i)) if (NOT_BARE.has(tree.name(i))) return true;
  return false;
}

const HIDDEN_TEXT = new Set(['script', 'style', 'template', 'noscript', 'svg']);

function namedCaption(tree: HtmlTree, holder: number): CaptionParts | undefined {
  let captionText = '';
  const credits: string[] = [];
  for (let i = holder + 1; i < tree.end(holder); i++) {
    const named = captionNames(tree, i);
    if (named === NAMES_CREDIT && tree.name(i) !== 'figure' && tree.name(i) !== 'figcaption') {
      credits.push(collapse(tree.textContent(i, 500)));
      i = tree.end(i) - 1;
    } else if (tree.name(i) === 'figcaption' || (named & NAMES_CAPTION) !== 0) {
      captionText = textWithoutCredits(tree, i, credits);
      i = tree.end(i) - 1;
    }
  }
  const credit = stripCreditLabel(credits.find(Boolean) ?? '');
  if (!captionText && !credit) return undefined;
  const split = splitCaption(captionText);
  const result: CaptionParts = {};
  if (split.caption && comparisonKey(split.caption) !== comparisonKey(credit)) result.caption = split.caption;
  const bestCredit = credit || split.credit;
  if (bestCredit && bestCredit.length <= 200) result.credit = bestCredit;
  return result;
}

/** Properties of schema.org's ImageObject; `author` is as often that of the article. */
const CAPTION_PROPERTY = /^(?:caption|creditText|copyrightHolder|copyrightNotice)$/;

const NAMES = new PhraseTable([CREDIT_NAME, CAPTION_NAME]);
const NAMES_CREDIT = 1;
const NAMES_CAPTION = 2;

/** What class and microdata property call an element: the bits of `NAMES`. */
function captionNames(tree: HtmlTree, node: number): number {
  const name = tree.attribute(node, 'class') ?? '';
  const property = tree.attribute(node, 'itemprop') ?? '';
  return name === '' && property === ''
    ? 0
    : NAMES.find(CAPTION_PROPERTY.test(property) ? `${name} ${property}` : name);
}

function textWithoutCredits(tree: HtmlTree, node: number, credits: string[]): string {
  let text = '';
  for (let i = node + 1; i < tree.end(node); i++) {
    if ((captionNames(tree, i) & NAMES_CREDIT) !== 0) {
      const credit = collapse(tree.textContent(i, 500));
      // A label alone ("Copyright") leaves the name to the text around it.
      if (isCreditLabel(credit)) text += ` ${credit} `;
      else credits.push(credit);
      i = tree.end(i) - 1;
    } else text += tree.texts[i]! + (tree.name(i) === 'p' ? ' ' : '');
  }
  return collapse(text);
}
