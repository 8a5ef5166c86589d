import { describe, expect, it } from '@jest/globals';
import { FlexibleReader, FlexibleWriter } from './flexible-protocol.js';

describe('the flexible encoding', () => {
  it('is that of KIP-482: lengths plus one as varints, nothing for null, tags behind structures', () => {
    const written = new FlexibleWriter()
      .string('ab')
      .string('')
      .string(null)
      .list([1, 2], () => undefined)
      .tags();
    expect([...written.toBuffer()]).toEqual([3, 97, 98, 1, 0, 3, 0]);
    expect([...new FlexibleWriter().string('x'.repeat(300)).toBuffer().subarray(0, 2)]).toEqual([0xad, 0x02]);
  });

  it('reads what it writes', () => {
    const texts = ['', 'news', 'é'.repeat(200), null];
    const writer = new FlexibleWriter().int16(-2).int32(70_000).int64(-9_007_199_254_740_993n);
    writer.list(texts, (text) => void writer.string(text).tags());
    const reader = new FlexibleReader(writer.toBuffer());
    expect([reader.int16(), reader.int32(), reader.int64()]).toEqual([-2, 70_000, -9_007_199_254_740_993n]);
    const found = reader.list(() => {
      const text = reader.string();
      reader.tags();
      return text;
    });
    expect(found).toEqual(texts);
  });

  it('passes over tagged fields that it does not know', () => {
    const reader = new FlexibleReader(Buffer.from([2, 0, 1, 0xff, 9, 2, 0xff, 0xff, 0, 5]));
    reader.tags();
    expect(reader.int16()).toBe(5);
  });

  it('says when an answer ends too early', () => {
    expect(() => new FlexibleReader(Buffer.from([0, 0, 1])).int32()).toThrow('ends too early');
    expect(() => new FlexibleReader(Buffer.from([9, 97])).string()).toThrow('ends too early');
    expect(() => new FlexibleReader(Buffer.alloc(9, 0xff)).string()).toThrow(RangeError);
  });
});
