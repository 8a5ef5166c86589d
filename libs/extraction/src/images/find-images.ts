import type { ImageFound } from '../article.js';
import { nameWords, Role } from '../body/names.js';
import type { Trace } from '../explain/trace.js';
import type { HtmlTree } from '../html-tree.js';
import { webUrl } from '../links.js';
import { collapse } from '../text.js';
import { readCaption } from './read-caption.js';
import { imageKey, joinReports } from './same-picture.js';
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
  /** The text nodes of a caption that no name tells from a paragraph. */
  readonly lines: readonly number[];
}

/**
 * The pictures that stand in a range of the tree, in page order, each once with what all its copies say. `removed`
 * holds the role that removed a node.
 */
export function findImages(
  tree: HtmlTree,
  from: number,
  to: number,
  removed: Uint8Array,
  baseUrl: string,
  trace?: Trace,
): PlacedImage[] {
  const found: PlacedImage[] = [];
  const seen = new Map<string, number>();
  let looked = 0;
  for (let i = from; i < to && found.length < MAX_IMAGES && looked < MAX_SEEN; i++) {
    const name = tree.name(i);
    if (name !== 'img' && name !== 'amp-img') continue;
    if (NOT_CONTENT.has(removed[i]!)) {
      trace?.leaveImage(i, 'stands in an element that is named as something beside the article');
      continue;
    }
    looked++;
    const placed = readImage(tree, i, baseUrl);
    if (!placed) {
      trace?.leaveImage(i, 'is an icon, too small, or has no address of a picture');
      continue;
    }
    const key = imageKey(placed.image.url);
    const first = seen.get(key);
    if (first === undefined) seen.set(key, found.push(placed) - 1);
    else found[first] = joinCopies(found[first]!, placed);
  }
  return found;
}

function joinCopies(first: PlacedImage, copy: PlacedImage): PlacedImage {
  return { ...first, image: joinReports(first.image, copy.image), lines: [...first.lines, ...copy.lines] };
}

function readImage(tree: HtmlTree, node: number, baseUrl: string): PlacedImage | undefined {
  const url = bestUrl(tree, node, baseUrl);
  if (!url || /\.svg(?:$|\?)/i.test(url)) return undefined;
  const width = pixels(tree.attribute(node, 'width'));
  const height = pixels(tree.attribute(node, 'height'));
  if ((width !== undefined && width < MIN_SIDE) || (height !== undefined && height < MIN_SIDE)) return undefined;
  const file = url.slice(url.lastIndexOf('/') + 1).split('?', 1)[0]!;
  if (ICON_NAME.test(nameWords(`${tree.attribute(node, 'class') ?? ''} ${file}`))) return undefined;
  const alt = collapse(tree.attribute(node, 'alt') ?? '');
  const { parts, lines } = readCaption(tree, node);
  const image: ImageFound = {
    url,
    ...parts,
    ...(alt && { alt }),
    ...(width !== undefined && { width }),
    ...(height !== undefined && { height }),
  };
  return { node, image, lines };
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
