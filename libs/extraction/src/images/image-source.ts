import { imageKey } from '@newsmill/web';
import { TEXT, type HtmlTree } from '../html-tree.js';
import { webUrl } from '../links.js';
import { largestOfSrcset, type Source } from './srcset.js';

/** The version of a picture that was chosen. */
export interface ImageSource {
  url: string;
  /** Pixels wide, when the page says so of this version. */
  width?: number;
}

/** Attributes that hold sets of versions; those that lazy loaders read go before the browser's own. */
const SETS = /^(?:data-(?:[a-z-]{0,20}-)?(?:srcset|src-set|original-set|bgset)|lazy-srcset|srcset|imagesrcset)$/;

/** Attributes from which lazy loaders take the address: the later the pattern, the lower its rank. */
const SINGLES: readonly RegExp[] = [
  /^data-(?:hi-?res(?:-src)?|full(?:-?size)?(?:-src)?|large(?:-file|-src|_image)?|orig(?:inal)?(?:-file|-src)?|zoom-image|max-src)$/,
  /^(?:data-|nitro-)?(?:lazy|ll|cf|pagespeed-lazy|runner|actual|real|default|desktop|image|img|pin|flickity|echo|defer|async|native|delayed|fallback)?[-_]?(?:src|lazyload|lazy|image|img|media|url|echo|source)$/,
  /^data-(?:medium-file|mobile-src|src-(?:medium|large|desktop|mobile|retina))$/,
];

/** Whether an attribute of this name holds a picture's address, or a set of them. */
export function pictureAttribute(name: string): 'address' | 'set' | undefined {
  if (SETS.test(name)) return 'set';
  return SINGLES.some((pattern) => pattern.test(name)) ? 'address' : undefined;
}

/** Versions of other widths than the image's own belong to other screens unless they are this much larger. */
const MUCH_LARGER = 1.3;

/** The largest version that the image, its `picture`, its link or its lazy loader's attributes offer. */
export function bestSource(tree: HtmlTree, node: number, baseUrl: string): ImageSource | undefined {
  const own = largestSet(tree, node, baseUrl);
  let best = own;
  const parent = tree.parent(node);
  if (parent > 0 && tree.name(parent) === 'picture') {
    for (let i = parent + 1; i < tree.end(parent); i++) {
      if (tree.name(i) !== 'source' || /portrait/.test(tree.attribute(i, 'media') ?? '')) continue;
      const source = largestSet(tree, i, baseUrl);
      if (source && (!best || source.size > best.size * (best === own ? MUCH_LARGER : 1))) best = source;
    }
  }
  if (best) return best.width === undefined ? { url: best.url } : { url: best.url, width: best.width };
  const url = linkedOriginal(tree, node, baseUrl) ?? lazyUrl(tree, node, baseUrl) ?? ownUrl(tree, node, baseUrl);
  return url === undefined ? undefined : { url };
}

/** A thumbnail that links to the same picture in full. */
function linkedOriginal(tree: HtmlTree, node: number, baseUrl: string): string | undefined {
  const parent = tree.name(tree.parent(node)) === 'picture' ? tree.parent(tree.parent(node)) : tree.parent(node);
  const href = tree.name(parent) === 'a' ? tree.attribute(parent, 'href') : undefined;
  if (href === undefined || !/\.(?:jpe?g|png|webp|avif)(?:$|\?)/i.test(href)) return undefined;
  const full = imageUrl(href, baseUrl);
  const shown = lazyUrl(tree, node, baseUrl) ?? ownUrl(tree, node, baseUrl);
  return full !== undefined && shown !== undefined && imageKey(full) === imageKey(shown) ? full : undefined;
}

function ownUrl(tree: HtmlTree, node: number, baseUrl: string): string | undefined {
  return imageUrl(tree.attribute(node, 'src'), baseUrl) ?? imageUrl(backgroundOf(tree, node), baseUrl);
}

function largestSet(tree: HtmlTree, node: number, baseUrl: string): Source | undefined {
  let best: Source | undefined;
  for (const [name, value] of tree.attributesOf(node)) {
    if (!SETS.test(name)) continue;
    const largest = largestOfSrcset(value);
    const url = imageUrl(largest?.url, baseUrl);
    if (largest && url !== undefined && (!best || largest.size > best.size)) best = { ...largest, url };
  }
  return best;
}

