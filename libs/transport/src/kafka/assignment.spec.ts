import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { sharePartitions } from './assignment.js';

const claims = (of: Record<string, number[]>) => new Map(Object.entries(of));

describe('sharePartitions', () => {
  it.each([
    ['a first member gets all', [0, 1, 2], { a: [] }, { a: [0, 1, 2] }],
    [
      'a second takes half and the first keeps the rest',
      [0, 1, 2, 3],
      { a: [], b: [0, 1, 2, 3] },
      { a: [2, 3], b: [0, 1] },
    ],
    ['the only partition stays where it is', [0], { a: [], b: [0], c: [] }, { a: [], b: [0], c: [] }],
    ['who is left takes over', [0, 1, 2], { b: [1] }, { b: [0, 1, 2] }],
    ['new partitions are shared', [0, 1, 2, 3], { a: [0], b: [1] }, { a: [0, 2], b: [1, 3] }],
    ['a partition claimed twice has one owner', [0, 1], { a: [0], b: [0] }, { a: [0], b: [1] }],
    ['partitions that do not exist are nobody’s', [0], { a: [7] }, { a: [0] }],
  ])('%s', (_, partitions, held, shares) => {
    expect(Object.fromEntries(sharePartitions(partitions, claims(held)))).toEqual(shares);
  });

  it('gives each partition to one member, evenly, and takes none from a member within its share', () => {
    const members = fc.dictionary(fc.string({ minLength: 1, maxLength: 4 }), fc.uniqueArray(fc.nat(11)), {
      minKeys: 1,
    });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 12 }), members, (count, held) => {
        const partitions = Array.from({ length: count }, (_, index) => index);
        const shares = sharePartitions(partitions, claims(held));
        expect([...shares.values()].flat().sort((a, b) => a - b)).toEqual(partitions);
        const sizes = [...shares.values()].map(({ length }) => length);
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
        const again = sharePartitions(partitions, shares);
        expect(again).toEqual(shares);
      }),
    );
  });
});
