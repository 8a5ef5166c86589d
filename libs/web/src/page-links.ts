import { headTags } from './html-head.js';
import { linksWithRelation } from './link-header.js';

/** What a page says about addresses: its own, its AMP twin's, and where it sends its reader on. */
export interface PageLinks {
  /**
   * The absolute address that the page calls its own: of its markup, else of the Link header (RFC 6596). Undefined when it
   * names none, or several different ones in one place.
   */
  canonical?: string;
  /** Where the canonical address stood. */
  canonicalFrom?: 'markup' | 'header';
  /** The absolute address of the page's AMP twin (`<link rel=amphtml>`). */
  amp?: string;
  /** Whether the page says that it is AMP: `<html ⚡>` or `<html amp>`. */
  isAmp: boolean;
  /** Where the page sends its reader at once: `<meta http-equiv=refresh>` or a Refresh header, with no delay. */
  refresh?: string;
}

/** The headers that speak of addresses, by lower-case name. */
export interface LinkHeaders {
  link?: string;
  refresh?: string;
}

/**
 * Reads the head of a page, in one pass and without a parser: what stands in the body does not count.
 * @param url where the page stands; relative addresses are read against it, or against its `<base>`
 */
export function readPageLinks(html: string, url: string, headers: LinkHeaders = {}): PageLinks {
  const canonicals: string[] = [];
  let base: string | undefined;
  let amp: string | undefined;
  let refresh: string | undefined;
  let isAmp = false;
  for (const { name, attributes } of headTags(html)) {
    if (name === 'html') isAmp ||= ['⚡', '⚡\ufe0f', 'amp'].some((mark) => attributes.has(mark));
    else if (name === 'base') base ??= attributes.get('href');
    else if (name === 'link') {
      const href = attributes.get('href');
      const relations = (attributes.get('rel') ?? '').toLowerCase().split(/\s+/);
      if (href === undefined || href.trim() === '') continue;
      // An alternate that is also canonical is a template's mistake in translations; what is said is said.
      if (relations.includes('canonical')) canonicals.push(href);
      if (relations.includes('amphtml')) amp ??= href;
    } else if (name === 'meta' && attributes.get('http-equiv')?.toLowerCase() === 'refresh') {
      refresh ??= attributes.get('content');
    }
  }
  const against = webAddress(base, url) ?? url;
  const inMarkup = oneOf(canonicals.map((href) => webAddress(href, against)));
  const inHeader = oneOf(linksWithRelation(headers.link, 'canonical').map((target) => webAddress(target, url)));
  const canonical = canonicals.length > 0 ? inMarkup : inHeader;
  // A header goes before the page, whose base says nothing of it.
  const sentTo = refreshTarget(headers.refresh, url) ?? refreshTarget(refresh, against);
  const ampUrl = webAddress(amp, against);
  return {
    isAmp,
    ...(canonical !== undefined && {
      canonical,
      canonicalFrom: canonicals.length > 0 ? ('markup' as const) : ('header' as const),
    }),
    ...(ampUrl !== undefined && { amp: ampUrl }),
    ...(sentTo !== undefined && { refresh: sentTo }),
  };
}

/** Several addresses that differ say nothing. */
function oneOf(addresses: readonly (string | undefined)[]): string | undefined {
  const [first, ...others] = new Set(addresses.filter((address) => address !== undefined));
  return others.length === 0 ? first : undefined;
}

/** HTML, "shared declarative refresh steps": a delay, a separator, `url=` and an address, most of it optional. */
const REFRESH = /^\s*(\d{0,9})(?:\.[\d.]{0,20})?\s{0,9}(?:[;,]|(?=\s))\s{0,9}(?:url\s{0,9}=\s{0,9})?(.*)$/is;

function refreshTarget(content: string | undefined, base: string): string | undefined {
  const match = REFRESH.exec((content ?? '').slice(0, 4_096));
  if (match === null || Number(match[1]) !== 0) return undefined;
  const written = match[2]!.trim();
  const quote = written[0];
  const closed = quote === '"' || quote === "'" ? written.slice(1).split(quote, 1)[0]! : written;
  return closed === '' ? undefined : webAddress(closed, base);
}

/** Longer ones are data, not addresses. */
const MAX_LENGTH = 4_096;

function webAddress(reference: string | undefined, base: string): string | undefined {
  const trimmed = reference?.trim() ?? '';
  if (trimmed === '' || trimmed.length > MAX_LENGTH) return undefined;
  const url = URL.parse(trimmed, base);
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) return undefined;
  if (url.username !== '' || url.password !== '') return undefined;
  url.hash = '';
  return url.href;
}
