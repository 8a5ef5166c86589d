/** Hosts that answer for one AMP cache each: Google's own, and a subdomain for every publisher below it. */
const CACHE_HOST = /^(?:[a-z0-9-]{1,63}\.)?cdn\.ampproject\.org$/;

/** `c`: a document; `v`: a document for a viewer; `wp`: a signed one. Images and fonts (`i`, `r`) are no pages. */
const CACHE_PATH = /^\/(?:c|v|wp)\/(s\/)?(.+)$/;

/** Google's viewer, under every one of its domains. */
const VIEWER_HOST = /^(?:www\.)?google\.(?:[a-z]{2,3}|com?\.[a-z]{2})$/;
const VIEWER_PATH = /^\/amp\/(s\/)?(.+)$/;

/** Parameters that a viewer adds for itself. */
const VIEWER_PARAMETERS = /^(?:amp_js_v|amp_gsa|amp_lite|amp_r|amp_kit|usqp)$/i;

/**
 * The publisher's own address of a page that an AMP cache or viewer shows, or undefined for any other address. Both carry
 * it in their path (AMP, "AMP Cache URL format and request handling"): `/c/` for http, `/c/s/` for https, then host, path
 * and query.
 */
export function withoutAmpCache(url: URL): URL | undefined {
  const path = CACHE_HOST.test(url.hostname)
    ? CACHE_PATH.exec(url.pathname)
    : VIEWER_HOST.test(url.hostname)
      ? VIEWER_PATH.exec(url.pathname)
      : null;
  if (path === null) return undefined;
  const [, secure, rest] = path;
  const own = URL.parse(`${secure === undefined ? 'http' : 'https'}://${rest}`);
  // Only a host name in full can be a publisher's; anything else is a path of the cache's own.
  if (own === null || !own.hostname.includes('.') || own.username !== '' || own.password !== '') return undefined;
  const query = url.search
    .slice(1)
    .split('&')
    .filter((pair) => pair !== '' && !VIEWER_PARAMETERS.test(pair.split('=', 1)[0]!));
  own.search = query.length === 0 ? '' : `?${query.join('&')}`;
  return own;
}
