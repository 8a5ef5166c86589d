import { describe, expect, it } from '@jest/globals';
import { ndjsonLines } from './ndjson-lines.js';

async function linesOf(chunks: string[], longest = 100): Promise<[number, string | undefined][]> {
  const found: [number, string | undefined][] = [];
  async function* stream() {
    for (const chunk of chunks) yield Buffer.from(chunk, 'latin1');
  }
  for await (const { line, bytes } of ndjsonLines(stream(), longest)) found.push([line, bytes?.toString('latin1')]);
  return found;
}

describe('lines of a stream', () => {
  it.each<[string, string[], [number, string | undefined][]]>([
    ['nothing', [], []],
    ['one line', ['a'], [[1, 'a']]],
    [
      'a last line that ends',
      ['a\nb\n'],
      [
        [1, 'a'],
        [2, 'b'],
      ],
    ],
    [
      'a last line that does not',
      ['a\nb'],
      [
        [1, 'a'],
        [2, 'b'],
      ],
    ],
    [
      'a line over many chunks',
      ['a', 'b', '', 'c\nd'],
      [
        [1, 'abc'],
        [2, 'd'],
      ],
    ],
    [
      'a chunk that begins with the end',
      ['a', '\n', '\nb'],
      [
        [1, 'a'],
        [3, 'b'],
      ],
    ],
    ['blank lines', ['\n \t\r\na\r\n\n'], [[3, 'a\r']]],
  ])('%s', async (_, chunks, expected) => {
    expect(await linesOf(chunks)).toEqual(expected);
  });

  it('passes over a line that is too long, in one chunk or in many', async () => {
    const long = 'x'.repeat(60);
    expect(await linesOf([`a\n${long}${long}\nb`])).toEqual([
      [1, 'a'],
      [2, undefined],
      [3, 'b'],
    ]);
    expect(await linesOf(['a\n', long, long, long, '\nb'])).toEqual([
      [1, 'a'],
      [2, undefined],
      [3, 'b'],
    ]);
    expect(await linesOf(['x'.repeat(100)])).toEqual([[1, 'x'.repeat(100)]]);
  });

  it('cuts the same wherever the chunks end', async () => {
    const text = 'one\n\ntwo\r\n{"a":"b"}\n\n\nlast';
    const whole = await linesOf([text]);
    for (let size = 1; size < text.length; size += 1) {
      const chunks = Array.from({ length: Math.ceil(text.length / size) }, (_, n) =>
        text.slice(n * size, (n + 1) * size),
      );
      expect(await linesOf(chunks)).toEqual(whole);
    }
  });
});
