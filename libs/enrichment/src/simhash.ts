import { wordsOf } from './words.js';

/** Words in a feature: long enough to carry word order, short enough to survive an edit nearby. */
const SHINGLE = 3;

/** Four bits as four counters of a byte each, the first bit in the highest: votes for four bits are one addition. */
const COUNTERS = Uint32Array.from(
  { length: 16 },
  (_, bits) => ((bits & 8) << 21) | ((bits & 4) << 14) | ((bits & 2) << 7) | (bits & 1),
);
/** Votes that a counter of a byte can hold. */
const MAX_VOTES = 255;

/**
 * Charikar's similarity hash over the distinct runs of three words, 64 bits in hex: texts that share most of their runs
 * differ in few bits. A text of fewer words is one feature; one without words is all zeros.
 */
export function simhash(text: string): string {
  const shingles = shinglesOf(wordsOf(text));
  const [high, low] = [new Majority(), new Majority()];
  for (const shingle of shingles) {
    high.vote(fnv1a(shingle, 0x811c9dc5));
    low.vote(fnv1a(shingle, 0x9747b28c));
  }
  return high.hex() + low.hex();
}

/** Of 32 bits, those that more than half of the votes have set. */
class Majority {
  private readonly ayes = new Uint32Array(32);
  private readonly packed = new Uint32Array(8);
  private voters = 0;

  vote(bits: number): void {
    for (let four = 0; four < 8; four += 1) this.packed[four]! += COUNTERS[(bits >>> (28 - 4 * four)) & 15]!;
    this.voters += 1;
    if (this.voters % MAX_VOTES === 0) this.unpack();
  }

  hex(): string {
    this.unpack();
    let bits = 0;
    for (const ayes of this.ayes) bits = (bits << 1) | (2 * ayes > this.voters ? 1 : 0);
    return (bits >>> 0).toString(16).padStart(8, '0');
  }

  private unpack(): void {
    this.packed.forEach((four, index) => {
      for (let bit = 0; bit < 4; bit += 1) this.ayes[4 * index + bit]! += (four >>> (24 - 8 * bit)) & 255;
    });
    this.packed.fill(0);
  }
}

/**
 * FNV-1a over UTF-16 code units, then the finaliser of MurmurHash3, without which the high bits of short strings hardly
 * differ. Not for secrets: speed is what counts here.
 */
function fnv1a(text: string, seed: number): number {
  let hash = seed;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

function shinglesOf(words: readonly string[]): Set<string> {
  const shingles = new Set<string>();
  if (words.length > 0 && words.length < SHINGLE) shingles.add(words.join(' '));
  for (let at = 0; at + SHINGLE <= words.length; at += 1) {
    shingles.add(`${words[at]} ${words[at + 1]} ${words[at + 2]}`);
  }
  return shingles;
}
