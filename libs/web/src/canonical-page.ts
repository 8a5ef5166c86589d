import { InvalidUrl, normalizeUrl, tryNormalizeUrl } from './normalize-url.js';
import type { PageLinks } from './page-links.js';

/** Why a declared address is not believed. */
export type CanonicalDoubt =
  /** Not an http(s) address without credentials. */
  | 'not-an-address'
  /** A front page, declared by a page that is none: a template's mistake. */
  | 'front-page'
  /** Another site: to believe it would let any page take over any article. */
  | 'other-site';

export type CanonicalVerdict =
  { believed: true; url: string } | { believed: false; doubt: CanonicalDoubt; url?: string };

/**
 * Judges the address that a page calls its own by the two addresses alone. It is believed when it is on the same site
 * (the host, apart from `www.`, `m.`, `mobile.`, `amp.` and `print.`) and no front page, unless the page is one itself.
 * @param pageUrl where the page stands, after redirects
 */
export function judgeCanonical(pageUrl: string, declared: string): CanonicalVerdict {
  const own = new URL(normalizeUrl(pageUrl));
  let canonical: URL;
  try {
    canonical = new URL(normalizeUrl(declared));
  } catch (error) {
    if (error instanceof InvalidUrl) return { believed: false, doubt: 'not-an-address' };
    throw error;
  }
  const url = canonical.href;
  if (siteOf(own) !== siteOf(canonical)) return { believed: false, doubt: 'other-site', url };
  if (isFrontPage(canonical) && own.pathname !== '/') return { believed: false, doubt: 'front-page', url };
  return { believed: true, url };
}

/** A second form of a page, made for another reader. */
export type VariantKind = 'amp' | 'print';

/** A page that is a variant, and the address of the page that it is a variant of. */
export interface Variant {
  kind: VariantKind;
  canonical: string;
  /** The canonical page stands on another site: it counts only if it names this page as its AMP twin. */
  needsAgreement: boolean;
}

/**
 * Whether a page is the AMP or print form of another one: it says so (`<html ⚡>`), or its address looks like it, AND it
 * declares another address than its own, which {@link judgeCanonical} believes. The canonical address of an AMP page may be
 * on another site, as newsletters' and agencies' are, provided that the page there agrees. An address that looks like AMP
 * and declares itself canonical is an article about amplifiers.
 */
export function variantOf(pageUrl: string, links: PageLinks): Variant | undefined {
  if (links.canonical === undefined) return undefined;
  const kind = links.isAmp ? 'amp' : variantByAddress(pageUrl);
  if (kind === undefined) return undefined;
  const verdict = judgeCanonical(pageUrl, links.canonical);
  if (verdict.believed) {
    const differs = verdict.url !== normalizeUrl(pageUrl);
    return differs ? { kind, canonical: verdict.url, needsAgreement: false } : undefined;
  }
  if (verdict.doubt !== 'other-site' || kind !== 'amp' || isFrontPage(new URL(verdict.url!))) return undefined;
  return { kind, canonical: verdict.url!, needsAgreement: true };
}

/**
 * Why the page that was found at a variant's canonical address does not stand for it; undefined when it does. One step is
 * taken and no more: what the found page declares in its turn is not followed.
 * @param variantUrl where the variant stood
 * @param foundUrl where the found page stood, after redirects
 */
export function canonicalObjection(
  variant: Variant,
  variantUrl: string,
  foundUrl: string,
  found: PageLinks,
): string | undefined {
  const [own, there] = [normalizeUrl(variantUrl), normalizeUrl(foundUrl)];
  if (own === there) return 'the canonical address leads back to the variant';
  if (isFrontPage(new URL(there))) return 'the canonical address leads to a front page';
  if (siteOf(new URL(there)) !== siteOf(new URL(variant.canonical))) {
    return 'the canonical address leads to another site';
  }
  if (found.isAmp) return 'the canonical page is an AMP page itself';
  if (found.canonical !== undefined && tryNormalizeUrl(found.canonical) === own) {
    return 'the canonical page calls the variant canonical';
  }
  const twin = found.amp === undefined ? undefined : tryNormalizeUrl(found.amp);
  if (variant.needsAgreement && twin !== own) {
    return 'the canonical page is on another site and does not name this AMP page as its own';
  }
  return undefined;
}

/** A front page: nothing but a host. */
export function isFrontPage({ pathname, search }: URL): boolean {
  return pathname === '/' && search === '';
}

const AMP_QUERY = /^(?:amp|outputtype|output|view|format|variant)$/i;
const PRINT_QUERY = /^(?:print|printable|output|view|format|mode|page)$/i;

/** What the address of a page looks like: an AMP page, a page to be printed, or neither. It proves nothing. */
export function variantByAddress(pageUrl: string): VariantKind | undefined {
  const { hostname, pathname, searchParams } = new URL(pageUrl);
  const segments = pathname.toLowerCase().split('/');
  const pairs = [...searchParams];
  const says = (word: string, names: RegExp): boolean =>
    hostname.startsWith(`${word}.`) ||
    segments.includes(word) ||
    segments.some((segment) => segment.endsWith(`.${word}`) || segment.endsWith(`.${word}.html`)) ||
    pairs.some(([name, value]) => name.toLowerCase() === word || (names.test(name) && value.toLowerCase() === word));
  if (says('amp', AMP_QUERY)) return 'amp';
  return says('print', PRINT_QUERY) ? 'print' : undefined;
}

/** Host without the prefixes under which one site serves the same article. */
function siteOf({ hostname }: URL): string {
  return hostname.replace(/^(?:www\d?|m|mobile|amp|print)\./, '');
}
