import { createHmac } from 'node:crypto';
import { sameDigest } from '../push/signature.js';

/** W3C WebSub section 8. */
const METHODS: ReadonlySet<string> = new Set(['sha1', 'sha256', 'sha384', 'sha512']);

/** Whether an `X-Hub-Signature` (`method=hex`) is that of the body under the secret. */
export function isSignedBy(secret: string, signature: string | undefined, body: Uint8Array): boolean {
  const separator = signature?.indexOf('=') ?? -1;
  if (signature === undefined || separator < 0) return false;
  const method = signature.slice(0, separator).trim().toLowerCase();
  if (!METHODS.has(method)) return false;
  return sameDigest(createHmac(method, secret).update(body).digest('hex'), signature.slice(separator + 1).trim());
}
