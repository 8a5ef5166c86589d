import { isTrackingParameter } from './tracking-parameters.js';

/** File names with fewer signs that tell pictures apart may be those of different pictures. */
const LEAST_SIGNS = 8;

/**
 * Two sizes or crops of one picture have the same key: the identifier in its file name, or the name without sizes,
 * query and extension; a name that says nothing stands with the folder that it is in.
 */
export function imageKey(url: string): string {
  let key = known.get(url);
  if (key !== undefined) return key;
  key = readKey(url);
  if (known.size === MOST_KNOWN) known.clear();
  known.set(url, key);
  return key;
}

/** The keys made last: the metadata and the body of a page name the same pictures. */
const known = new Map<string, string>();
const MOST_KNOWN = 200;

function readKey(url: string): string {
  const segments = pathOf(url).split('/').filter(Boolean);
  const number = segments.slice(-6, -1).findLast((segment) => NUMBER.test(segment));
  const name = nameOf(segments);
  if (name === undefined) return url.split('?', 1)[0]! + pictureQuery(url);
  return number === undefined || IDENTIFIER.test(name) ? name : `${number}/${name}`;
}

/** Query parameters that name a version of a picture: its size, quality and format, and what keeps caches apart. */
const VERSION_PARAMETER =
  /^(?:w|h|wid|hei|width|height|maxwidth|maxheight|size|sz|s|q|qlt|quality|fit|crop|rect|auto|format|fm|ext|dpr|scale|resize|mode|strip|sharp|fp-?[xy]|imwidth|cb|ts|t|v|ver|version|rev|sig|signature|token)$/i;

/** What the query says beside the version: which picture it is. */
function pictureQuery(url: string): string {
  const query = URL.parse(url)?.search.slice(1) ?? '';
  const named = query
    .split('&')
    .filter((pair) => pair !== '' && !VERSION_PARAMETER.test(pair.split('=', 1)[0]!))
    .filter((pair) => !isTrackingParameter(pair.split('=', 1)[0]!));
  return named.length === 0 ? '' : `?${named.sort().join('&')}`;
}

/** The folder of one picture or article: pictures of two may be called the same. */
const NUMBER = /^\d{6,12}$/;

function nameOf(segments: readonly string[]): string | undefined {
  let key = '';
  for (let i = segments.length - 1; i >= 0 && i >= segments.length - 3; i--) {
    const own = withoutSizes(segments[i]!);
    const id = IDENTIFIER.exec(own)?.[0];
    if (id !== undefined) return id;
    key = key === '' ? own : own === '' ? key : `${own}/${key}`;
    if (key.length >= LEAST_SIGNS && own.length >= LEAST_SIGNS) return key;
  }
  return key.length >= LEAST_SIGNS ? key : undefined;
}

/** Resizing services carry the address of the picture inside their own. */
const NESTED = /https?(?::|%3a)(?:\/|%2f){2}/gi;
const HOLDS_NESTED = /(?!^)https?(?::|%3a)(?:\/|%2f){2}/i;

function pathOf(url: string): string {
  let inner = 0;
  if (HOLDS_NESTED.test(url)) for (const found of url.matchAll(NESTED)) inner = found.index;
  const parsed = URL.parse(url);
  if (inner === 0) {
    if (!url.includes('?')) return parsed?.pathname ?? url;
    // "/_next/image?url=/photos/quay.jpg&w=640"
    const asked = parsed?.searchParams.get('url') ?? parsed?.searchParams.get('src');
    return asked?.startsWith('/') ? asked.split('?', 1)[0]! : (parsed?.pathname ?? url);
  }
  const address = url.slice(inner);
  const nested = /^https?:\/\//i.test(address) ? address : address.split('&', 1)[0]!;
  return URL.parse(decoded(nested))?.pathname ?? parsed?.pathname ?? url;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** A UUID or another number too long to be given twice. */
const IDENTIFIER = /[\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12}|(?<![\da-z])[\da-f]{24,64}(?![\da-z])/;

const EXTENSIONS = /(?:\.(?:jpe?g|png|webp|avif|gif|jfif|heic)){1,3}$/;

/** "300x200", "w520", "r1.778", "q85", "scale 2", "16x9", "scaled", "thumb": what a version of a picture is called. */
const VERSION =
  /(?<![a-z\d])(?:\d{2,4}x\d{2,4}|\d{1,2}[x:]\d{1,2}|[wh][-_]?\d{2,4}|\d{2,4}[wh]|\d{2,4}px|r\d\.\d{1,4}|q\d{1,3}|c[-_]?v?\d{1,2}[-_]\d{1,2}|fpx[\d.]{1,6}|fpy[\d.]{1,6}|[@_-]?\dx|scale[-_]\d|scaled|wide|square|landscape|portrait|mobile|desktop|retina|thumb(?:nail)?|small|medium|large|xlarge|crop(?:ped)?|resized?|original|default|social|master|teaser|image|photo|picture)(?![a-z\d])/g;

function withoutSizes(segment: string): string {
  const file = decoded(segment)
    .slice(0, 300)
    .toLowerCase()
    .replace(EXTENSIONS, '')
    // The versions of one picture in TYPO3 differ by a hash at the end.
    .replace(/^csm_(.{4,200})_[\da-f]{10}$/, '$1');
  return file
    .replace(VERSION, '')
    .replace(/[-_\s.]{2,}/g, '_')
    .replace(/^[-_\s.,]+|[-_\s.,]+$/g, '');
}
