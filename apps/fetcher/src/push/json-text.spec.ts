import { describe, expect, it } from '@jest/globals';
import { parseJsonText, utf8Text } from './json-text.js';

describe('JSON from outside', () => {
  it.each([
    ['brackets in strings are no nesting', `{"a":"${'['.repeat(1000)}"}`],
    ['an escaped quote ends no string', '{"a":"\\"[[[","b":"\\\\"}'],
    ['a backslash before u0000 escapes it', '{"a":"\\\\u0000"}'],
    ['64 levels', '['.repeat(64) + ']'.repeat(64)],
    ['siblings are no nesting', `[${'[],'.repeat(1000)}[]]`],
  ])('%s', (_, text) => {
    expect(parseJsonText(text)).toEqual(JSON.parse(text));
  });

  it.each([
    ['65 levels', '['.repeat(65) + ']'.repeat(65), 'nested more than 64'],
    ['NUL in a string', '"\\u0000"', 'NUL'],
    ['NUL behind an escaped backslash', '"\\\\\\u0000"', 'NUL'],
    ['NUL outside', '\0{}', 'NUL'],
    ['a string without end', '"abc', 'is not JSON'],
    ['an escape without end', '"\\', 'is not JSON'],
  ])('%s is refused', (_, text, detail) => {
    expect(() => parseJsonText(text)).toThrow(detail);
  });

  it('is UTF-8, its byte order mark dropped', () => {
    expect(utf8Text(Buffer.from('\ufeff{"ä":1}'))).toBe('{"ä":1}');
    expect(() => utf8Text(Buffer.from('{"ä":1}', 'latin1'))).toThrow('not valid UTF-8');
    expect(() => utf8Text(Buffer.from([0xed, 0xa0, 0x80]))).toThrow('not valid UTF-8');
  });
});
