import type { FetchedResource } from '@newsmill/outbound';
import {
  canonicalObjection,
  decodePage,
  mediaTypeOf,
  tryNormalizeUrl,
  type PageLinks,
  readPageLinks,
  sniffMediaType,
  type Variant,
  variantOf,
} from '@newsmill/web';

/** Gets one address, redirects followed. */
export type GetPage = (url: string) => Promise<FetchedResource>;

/** Pages in a row that may send their reader on by a refresh; then the last one is taken as it is. */
export const MAX_REFRESHES = 3;

/** Octets in which a page's head is looked for; what the head may hold, in any charset. */
const HEAD_OCTETS = 1024 * 1024;

const HTML = new Set(['text/html', 'application/xhtml+xml']);

/** Why another address than the one that was asked for is taken, or why it is not. */
export interface AddressStep {
  /** Where the page stood that led there. */
  from: string;
  to: string;
  by: 'refresh' | 'amp' | 'print';
  /** Why the page there does not count; absent when it does. */
  objection?: string;
}

/** The page that stands for an address, in its canonical form. */
export interface SettledPage {
  resource: FetchedResource;
  /** What the page says about addresses; absent when it is no HTML page. */
  links?: PageLinks;
  /** The variant that was put aside for the page. */
  variant?: Variant;
  steps: AddressStep[];
}

/**
 * Follows what a page says about where it stands: an immediate refresh is a temporary redirect, and an AMP or print form
 * gives way to the page that it declares canonical, if that one agrees (the rule is `canonical-page.ts` of libs/web). When
 * the canonical page cannot be had, for whatever reason, the variant stands for itself: its text is the article's too.
 * @param signal ends it
 * @throws what `get` throws for the target of a refresh, and the reason of the signal
 */
export async function settlePage(first: FetchedResource, get: GetPage, signal?: AbortSignal): Promise<SettledPage> {
  const steps: AddressStep[] = [];
  let resource = first;
  let links = linksOf(resource);
  const visited = new Set([...first.redirects, first.url].map(spelling));
  for (let sent = 0; sent < MAX_REFRESHES && links?.refresh !== undefined; sent += 1) {
    // A page that sends its reader to where he has been sets a cookie and has him come again: this is the page.
    if (visited.has(spelling(links.refresh))) break;
    steps.push({ from: resource.url, to: links.refresh, by: 'refresh' });
    const next = await get(links.refresh);
    resource = joined(resource, next, first.movedTo);
    for (const url of [...next.redirects, next.url]) visited.add(spelling(url));
    links = linksOf(resource);
  }
  const variant = links === undefined ? undefined : variantOf(resource.url, links);
  if (variant === undefined) return { resource, ...(links && { links }), steps };

  const step: AddressStep = { from: resource.url, to: variant.canonical, by: variant.kind };
  const found = await canonicalOf(variant, resource, get);
  signal?.throwIfAborted();
  if ('objection' in found) {
    steps.push({ ...step, objection: found.objection });
    return { resource, ...(links && { links }), steps };
  }
  steps.push(step);
  return { resource: joined(resource, found.resource, found.resource.url), links: found.links, variant, steps };
}

async function canonicalOf(
  variant: Variant,
  own: FetchedResource,
  get: GetPage,
): Promise<{ resource: FetchedResource; links: PageLinks } | { objection: string }> {
  let resource: FetchedResource;
  try {
    resource = await get(variant.canonical);
  } catch (error) {
    return { objection: `the canonical page cannot be had: ${(error as Error).message}` };
  }
  const links = linksOf(resource);
  if (links === undefined) return { objection: `the canonical address has no page (HTTP status ${resource.status})` };
  const objection = canonicalObjection(variant, own.url, resource.url, links);
  return objection === undefined ? { resource, links } : { objection };
}

/** What a page says about addresses; undefined for an answer that is no HTML page. */
function linksOf({ url, status, contentType, body, headers }: FetchedResource): PageLinks | undefined {
  if (status < 200 || status >= 300 || body.length === 0) return undefined;
  if (!HTML.has(mediaTypeOf(contentType) ?? sniffMediaType(body) ?? '')) return undefined;
  let end = Math.min(body.length, HEAD_OCTETS);
  // A character cut in two would make valid UTF-8 look like another charset.
  while (end < body.length && end > 0 && body[end - 1]! > 0x7f) end -= 1;
  const { text } = decodePage(body.subarray(0, end), contentType);
  const { link, refresh } = headers;
  return readPageLinks(text, url, { ...(link !== undefined && { link }), ...(refresh !== undefined && { refresh }) });
}

/** The last answer, with the whole way to it. */
function joined(before: FetchedResource, last: FetchedResource, movedTo: string | undefined): FetchedResource {
  const { movedTo: _, ...answer } = last;
  return {
    ...answer,
    redirects: [...before.redirects, before.url, ...last.redirects],
    ...(movedTo !== undefined && { movedTo }),
  };
}

/** Addresses that cannot be normalised differ by their text. */
function spelling(url: string): string {
  return tryNormalizeUrl(url) ?? url;
}
