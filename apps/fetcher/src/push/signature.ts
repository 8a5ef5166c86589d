import { createHmac, timingSafeEqual } from 'node:crypto';

/** How far a signature's time may lie from ours, in seconds, either way. */
export const SIGNATURE_WINDOW_S = 300;

/** What a signature is computed over, beside its time and the body. */
export interface SignedRequest {
  method: string;
  /** Path and query as they were sent. */
  target: string;
  body: Buffer;
}

/**
 * The signature of a request: HMAC-SHA256 in hexadecimal over `timestamp.METHOD.target.body`. The body stands last, so
 * that no two requests have the same text to be signed.
 * @param timestamp seconds since the epoch, as it is sent
 */
export function signatureOf(secret: string, timestamp: string, { method, target, body }: SignedRequest): string {
  return createHmac('sha256', secret).update(`${timestamp}.${method}.${target}.`).update(body).digest('hex');
}

/** Whether two hexadecimal digests are the same; takes the same time for every wrong one. */
export function sameDigest(computed: string, presented: string): boolean {
  const [left, right] = [Buffer.from(computed, 'latin1'), Buffer.from(presented.toLowerCase(), 'latin1')];
  return left.length === right.length && timingSafeEqual(left, right);
}

/** The digest that Superdesk's HTTP Push sends as `x-superdesk-signature: sha1=<hex>`, over the body alone. */
export function superdeskDigest(secret: string): ReturnType<typeof createHmac> {
  return createHmac('sha1', secret);
}
