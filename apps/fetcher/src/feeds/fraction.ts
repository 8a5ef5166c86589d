import { createHash } from 'node:crypto';

/** A number from 0 to below 1 that the same parts always give: evenly spread over feeds, so that they do not beat together. */
export function fractionOf(...parts: readonly string[]): number {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(`${part.length}:${part}`);
  return hash.digest().readUInt32BE(0) / 2 ** 32;
}
