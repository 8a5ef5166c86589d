import { PhraseTable } from '../body/phrase-table.js';
import { TEXT, type HtmlTree } from '../html-tree.js';
import { collapse, comparisonKey } from '../text.js';
import { creditOf, splitCaption, type CaptionParts } from './caption.js';
import { CREDIT_LABEL, isCreditLabel, readsAsCredit, readsAsName } from './credit-words.js';

const NAMES = new PhraseTable([
  / (?:(?:fig)?caption|captions|caption ?text|bildunterschrift|bildtext|legende|legend|didascalia|wp caption text|piefoto|pie de foto|image ?description|billedtekst|bildetekst|onderschrift) /,
  / (?:credits?|copyright|photographer|photo ?credit|image ?credit|source|agency|rights|byline|fotograf|fotografo|photographe|quelle|author|auteur|autor|attribution|courtesy|credito|fuente|bron|fotograaf) /,
]);
const NAMES_CAPTION = 1;
const NAMES_CREDIT = 2;
/** Elements with which figcaptions set the credit apart. */
const CREDIT_TAGS = new Set(['cite', 'small']);

/** How many elements outwards a caption may stand from its image, and how many nodes its holder may have. */
const CAPTION_LEVELS = 6;
const MAX_HOLDER = 300;

/** Signs of a description that are compared with the lines below the picture. */
const MAX_ALT = 1_000;

/** How sure it is that the text is a caption: from its element, from its name, or only from its place. */
export type CaptionKind = 'figcaption' | 'named' | 'bare' | 'none';

/** A caption, and the text nodes that it was read from when only their place tells what they are. */
export interface ReadCaption {
  parts: CaptionParts;
  lines: readonly number[];
  kind: CaptionKind;
}

const NONE: ReadCaption = { parts: {}, lines: [], kind: 'none' };

/** The caption that is named as one; else a line that stands alone with the picture. */
export function readCaption(tree: HtmlTree, image: number): ReadCaption {
  const holders = holdersOf(tree, image);
  const named = firstOf(holders, (holder) => namedCaption(tree, holder, image));
  return (
    named ?? firstOf(holders, (holder) => bareCaption(tree, holder, image)) ?? repeatedDescription(tree, image) ?? NONE
  );
}

/** The elements around a picture that hold no other picture, innermost first. */
export function holdersOf(tree: HtmlTree, image: number): number[] {
  const holders: number[] = [];
  for (let holder = tree.parent(image); holder > 0 && holders.length < CAPTION_LEVELS; holder = tree.parent(holder)) {
    if (
      tree.end(holder) - holder > MAX_HOLDER ||
      NOT_HOLDERS.has(tree.name(holder)) ||
      holdsAnother(tree, holder, image)
    )
      break;
    holders.push(holder);
    // Some systems set the figcaption beside the figure.
    if (tree.name(holder) === 'figure' && !isFollowedByCaption(tree, holder)) break;
  }
  return holders;
}

