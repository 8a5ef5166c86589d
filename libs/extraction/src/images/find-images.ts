import { imageKey } from '@newsmill/web';
import type { ImageFound } from '../article.js';
import { Role } from '../body/names.js';
import { PhraseTable } from '../body/phrase-table.js';
import type { Trace } from '../explain/trace.js';
import type { HtmlTree } from '../html-tree.js';
import { collapse, comparisonKey } from '../text.js';
import { splitCaption } from './caption.js';
import { bestSource, isBackgroundPicture, type ImageSource } from './image-source.js';
import { holdersOf, readCaption, type CaptionKind, type ReadCaption } from './read-caption.js';
import { joinReports } from './join-reports.js';

/** A picture smaller than this on either side is an icon. */
const MIN_SIDE = 90;

/** Signs read of a description. */
const MAX_ALT = 5_000;

/** Pictures kept of one article, and those looked at to find them. */
const MAX_IMAGES = 200;
const MAX_SEEN = 2_000;

/** Parts of the page whose pictures are never the article's. */
const NEVER: ReadonlySet<number> = new Set([Role.promotion, Role.comments, Role.tags, Role.byline, Role.tools]);

/** Names of files and classes that are given to icons, portraits of writers and advertising. */
const ICON_FILE = new PhraseTable([
  / (?:logos?|icons?|avatars?|emojis?|sprite|pixel|tracking|spacer|blank|placeholder|badge|gravatar|headshot|author|authors|werbung|banner|advert|favicon|profile image) /,
]);
const ICON_CLASS = new PhraseTable([
  / (?:logo|icons?|avatar|emoji|sprite|badge|gravatar|headshot|author|profile pic(?:ture)?|wp smiley) /,
]);

/** A picture and where it stands. */
export interface PlacedImage {
  readonly node: number;
  /** By which copies of the picture are told, as `imageKey` gives it. */
  readonly key: string;
  readonly image: ImageFound;
  /** The text nodes of a caption that no name tells from a paragraph. */
  readonly lines: readonly number[];
  readonly kind: CaptionKind;
  /** Pixels wide, when the page says so of this version. */
  readonly offered?: number;
}

/**
 * The pictures that stand in a range of the tree, in page order, each once with what all its copies say. `removed`
 * holds the role that removed a node. Before the range only the pictures with the keys `above` are taken: those by
 * which the page presents itself.
 */
export function findImages(
  tree: HtmlTree,
  from: number,
  to: number,
  removed: Uint8Array,
  baseUrl: string,
  above: ReadonlySet<string> = new Set(),
  trace?: Trace,
): PlacedImage[] {
  const found: PlacedImage[] = [];
  const seen = new Map<string, number>();
  const hasStyles = tree.hasAttribute('style');
  let looked = 0;
  for (let i = above.size > 0 ? 0 : from; i < to && found.length < MAX_IMAGES && looked < MAX_SEEN; i++) {
    const name = tree.name(i);
    const isImage = name === 'img' ? tree.name(tree.parent(i)) !== 'amp-img' : name === 'amp-img';
    if (!isImage && !(hasStyles && isBackgroundPicture(tree, i))) continue;
    if (NEVER.has(removed[i]!)) {
      trace?.leaveImage(i, 'stands in an element that is named as something beside the article');
      continue;
    }
    looked++;
    if (i < from && removed[i] !== Role.none) continue;
    const source = bestSource(tree, i, baseUrl);
    const key = source === undefined ? '' : imageKey(source.url);
    // Before the range all that does not present the page is left, for whatever reason.
    if (i < from && trace === undefined && !above.has(key)) continue;
    const placed = source && readImage(tree, i, removed, source, key);
    if (!placed) {
      trace?.leaveImage(i, 'is an icon, too small, or has no address of a picture');
      continue;
    }
    if (i < from && !above.has(key)) continue;
    const first = seen.get(key);
    if (first === undefined) seen.set(key, found.push(placed) - 1);
    else found[first] = joinCopies(found[first]!, placed);
  }
  return found;
}

const KINDS: readonly CaptionKind[] = ['none', 'bare', 'named', 'figcaption'];

/** Of two captions of one picture the surer one goes, and of equal ones that with a credit. */
function captionRank({ kind, image }: PlacedImage): number {
  return 2 * KINDS.indexOf(kind) + (image.credit === undefined ? 0 : 1);
}

/** The better captioned copy, with what only the other says; the larger of their versions. */
function joinCopies(first: PlacedImage, copy: PlacedImage): PlacedImage {
  const [better, other] = captionRank(copy) > captionRank(first) ? [copy, first] : [first, copy];
  const image = joinReports(better.image, other.image);
  const lines = [...first.lines, ...copy.lines];
  if (other.offered === undefined || other.offered <= (better.offered ?? other.offered))
    return { ...better, node: first.node, image, lines };
  return { ...better, node: first.node, image: { ...image, url: other.image.url }, lines, offered: other.offered };
}

