import type { ImageFound } from '../article.js';
import { nameWords, Role } from '../body/names.js';
import type { HtmlTree } from '../html-tree.js';
import { webUrl } from '../links.js';
import { collapse, comparisonKey } from '../text.js';
import { isCreditLabel, splitCaption, stripCreditLabel } from './caption.js';
import { largestOfSrcset } from './srcset.js';

/** Attributes that lazy loaders read, the fullest first. */
const LAZY_SETS = ['data-srcset', 'data-lazy-srcset', 'data-original-set', 'srcset', 'imagesrcset'];
const LAZY_SOURCES = [
  'data-src',
  'data-lazy-src',
  'data-original',
  'data-hi-res-src',
  'data-full-src',
  'data-image',
  'data-url',
  'data-lazy',
  'src',
];

/** A picture smaller than this on either side is an icon. */
const MIN_SIDE = 90;

/** Pictures kept of one article, and those looked at to find them. */
const MAX_IMAGES = 200;
const MAX_SEEN = 2_000;

const NOT_CONTENT: ReadonlySet<number> = new Set([
  Role.related,
  Role.promotion,
  Role.comments,
  Role.frame,
  Role.tags,
  Role.tools,
  Role.byline,
]);

const ICON_NAME =
  / (?:logo|icon|icons|avatar|emoji|sprite|pixel|tracking|spacer|blank|placeholder|badge|gravatar|headshot|author) /;

/** A picture and where it stands. */
export interface PlacedImage {
  readonly node: number;
  readonly image: ImageFound;
}

/** The pictures that stand in a range of the tree, in page order, each once. `removed` holds the role that removed a node. */
export function findImages(
  tree: HtmlTree,
  from: number,
  to: number,
  removed: Uint8Array,
  baseUrl: string,
): PlacedImage[] {
  const found: PlacedImage[] = [];
  const seen = new Set<string>();
  let looked = 0;
  for (let i = from; i < to && found.length < MAX_IMAGES && looked < MAX_SEEN; i++) {
    const name = tree.name(i);
    if ((name !== 'img' && name !== 'amp-img') || NOT_CONTENT.has(removed[i]!)) continue;
    looked++;
    const image = readImage(tree, i, baseUrl);
    if (!image) continue;
    const key = imageKey(image.url);
    if (seen.has(key)) continue;
    seen.add(key);
    found.push({ node: i, image });
  }
  return found;
}

/** Two sizes of one picture have the same key: the file's name without size suffixes, query and extension. */
export function imageKey(url: string): string {
  const path = URL.parse(url)?.pathname ?? url;
  const file = path.slice(path.lastIndexOf('/') + 1).toLowerCase();
  const bare = file.replace(/\.(?:jpe?g|png|webp|avif|gif)$/, '').replace(/[-_]\d{2,4}x\d{2,4}$/, '');
  return bare.length >= 8 ? bare : url.split('?', 1)[0]!;
}

function readImage(tree: HtmlTree, node: number, baseUrl: string): ImageFound | undefined {
  const url = bestUrl(tree, node, baseUrl);
  if (!url || /\.svg(?:$|\?)/i.test(url)) return undefined;
  const width = pixels(tree.attribute(node, 'width'));
  const height = pixels(tree.attribute(node, 'height'));
  if ((width !== undefined && width < MIN_SIDE) || (height !== undefined && height < MIN_SIDE)) return undefined;
  const file = url.slice(url.lastIndexOf('/') + 1).split('?', 1)[0]!;
  if (ICON_NAME.test(nameWords(`${tree.attribute(node, 'class') ?? ''} ${file}`))) return undefined;
  const alt = collapse(tree.attribute(node, 'alt') ?? '');
  return {
    url,
    ...readCaption(tree, node),
    ...(alt && { alt }),
    ...(width !== undefined && { width }),
    ...(height !== undefined && { height }),
  };
}

/** The largest version: of the picture's sources and the image's own sets, then lazy attributes, then src. */
function bestUrl(tree: HtmlTree, node: number, baseUrl: string): string | undefined {
  const parent = tree.parent(node);
  const holders = [node];
  if (parent > 0 && tree.name(parent) === 'picture') {
    for (let i = parent + 1; i < tree.end(parent); i++) if (tree.name(i) === 'source') holders.push(i);
  }
  for (const holder of holders) {
    for (const attribute of LAZY_SETS) {
      const set = tree.attribute(holder, attribute);
      const largest = set === undefined ? undefined : imageUrl(largestOfSrcset(set), baseUrl);
      if (largest) return largest;
    }
  }
  for (const attribute of LAZY_SOURCES) {
    const url = imageUrl(tree.attribute(node, attribute), baseUrl);
    if (url) return url;
  }
  return undefined;
}

