import { createHash } from 'node:crypto';
import { normalizeUrl } from './normalize-url.js';

/** What identifies an article: its publisher's own identifier, or else its canonical address. */
export type ArticleKey = { publisher: string; guid: string } | { url: string };

/** What identifies a page that came in: the same choice, made before anything is known of the article in it. */
export type PageKey = ArticleKey;

/** A key whose publisher or guid is empty or holds a NUL character; the message names which. */
export class InvalidKey extends Error {
  override readonly name = 'InvalidKey';
}

/** Namespace of article ids. Part of the public contract: another value would give every article a new identity. */
export const ARTICLE_NAMESPACE = '7d5b8c1e-1f0a-8e6d-9b42-6c2f9a37d051';

/** Namespace of page ids; its own, so that the page and the article of one address never share an id. */
export const PAGE_NAMESPACE = 'c1a94f62-53de-8b07-a8f1-20e4b96d7c38';

/**
 * The lasting id of an article. The same publisher and guid, or the same canonical address however it is spelt, give
 * the same id in every process and at every time.
 *
 * A UUID of version 8 made as RFC 9562 appendix B.2 shows: the first 128 bits of SHA-256 over the namespace's 16 octets
 * and the UTF-8 name, version and variant set. The name is `guid NUL publisher NUL guid` or `url NUL normalised-url`;
 * publisher and guid are taken without surrounding white space.
 *
 * @throws InvalidUrl, InvalidKey
 */
export function articleIdOf(key: ArticleKey): string {
  return nameBasedUuid(ARTICLE_NAMESPACE, nameOf(key));
}

/** The lasting id of a page that came in; made like {@link articleIdOf} in its own namespace. */
export function pageIdOf(key: PageKey): string {
  return nameBasedUuid(PAGE_NAMESPACE, nameOf(key));
}

function nameOf(key: ArticleKey): string {
  if ('url' in key) return `url\0${normalizeUrl(key.url)}`;
  return `guid\0${field('publisher', key.publisher)}\0${field('guid', key.guid)}`;
}

function field(name: 'publisher' | 'guid', value: string): string {
  const trimmed = value.trim();
  if (trimmed === '')
    throw new InvalidKey(`The key's ${name} is empty; give the publisher's identifier or use the URL`);
  // NUL separates the fields: inside one it would let two keys share a name.
  if (trimmed.includes('\0')) throw new InvalidKey(`The key's ${name} holds a NUL character: ${JSON.stringify(value)}`);
  return trimmed;
}

function nameBasedUuid(namespace: string, name: string): string {
  const octets = createHash('sha256')
    .update(Buffer.from(namespace.replaceAll('-', ''), 'hex'))
    .update(name, 'utf8')
    .digest()
    .subarray(0, 16);
  octets[6] = (octets.readUInt8(6) & 0x0f) | 0x80;
  octets[8] = (octets.readUInt8(8) & 0x3f) | 0x80;
  const hex = octets.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