function readImage(
  tree: HtmlTree,
  node: number,
  removed: Uint8Array,
  source: ImageSource,
  key: string,
): PlacedImage | undefined {
  if (/\.svg(?:$|\?)/i.test(source.url)) return undefined;
  const width = pixels(tree.attribute(node, 'width'));
  const height = pixels(tree.attribute(node, 'height'));
  if ((width !== undefined && width < MIN_SIDE) || (height !== undefined && height < MIN_SIDE)) return undefined;
  if (isIcon(tree, node, source.url)) return undefined;
  const read = readCaption(tree, node);
  if (!isNamed(read) && isLinkedElsewhere(tree, node)) return undefined;
  if (isPortrait(read.parts) || !belongs(tree, node, removed, read)) return undefined;
  const said = collapse((tree.attribute(node, 'alt') ?? tree.attribute(node, 'aria-label') ?? '').slice(0, MAX_ALT));
  const described = splitCaption(said);
  // A credit in the description is written there because the page shows no other.
  const alt = described.credit === undefined ? said : (described.caption ?? '');
  const credit = read.parts.credit ?? described.credit;
  const image: ImageFound = {
    url: source.url,
    ...read.parts,
    ...(credit !== undefined && { credit }),
    ...(alt && { alt }),
    ...(width !== undefined && { width }),
    ...(height !== undefined && { height }),
  };
  const offered = source.width ?? width;
  return { node, key, image, lines: read.lines, kind: read.kind, ...(offered !== undefined && { offered }) };
}

function isIcon(tree: HtmlTree, node: number, url: string): boolean {
  if (ICON_CLASS.matches(tree.attribute(node, 'class') ?? '')) return true;
  const path = (URL.parse(url)?.pathname ?? '').split('/').filter(Boolean);
  if (ICON_FILE.matches(path.at(-1) ?? '')) return true;
  if (path.some((folder) => /^(?:authors?|avatars?|logos?|icons?|emojis?|gravatar|badges?)$/i.test(folder)))
    return true;
  const sides = /[-_](\d{1,4})x(\d{1,4})\.\w{3,4}$/.exec(path.at(-1) ?? '');
  return sides !== null && (Number(sides[1]) < MIN_SIDE || Number(sides[2]) < MIN_SIDE);
}

/** Words in a link that make the picture in it a teaser of another page. */
const TEASER_WORDS = 3;

/** A picture in a link that says where it leads, or in a paid one. */
function isLinkedElsewhere(tree: HtmlTree, node: number): boolean {
  for (let i = tree.parent(node), level = 0; i > 0 && level < 6; i = tree.parent(i), level++) {
    if (tree.name(i) === 'figure') return false;
    if (tree.name(i) !== 'a') continue;
    if (/\bsponsored\b/.test(tree.attribute(i, 'rel') ?? '')) return true;
    const words = collapse(tree.textContent(i, 500)).split(' ').length;
    return words >= TEASER_WORDS && tree.attribute(i, 'href')?.startsWith('#') !== true;
  }
  return false;
}

/** Nodes in a part that is nothing but a picture. */
const MAX_PART = 300;

/** The line under a picture of the writer. */
const BYLINE = /^(?:[Bb]y|[Vv]on|[Pp]ar|[Pp]or|[Dd]oor|[Aa]v|[Aa]f|[Oo]leh)\s\p{Lu}/u;
const MOST_BYLINE_WORDS = 8;

function isPortrait({ caption, credit }: ReadCaption['parts']): boolean {
  const line = caption ?? credit ?? '';
  return BYLINE.test(line) && line.split(' ').length <= MOST_BYLINE_WORDS && !/[.!?]$/.test(line);
}

/** The pictures without the portraits of the article's writers, which are described by their names alone. */
export function withoutPortraits(images: readonly PlacedImage[], authors: readonly string[]): PlacedImage[] {
  const names = new Set(authors.map(comparisonKey));
  return images.filter(({ image }) => {
    const said = [image.caption ?? '', image.alt ?? '', (image.alt ?? '').split(',', 1)[0]!].map(comparisonKey);
    return !said.some((text) => names.has(text));
  });
}

function isNamed({ kind, parts }: ReadCaption): boolean {
  return parts.caption !== undefined && (kind === 'named' || kind === 'figcaption');
}

/**
 * A picture in a part that its name takes from the text is the article's when that part is nothing but the picture: no
 * link in a part that is called related ("teaser"), a caption in a frame ("widget").
 */
function belongs(tree: HtmlTree, node: number, removed: Uint8Array, read: ReadCaption): boolean {
  const role = removed[node]!;
  if (role === Role.related) {
    let part = node;
    while (removed[tree.parent(part)] === role) part = tree.parent(part);
    return tree.end(part) - part <= MAX_PART && !holdsLink(tree, part);
  }
  if (role !== Role.frame) return true;
  const holder = holdersOf(tree, node).at(-1);
  return holder !== undefined && read.parts.caption !== undefined && !holdsLink(tree, holder);
}

function holdsLink(tree: HtmlTree, node: number): boolean {
  for (let i = node; i < tree.end(node); i++) if (tree.name(i) === 'a') return true;
  return false;
}

function pixels(value: string | undefined): number | undefined {
  const found = /^\s*(\d{1,5})(?:px|\.\d{1,4})?\s*$/.exec(value ?? '');
  return found && Number(found[1]) > 0 ? Number(found[1]) : undefined;
}
