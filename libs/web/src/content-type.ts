const TOKEN = "[!#$%&'*+.^_`|~0-9a-z-]+";
const MEDIA_TYPE = new RegExp(`^${TOKEN}/${TOKEN}$`);

/**
 * The media type of a Content-Type header without its parameters, lower case (RFC 9110 section 8.3.1), or undefined
 * when the header is absent or holds none. Of several values joined by commas the first that is a media type counts.
 */
export function mediaTypeOf(contentType: string | undefined): string | undefined {
  return contentType
    ?.toLowerCase()
    .split(/[,;]/)
    .map((part) => part.trim())
    .find((part) => MEDIA_TYPE.test(part));
}

/** The charset parameter of a Content-Type header as it was written, quotes removed; undefined when absent or empty. */
export function charsetOf(contentType: string | undefined): string | undefined {
  const match = /;\s*charset\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s;,"']+))/i.exec(contentType ?? '');
  const label = (match?.[1] ?? match?.[2] ?? match?.[3] ?? '').trim();
  return label === '' ? undefined : label;
}
