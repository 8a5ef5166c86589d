import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import kafkajs from 'kafkajs';
import { murmur2, partitionOf } from './partitioner.js';

describe('partitionOf', () => {
  // Vectors of Apache Kafka's UtilsTest.testMurmur2.
  it.each([
    ['21', -973932308],
    ['foobar', -790332482],
    ['a-little-bit-long-string', -985981536],
    ['a-little-bit-longer-string', -1486304829],
    ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
    ['abc', 479470107],
  ])('hashes %s as Apache Kafka does', (key, hash) => {
    expect(murmur2(Buffer.from(key))).toBe(hash);
  });

  it('chooses the partition that kafkajs chooses', () => {
    const partitioner = kafkajs.Partitioners.DefaultPartitioner();
    for (let length = 0; length < 70; length += 1) {
      for (const partitions of [1, 3, 6, 12, 50]) {
        const key = randomBytes(length);
        const partitionMetadata = Array.from({ length: partitions }, (_, partitionId) => ({ partitionId, leader: 1 }));
        const expected = partitioner({
          topic: 't',
          partitionMetadata: partitionMetadata as never,
          message: { key, value: null },
        });
        expect({ key: key.toString('hex'), partition: partitionOf(key, partitions) }).toEqual({
          key: key.toString('hex'),
          partition: expected,
        });
      }
    }
  });

  it('spreads records without a key over all partitions', () => {
    const seen = new Set(Array.from({ length: 500 }, () => partitionOf(null, 3)));
    expect([...seen].sort()).toEqual([0, 1, 2]);
  });
});
