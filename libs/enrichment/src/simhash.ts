import { wordsOf } from './words.js';

/** Words in a feature: long enough to carry word order, short enough to survive an edit nearby. */
const SHINGLE = 3;

/**
 * Charikar's similarity hash over the distinct runs of three words, 64 bits in hex: texts that share most of their runs
 * differ in few bits. A text of fewer words is one feature; one without words is all zeros.
 */
export function simhash(text: string): string {
  const high = new Int32Array(32);
  const low = new Int32Array(32);
  for (const shingle of shinglesOf(wordsOf(text))) {
    vote(high, fnv1a(shingle, 0x811c9dc5));
    vote(low, fnv1a(shingle, 0x9747b28c));
  }
  return hexOf(high) + hexOf(low);
}

function vote(votes: Int32Array, bits: number): void {
  for (let bit = 0; bit < 32; bit += 1) votes[bit]! += ((bits >>> (31 - bit)) & 1) === 1 ? 1 : -1;
}

function hexOf(votes: Int32Array): string {
  let bits = 0;
  for (const each of votes) bits = (bits << 1) | (each > 0 ? 1 : 0);
  return (bits >>> 0).toString(16).padStart(8, '0');
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
