import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { byteaArray, packHeaders, packValue, unpackHeaders, unpackValue } from './record-codec.js';

describe('values', () => {
  it.each([
    ['none', null, false],
    ['an empty one', Buffer.alloc(0), false],
    ['a short one', Buffer.from('a'.repeat(16_000)), false],
    ['text', Buffer.from('<p>news</p>'.repeat(2_000)), true],
    ['much text', Buffer.from('<p>news</p>'.repeat(50_000)), true],
    ['noise', randomBytes(20_000), false],
    ['much noise', randomBytes(200_000), false],
  ])('come back as they were: %s', async (_, value, zstd) => {
    const stored = await packValue(value);
    expect(stored.zstd).toBe(zstd);
    expect(stored.bytes).toBe(value?.length ?? 0);
    expect(await unpackValue(stored)).toEqual(value);
    if (zstd) expect(stored.value!.length).toBeLessThan(value!.length / 10);
  });
});

describe('headers', () => {
  it('come back as they were', () => {
    const headers = { ce_id: Buffer.from('1'), empty: Buffer.alloc(0), 'ß 🗞': randomBytes(300), '': Buffer.from('x') };
    expect(unpackHeaders(packHeaders(headers))).toEqual(headers);
    expect(unpackHeaders(packHeaders({}))).toEqual({});
  });
});

describe('byteaArray', () => {
  it('has the binary form of PostgreSQL', () => {
    expect(byteaArray([Buffer.from('ab'), null]).toString('hex')).toBe(
      ['00000001', '00000001', '00000011', '00000002', '00000001', '00000002', '6162', 'ffffffff'].join(''),
    );
  });
});
