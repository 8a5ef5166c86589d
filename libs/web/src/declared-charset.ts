/** A declaration later than this is not found; the HTML standard asks authors to stay within 1 KiB. */
const DECLARATION_WITHIN = 4096;

/**
 * The charset that a page declares for itself: XML declaration, `<meta charset>` or `<meta http-equiv="Content-Type">`,
 * or the plain form of UTF-16 that XML 1.0 appendix F.1 describes. A declaration that can be read octet by octet cannot
 * be in UTF-16: as the HTML standard asks ("prescan a byte stream"), such a label means UTF-8, and `x-user-defined` means
 * windows-1252.
 */
export function declaredCharset(bytes: Uint8Array): string | undefined {
  if (startsWith(bytes, [0x3c, 0x00, 0x3f, 0x00])) return 'utf-16le';
  if (startsWith(bytes, [0x00, 0x3c, 0x00, 0x3f])) return 'utf-16be';

  const head = new TextDecoder('windows-1252').decode(bytes.subarray(0, DECLARATION_WITHIN));
  const label = xmlEncoding(head) ?? metaCharset(head.replace(/<!--[^]*?(?:-->|$)/g, ''));
  if (label === undefined) return undefined;
  if (/^(?:utf-?16|ucs-?2|unicode)/i.test(label)) return 'utf-8';
  return label.toLowerCase() === 'x-user-defined' ? 'windows-1252' : label;
}

function xmlEncoding(head: string): string | undefined {
  return /^\s*<\?xml\s[^>]*?\bencoding\s*=\s*["']\s*([\w.:-]+)\s*["']/i.exec(head)?.[1];
}

function metaCharset(head: string): string | undefined {
  for (const [tag] of head.matchAll(/<meta[\s/][^>]*>/gi)) {
    const attributes = attributesOf(tag.slice('<meta'.length, -1));
    const declared =
      attributes.get('http-equiv')?.toLowerCase() === 'content-type'
        ? /charset\s*=\s*["']?\s*([^\s"';]+)/i.exec(attributes.get('content') ?? '')?.[1]
        : undefined;
    const label = (attributes.get('charset') ?? declared ?? '').replace(/\/$/, '').trim();
    if (label !== '') return label;
  }
  return undefined;
}

/** The attributes of a start tag by lower-case name; of a repeated one the first counts, as in HTML. */
function attributesOf(tag: string): Map<string, string> {
  const attributes = new Map<string, string>();
  for (const match of tag.matchAll(/([^\s=/"']+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"']+))/g)) {
    const name = (match[1] ?? '').toLowerCase();
    const value = match[2] ?? match[3] ?? match[4] ?? '';
    if (!attributes.has(name)) attributes.set(name, value);
  }
  return attributes;
}

function startsWith(bytes: Uint8Array, prefix: readonly number[]): boolean {
  return prefix.every((octet, index) => bytes[index] === octet);
}
