/** The absolute form of a reference when it is http or https; undefined for anything else, credentials included. */
export function webUrl(reference: string | undefined, base: string): string | undefined {
  const url = parse(reference, base);
  return url && isWeb(url) ? url.href : undefined;
}

/** The absolute form of a link that is safe to show (http, https, mailto); undefined for anything else. */
export function safeLink(reference: string | undefined, base: string): string | undefined {
  const url = parse(reference, base);
  return url && (isWeb(url) || url.protocol === 'mailto:') ? url.href : undefined;
}

function isWeb(url: URL): boolean {
  return (url.protocol === 'http:' || url.protocol === 'https:') && url.username === '' && url.password === '';
}

/** Addresses longer than this are data, not links. */
const MAX_LENGTH = 4_096;

function parse(reference: string | undefined, base: string): URL | undefined {
  const trimmed = reference?.trim();
  if (!trimmed || trimmed.length > MAX_LENGTH) return undefined;
  return URL.parse(trimmed, base) ?? undefined;
}