/** An address that can be a picture of the article: not a data URL, not a lazy loader's placeholder. */
function imageUrl(reference: string | undefined, baseUrl: string): string | undefined {
  if (!reference || reference.startsWith('data:') || reference.startsWith('{')) return undefined;
  const url = webUrl(reference, baseUrl);
  return url &&
    !/(?:placeholder|blank|spacer|transparent|1x1|loading|pixel)[\w-]*\.(?:gif|png|svg|jpe?g|webp)/i.test(url)
    ? url
    : undefined;
}

function pixels(value: string | undefined): number | undefined {
  const found = /^\s*(\d{1,5})(?:px|\.\d{1,4})?\s*$/.exec(value ?? '');
  return found && Number(found[1]) > 0 ? Number(found[1]) : undefined;
}

const CAPTION_NAME =
  / (?:(?:fig)?caption|captions|caption ?text|bildunterschrift|bildtext|legende|legend|didascalia|wp caption text|piefoto|image ?description) /;
const CREDIT_NAME =
  / (?:credits?|copyright|photographer|photo ?credit|image ?credit|source|agency|rights|byline|fotograf|quelle|author|attribution|courtesy) /;

/** How many elements outwards a caption may stand from its image, and how many nodes its holder may have. */
const CAPTION_LEVELS = 6;
const MAX_HOLDER = 300;

function readCaption(tree: HtmlTree, image: number): Pick<ImageFound, 'caption' | 'credit'> {
  let holder = tree.parent(image);
  for (let level = 0; level < CAPTION_LEVELS && holder > 0; level++, holder = tree.parent(holder)) {
    if (
      tree.end(holder) - holder > MAX_HOLDER ||
      NOT_HOLDERS.has(tree.name(holder)) ||
      holdsAnother(tree, holder, image)
    )
      break;
    const own = captionWithin(tree, holder);
    if (own) return own;
    if (tree.name(holder) === 'figure') break;
  }
  return {};
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

function captionWithin(tree: HtmlTree, holder: number): Pick<ImageFound, 'caption' | 'credit'> | undefined {
  let captionText = '';
  const credits: string[] = [];
  for (let i = holder + 1; i < tree.end(holder); i++) {
    const words = nameWords(tree.attribute(i, 'class') ?? '');
    if (
      CREDIT_NAME.test(words) &&
      tree.name(i) !== 'figure' &&
      tree.name(i) !== 'figcaption' &&
      !CAPTION_NAME.test(words)
    ) {
      credits.push(collapse(tree.textContent(i, 500)));
      i = tree.end(i) - 1;
    } else if (tree.name(i) === 'figcaption' || CAPTION_NAME.test(words)) {
      captionText = textWithoutCredits(tree, i, credits);
      i = tree.end(i) - 1;
    }
  }
  const credit = stripCreditLabel(credits.find(Boolean) ?? '');
  if (!captionText && !credit) return undefined;
  const split = splitCaption(captionText);
  const result: Pick<ImageFound, 'caption' | 'credit'> = {};
  if (split.caption && comparisonKey(split.caption) !== comparisonKey(credit)) result.caption = split.caption;
  const bestCredit = credit || split.credit;
  if (bestCredit && bestCredit.length <= 200) result.credit = bestCredit;
  return result;
}

function textWithoutCredits(tree: HtmlTree, node: number, credits: string[]): string {
  let text = '';
  for (let i = node + 1; i < tree.end(node); i++) {
    if (CREDIT_NAME.test(nameWords(tree.attribute(i, 'class') ?? ''))) {
      const credit = collapse(tree.textContent(i, 500));
      // A label alone ("Copyright") leaves the name to the text around it.
      if (isCreditLabel(credit)) text += ` ${credit} `;
      else credits.push(credit);
      i = tree.end(i) - 1;
    } else text += tree.texts[i]! + (tree.name(i) === 'p' ? ' ' : '');
  }
  return collapse(text);
}
