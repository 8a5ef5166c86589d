import { hash } from 'node:crypto';
import { wordsOf } from './words.js';

/** Words in a feature: long enough to carry word order, short enough to survive an edit nearby. */
const SHINGLE = 3;
const BITS = 64;

/**
 * Charikar's similarity hash over the distinct runs of three words, 64 bits in hex: texts that share most of their runs
 * differ in few bits. A text of fewer words is one feature; one without words is all zeros.
 */
export function simhash(text: string): string {
  const votes = new Int32Array(BITS);
  for (const shingle of shinglesOf([...wordsOf(text)])) {
    const octets = hash('sha256', shingle, 'buffer');
    for (let bit = 0; bit < BITS; bit += 1) {
      const isSet = (octets.readUInt8(bit >> 3) >> (7 - (bit & 7))) & 1;
      votes[bit] = (votes[bit] ?? 0) + (isSet === 1 ? 1 : -1);
    }
  }
  let digits = '';
  for (let bit = 0; bit < BITS; bit += 4) {
    const nibble = votes.subarray(bit, bit + 4).reduce((value, vote) => (value << 1) | (vote > 0 ? 1 : 0), 0);
    digits += nibble.toString(16);
  }
  return digits;
}

function shinglesOf(words: readonly string[]): Set<string> {
  const shingles = new Set<string>();
  if (words.length > 0 && words.length < SHINGLE) shingles.add(words.join(' '));
  for (let at = 0; at + SHINGLE <= words.length; at += 1) shingles.add(words.slice(at, at + SHINGLE).join(' '));
  return shingles;
}