function lazyUrl(tree: HtmlTree, node: number, baseUrl: string): string | undefined {
  const attributes = tree.attributesOf(node);
  for (const pattern of SINGLES) {
    for (const [name, value] of attributes) {
      const url = name === 'src' || !pattern.test(name) ? undefined : imageUrl(value, baseUrl);
      if (url) return url;
    }
  }
  for (const [name, value] of attributes) {
    const url =
      name.startsWith('data-') && /^\s*[[{]/.test(value) ? imageUrl(largestInJson(value), baseUrl) : undefined;
    if (url) return url;
  }
  return undefined;
}

/** Values looked at in the JSON of one attribute, and its greatest length. */
const MAX_VALUES = 200;
const MAX_JSON = 20_000;
const PICTURE_FILE = /^(?:https?:)?\/\/?[^\s"]+\.(?:jpe?g|png|webp|avif)(?:$|[?#])/i;

/** The address beside the greatest width in an attribute's JSON; addresses may be values or keys. */
function largestInJson(json: string): string | undefined {
  if (json.length > MAX_JSON) return undefined;
  let best: { url: string; width: number } | undefined;
  const queue: unknown[] = [parsed(json)];
  for (let i = 0; i < queue.length && i < MAX_VALUES; i++) {
    const value = queue[i];
    if (typeof value !== 'object' || value === null) continue;
    const entries = Object.entries(value);
    const width = Number(entries.find(([key]) => /^(?:w|width|size)$/.test(key))?.[1]) || 0;
    for (const [key, entry] of entries) {
      const url =
        typeof entry === 'string' && PICTURE_FILE.test(entry) ? entry : PICTURE_FILE.test(key) ? key : undefined;
      const side = url === key && typeof entry === 'object' ? widthOf(entry) : width;
      if (url !== undefined && (!best || side > best.width)) best = { url, width: side };
      if (typeof entry === 'object') queue.push(entry);
    }
  }
  return best?.url;
}

function widthOf(value: unknown): number {
  return typeof value === 'object' && value !== null && 'w' in value ? Number(value.w) || 0 : 0;
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

/** The address in `background-image: url(…)` of the element's style. */
export function backgroundOf(tree: HtmlTree, node: number): string | undefined {
  const style = tree.attribute(node, 'style');
  if (!style?.includes('background')) return undefined;
  return /background(?:-image)?\s?:[^;]{0,60}?url\(\s?["']?([^"')]{1,2000})/i.exec(style)?.[1];
}

const PLACEHOLDER =
  /(?:placeholder|blank|spacer|transparent|1x1|loading|pixel|clear|grey|gray|dummy|lazy)[\w-]{0,40}\.(?:gif|png|svg|jpe?g|webp)/i;

/** Counters and advertising: what they deliver is no picture. */
const COUNTER =
  /^https?:\/\/(?:[\w-]+\.){0,4}(?:vgwort\.de|scorecardresearch\.com|doubleclick\.net|google-analytics\.com|googlesyndication\.com|ivwbox\.de|ioam\.de|xiti\.com|quantserve\.com|chartbeat\.(?:com|net)|wp\.com\/g\.gif|facebook\.com\/tr|feedburner\.com|adnxs\.com|mailmunch\.co)\b/i;

/** An address that can be a picture of the article: no data URL, no placeholder, no template, no counter. */
export function imageUrl(reference: string | undefined, baseUrl: string): string | undefined {
  if (!reference || /^\s*(?:data:|[{[])/.test(reference) || /[{}]|%7b/i.test(reference)) return undefined;
  if (!/[./]/.test(reference) || /\s/.test(reference.trim())) return undefined;
  const url = webUrl(reference, baseUrl);
  return url === undefined || PLACEHOLDER.test(url) || COUNTER.test(url) ? undefined : url;
}

/** Nodes in a box that is nothing but its background. */
const MAX_BOX = 50;

/** True for an element that shows a picture by its style alone and says so. */
export function isBackgroundPicture(tree: HtmlTree, node: number): boolean {
  if (backgroundOf(tree, node) === undefined || tree.end(node) - node > MAX_BOX) return false;
  const name = ` ${(tree.attribute(node, 'class') ?? '').toLowerCase()} `;
  if (tree.attribute(node, 'role') !== 'img' && !/image|photo|picture|hero|foto|bild/.test(name)) return false;
  for (let i = node + 1; i < tree.end(node); i++) {
    if (tree.name(i) === 'img' || (tree.name(i) === TEXT && tree.texts[i]!.trim() !== '')) return false;
  }
  return true;
}
