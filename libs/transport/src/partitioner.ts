import { randomInt } from 'node:crypto';

/**
 * The partition of a key, the same in every transport and the same that Kafka's default partitioner chooses
 * (`toPositive(murmur2(keyBytes)) % numPartitions`). A record without a key may go anywhere.
 */
export function partitionOf(key: Buffer | null, partitions: number): number {
  return key === null ? randomInt(partitions) : (murmur2(key) & 0x7fffffff) % partitions;
}

const MULTIPLIER = 0x5bd1e995;
const SEED = 0x9747b28c;

/** MurmurHash2, 32 bits, with the seed of Kafka's clients (`org.apache.kafka.common.utils.Utils.murmur2`). */
export function murmur2(data: Buffer): number {
  const tail = data.length & ~3;
  let hash = SEED ^ data.length;
  for (let at = 0; at < tail; at += 4) {
    let word = Math.imul(data.readInt32LE(at), MULTIPLIER);
    word = Math.imul(word ^ (word >>> 24), MULTIPLIER);
    hash = Math.imul(hash, MULTIPLIER) ^ word;
  }
  if (data.length > tail) {
    hash = Math.imul(hash ^ data.readUIntLE(tail, data.length - tail), MULTIPLIER);
  }
  hash = Math.imul(hash ^ (hash >>> 13), MULTIPLIER);
  return hash ^ (hash >>> 15);
}
