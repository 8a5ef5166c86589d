import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { Problem } from './problem.js';

/** Shortest key that is taken, in characters: a key is compared by its hash alone, so it must be too long to be guessed. */
export const SHORTEST_KEY = 16;

const HASHED = /^sha256:([0-9a-f]{64})$/i;

/**
 * Keys that callers present, each with what it stands for. Only hashes are held. One round of SHA-256 is right here:
 * slow password hashes make up for the low entropy of what people think up, and a key of 128 random bits has none of
 * that; slowness would only make each request dear.
 */
export class HashedKeys<Holder> {
  private readonly known: readonly { hash: Buffer; holder: Holder }[];

  /** @param entries keys as they are, or `sha256:<hex>` of keys, so that they need not be written down */
  constructor(entries: readonly { key: string; holder: Holder }[]) {
    this.known = entries.map(({ key, holder }) => ({ hash: hashOf(key), holder }));
  }

  get isEmpty(): boolean {
    return this.known.length === 0;
  }

  /** What a presented key stands for. Takes the same time for every wrong key. */
  find(presented: string): Holder | undefined {
    const hash = sha256(presented);
    let found: Holder | undefined;
    for (const known of this.known) if (timingSafeEqual(known.hash, hash)) found = known.holder;
    return found;
  }
}

/** A key in the form in which it may be written down. */
export function hashedKey(key: string): string {
  return `sha256:${sha256(key).toString('hex')}`;
}

/** Whether a text is the written form of a key, see {@link hashedKey}. */
export function isHashedKey(text: string): boolean {
  return HASHED.test(text);
}

/**
 * The bearer token of a request (RFC 6750 section 2.1).
 * @param what what the token is called in the answer, such as `admin key`
 * @throws Problem 401 when there is none
 */
export function bearerToken(request: FastifyRequest, what: string): string {
  const [, token] = /^Bearer +([^\s]+)$/i.exec(request.headers.authorization ?? '') ?? [];
  if (token === undefined) {
    throw new Problem(401, `send "authorization: Bearer <${what}>"`, [], { 'www-authenticate': 'Bearer' });
  }
  return token;
}

/** The answer to a token that stands for nobody (RFC 6750 section 3.1). */
export function unknownToken(): Problem {
  return new Problem(401, 'the key is not known', [], { 'www-authenticate': 'Bearer error="invalid_token"' });
}

function hashOf(entry: string): Buffer {
  const hex = HASHED.exec(entry)?.[1];
  return hex === undefined ? sha256(entry) : Buffer.from(hex, 'hex');
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
