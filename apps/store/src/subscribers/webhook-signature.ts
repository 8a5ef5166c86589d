import { createHmac, randomBytes } from 'node:crypto';

/** A key that signs what is posted. */
export interface WebhookSecret {
  /** `whsec_` and the key in base64: Standard Webhooks. */
  secret: string;
  /** A key that has been replaced signs beside the new one until then (RFC 3339). */
  until?: string;
}

const PREFIX = 'whsec_';
/** Octets of a key; Standard Webhooks asks for 24 to 64. */
const KEY_BYTES = 32;

export function newSecret(): string {
  return PREFIX + randomBytes(KEY_BYTES).toString('base64');
}

/** Keys that sign at a moment. */
export function validSecrets(secrets: readonly WebhookSecret[], now: Date): WebhookSecret[] {
  return secrets.filter(({ until }) => until === undefined || Date.parse(until) > now.getTime());
}

/**
 * Headers of a delivery: Standard Webhooks 1.0, symmetric signatures. Each is HMAC-SHA256 over `id.timestamp.body`, one
 * for each key that is valid.
 * @param id stays the same however often the delivery is tried
 */
export function signedHeaders(
  id: string,
  body: Buffer,
  secrets: readonly WebhookSecret[],
  now: Date,
): Record<string, string> {
  const timestamp = String(Math.floor(now.getTime() / 1000));
  const signatures = validSecrets(secrets, now).map(({ secret }) => {
    const key = Buffer.from(secret.slice(PREFIX.length), 'base64');
    return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest('base64')}`;
  });
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures.join(' ') };
}