function isFollowedByCaption(tree: HtmlTree, figure: number): boolean {
  let next = tree.end(figure);
  while (next < tree.size && tree.name(next) === TEXT && tree.texts[next]!.trim() === '') next++;
  return next < tree.size && tree.name(next) === 'figcaption' && tree.parent(next) === tree.parent(figure);
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
const NOT_BARE = new Set(['a', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'li', 'td', 'time', 'button', 'form']);

/** A line below the picture that shares its box with nothing else, or with a credit in a second line. */
function bareCaption(tree: HtmlTree, holder: number, image: number): ReadCaption | undefined {
  if (NOT_BARE.has(tree.name(holder)) || tree.name(holder) === 'p') return undefined;
  const alt = comparisonKey((tree.attribute(image, 'alt') ?? '').slice(0, MAX_ALT));
  const lines: number[] = [];
  let repeatsAlt = false;
  let inParagraph = false;
  for (let i = holder + 1; i < tree.end(holder); i++) {
    if (HIDDEN_TEXT.has(tree.name(i))) i = tree.end(i) - 1;
    else if (tree.texts[i]!.trim() === '') continue;
    else if (i < image || lines.push(i) > 3 || standsIn(tree, i, holder, NOT_BARE)) return undefined;
    else {
      inParagraph ||= standsIn(tree, i, holder, PARAGRAPH);
      repeatsAlt ||=
        alt.length >= LEAST_REPEATED && tree.texts[i]!.length <= 2 * MAX_ALT && comparisonKey(tree.texts[i]!) === alt;
    }
  }
  const texts = lines.map((line) => collapse(tree.texts[line]!));
  // A label may stand in a text node of its own: "Image: " and the name.
  if (texts.length === 3 && isCreditLabel(texts[1]!)) texts.splice(1, 2, `${texts[1]} ${texts[2]}`);
  if (texts.length > 2) return undefined;
  const [text = '', credit = ''] = texts;
  const isLabelled = CREDIT_LABEL.test(credit);
  // A paragraph below a picture is the article's, unless the picture or a credit says that it is a caption.
  if (inParagraph && !repeatsAlt && !isLabelled && splitCaption(text).credit === undefined) return undefined;
  if (text.split(' ').length < LEAST_WORDS || text.length > MOST_SIGNS) return undefined;
  if (credit.length > MOST_CREDIT_SIGNS || /[.!?]$/.test(credit)) return undefined;
  const split = splitCaption(text);
  if (credit && split.credit !== undefined) return undefined;
  const maker = creditOf(credit);
  return { parts: maker === undefined ? split : { ...split, credit: maker }, lines, kind: 'bare' };
}

/** How far below a picture a line that repeats its description is looked for, and its least length. */
const REPEAT_NODES = 40;
const LEAST_REPEATED = 20;

/** A line that says what the picture's `alt` says, with the credit that shares its box. */
function repeatedDescription(tree: HtmlTree, image: number): ReadCaption | undefined {
  const alt = comparisonKey((tree.attribute(image, 'alt') ?? '').slice(0, MAX_ALT));
  if (alt.length < LEAST_REPEATED) return undefined;
  const to = Math.min(tree.size, image + REPEAT_NODES);
  for (let i = image + 1; i < to; i++) {
    if (tree.name(i) === 'img') return undefined;
    if (tree.name(i) === 'noscript') i = tree.end(i) - 1;
    if (tree.name(i) !== TEXT || tree.texts[i]!.length > 2 * alt.length || comparisonKey(tree.texts[i]!) !== alt)
      continue;
    const caption = collapse(tree.texts[i]!);
    const own = tree.parent(i);
    const lines = [i];
    let rest = '';
    for (let j = tree.parent(own) + 1; j < tree.end(tree.parent(own)); j++) {
      if (j === i || tree.name(j) !== TEXT || tree.texts[j]!.trim() === '') continue;
      rest += tree.texts[j]!;
      lines.push(j);
    }
    // The line may stand twice, the second time with its credit.
    const again = splitCaption(rest);
    const isAgain = comparisonKey(again.caption ?? '') === alt;
    const credit = isAgain ? again.credit : rest.length > MOST_CREDIT_SIGNS ? undefined : creditOf(rest);
    if (credit === undefined) return { parts: { caption }, lines: isAgain ? lines : [i], kind: 'bare' };
    return { parts: { caption, credit }, lines, kind: 'bare' };
  }
  return undefined;
}

const PARAGRAPH = new Set(['p']);

function standsIn(tree: HtmlTree, line: number, holder: number, names: ReadonlySet<string>): boolean {
  for (let i = tree.parent(line); i !== holder; i = tree.parent(i)) if (names.has(tree.name(i))) return true;
  return false;
}

const HIDDEN_TEXT = new Set(['script', 'style', 'template', 'noscript', 'svg', 'button']);

function namedCaption(tree: HtmlTree, holder: number, image: number): ReadCaption | undefined {
  let text = '';
  let kind: CaptionKind = 'named';
  const credits: string[] = [];
  // "caption__credit" is either of the two.
  const either: string[] = [];
  if (tree.name(holder) === 'p' && (captionNames(tree, holder) & NAMES_CAPTION) !== 0)
    text = captionText(tree, holder, credits, image);
  for (let i = holder + 1; i < tree.end(holder); i++) {
    if (HIDDEN_TEXT.has(tree.name(i))) {
      i = tree.end(i) - 1;
      continue;
    }
    if (tree.name(i) === 'figure' || tree.contains(i, image)) continue;
    const names = captionNames(tree, i);
    const namesCredit = (names & NAMES_CREDIT) !== 0;
    if (tree.name(i) === 'figcaption' || (names & NAMES_CAPTION) !== 0) {
      if (tree.name(i) === 'figcaption') kind = 'figcaption';
      const found = captionText(tree, i, credits, image);
      if (namesCredit && tree.name(i) !== 'figcaption') either.push(found);
      else text ||= found;
    } else if (namesCredit) credits.push(collapse(tree.textContent(i, 500)));
    else continue;
    i = tree.end(i) - 1;
  }
  if (text === '') text = either.shift() ?? '';
  const parts = joinParts(text, [...credits, ...either]);
  return parts && { parts, lines: [], kind };
}

/** Caption and credit of a caption's text and of the credits that stood apart from it. */
function joinParts(text: string, credits: readonly string[]): CaptionParts | undefined {
  const [first, second, ...others] = text.split('\n').filter(Boolean);
  let split: CaptionParts;
  if (first === undefined) split = {};
  else if (second !== undefined && comparisonKey(second).startsWith(comparisonKey(first))) split = splitCaption(second);
  else if (second === undefined || others.length > 0) split = splitCaption(text);
  else if (isMaker(second, first)) split = { ...splitCaption(first), ...withCredit(second) };
  else if (isMaker(first, second)) split = { ...splitCaption(second), ...withCredit(first) };
  else split = splitCaption(text);
  const apart = credits.map(creditOf).find((one) => one !== undefined);
  // The caption may name the maker where the credit names only the agency.
  const credit = apart === undefined || split.credit?.includes(apart) === true ? split.credit : apart;
  const repeats = split.caption !== undefined && comparisonKey(split.caption) === comparisonKey(credit ?? '');
  const caption = repeats ? undefined : split.caption;
  if (caption === undefined && credit === undefined) return undefined;
  return { ...(caption !== undefined && { caption }), ...(credit !== undefined && { credit }) };
}

function withCredit(line: string): CaptionParts {
  const credit = creditOf(line);
  return credit === undefined ? {} : { credit };
}

/** True when one of a caption's two lines names the maker, beside a line that says more. */
function isMaker(line: string, other: string): boolean {
  return (
    line.length <= MOST_CREDIT_SIGNS &&
    line.length < other.length &&
    !/[.!?]$/.test(line) &&
    (readsAsCredit(line) || readsAsName(line.replace(/^the /i, '')))
  );
}

/** Properties of schema.org's ImageObject; `author` is as often that of the article. */
const CAPTION_PROPERTY = /^(?:caption|creditText|copyrightHolder|copyrightNotice)$/;

/** What class and microdata property call an element: bits of NAMES. */
function captionNames(tree: HtmlTree, node: number): number {
  const name = tree.attribute(node, 'class') ?? '';
  const property = tree.attribute(node, 'itemprop') ?? '';
  return name === '' && property === ''
    ? 0
    : NAMES.find(CAPTION_PROPERTY.test(property) ? `${name} ${property}` : name);
}

/** Elements that end a line of a caption. */
const LINES = new Set(['p', 'div', 'br', 'h2', 'h3', 'h4', 'h5', 'h6', 'li']);

/** The text of a caption, its lines parted by line feeds; what stands apart as a credit goes to `credits`. */
function captionText(tree: HtmlTree, node: number, credits: string[], image: number): string {
  const lines = [''];
  const put = (text: string): void => void (lines[lines.length - 1]! += text);
  const ends: number[] = [];
  for (let i = node + 1; i < tree.end(node); i++) {
    while (ends.length > 0 && ends[ends.length - 1]! <= i) {
      ends.pop();
      lines.push('');
    }
    const name = tree.name(i);
    const isCredit = CREDIT_TAGS.has(name) || (captionNames(tree, i) & NAMES_CREDIT) !== 0;
    if (HIDDEN_TEXT.has(name)) i = tree.end(i) - 1;
    else if (isCredit && !tree.contains(i, image) && !holdsAll(tree, node, i)) {
      const credit = collapse(tree.textContent(i, 500));
      // A label alone ("Copyright") leaves the name to the text around it.
      if (isCreditLabel(credit)) put(` ${credit} `);
      else credits.push(credit);
      i = tree.end(i) - 1;
    } else {
      if (LINES.has(name)) {
        lines.push('');
        ends.push(tree.end(i));
      }
      put(tree.texts[i]!);
    }
  }
  const found = lines.map(collapse).filter(Boolean);
  return found.length > 2 ? found.join(' ') : found.join('\n');
}

/** True when an element holds the whole text of a caption: then it is not set apart. */
function holdsAll(tree: HtmlTree, caption: number, part: number): boolean {
  return (
    CREDIT_TAGS.has(tree.name(part)) &&
    collapse(tree.textContent(caption, 600)) === collapse(tree.textContent(part, 600))
  );
}
