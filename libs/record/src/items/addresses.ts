/** Longer ones are data, not addresses. */
const MAX_LENGTH = 4_096;

/** Every sign that RFC 3986 allows in a URI, and the brackets of an IPv6 host. */
const WELL_FORMED =
  /^[a-z][a-z0-9+.-]*:(?:\/\/(?:[^/?#[\]]{0,1000}@)?\[[0-9a-f:.]{1,60}\])?[!#$%&'()*+,\-./0-9:;=?@A-Z_a-z~]+$/i;

/** A `%` that begins no escaped octet. */
const LONE_PERCENT = /%(?![0-9a-f]{2})/gi;

/** What a URI may not hold; percent signs are looked at apart. */
const FORBIDDEN = /[^!#$%&'()*+,\-./0-9:;=?@A-Z[\]_a-z~]/gu;

/**
 * The absolute URI (RFC 3986) that a text states, with what a URI may not hold escaped; undefined when it is none.
 * Web addresses get the spelling of the WHATWG URL standard.
 */
export function uriOf(text: string | undefined): string | undefined {
  const trimmed = text?.trim();
  if (!trimmed || trimmed.length > MAX_LENGTH || !URL.canParse(trimmed)) return undefined;
  // Windows drives and "note: text" look like schemes.
  if (/^[a-z]:|^[^:]{1,40}:\s/i.test(trimmed)) return undefined;
  const href = new URL(trimmed).href.replace(FORBIDDEN, encodeURIComponent).replace(LONE_PERCENT, '%25');
  return WELL_FORMED.test(href) ? href : undefined;
}

/** The address when it is one of the web: http or https, without credentials. */
export function webAddressOf(text: string | undefined): string | undefined {
  const uri = uriOf(text);
  if (uri === undefined) return undefined;
  const { protocol, username, password } = new URL(uri);
  return (protocol === 'http:' || protocol === 'https:') && username === '' && password === '' ? uri : undefined;
}

/** `urn:newsmill:` and the text, escaped: a URI for what has an identifier that is none (RFC 8141 section 2). */
export function urnOf(identifier: string): string {
  return `urn:newsmill:${encodeURIComponent(identifier.toWellFormed().slice(0, 1_000))}`;
}
