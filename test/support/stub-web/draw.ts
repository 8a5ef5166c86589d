/** A whole number below 2^32 that is the same for the same parts: what the stub web draws its sites and articles from. */
export function draw(...parts: readonly (string | number)[]): number {
  // FNV-1a over the parts, then the finalizer of MurmurHash3, so that neighbours differ in all bits.
  let hash = 0x811c9dc5;
  for (const part of parts) {
    for (const character of `${part}|`) hash = Math.imul(hash ^ character.codePointAt(0)!, 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** One of a list, drawn by the parts. */
export function pick<T>(list: readonly T[], ...parts: readonly (string | number)[]): T {
  return list[draw(...parts) % list.length]!;
}
