import { describe, expect, it } from '@jest/globals';
import { PushKeys } from './push-keys.js';

describe('PushKeys', () => {
  const keys = new PushKeys(['courier=first-key-of-courier', 'courier=second-key-of-courier', 'a-key-without-a-name']);

  it('knows the publisher of a key; two keys of one are valid at once', () => {
    expect(keys.publisherOf('first-key-of-courier')).toBe('courier');
    expect(keys.publisherOf('second-key-of-courier')).toBe('courier');
    expect(keys.publisherOf('a-key-without-a-name')).toBe('default');
  });

  it.each(['', 'first-key-of-couriex', 'courier=first-key-of-courier', 'FIRST-KEY-OF-COURIER'])('refuses %j', (key) => {
    expect(keys.publisherOf(key)).toBeUndefined();
  });

  it('refuses to be without a key, and a key that is no secret', () => {
    expect(() => new PushKeys([])).toThrow('NEWSMILL_API_KEY is not set: push is on');
    expect(() => new PushKeys(['courier=short'])).toThrow('NEWSMILL_API_KEY: a key of courier is under 16 characters');
  });

  it('takes a key that ends in "=" as it is', () => {
    expect(new PushKeys(['bm90LWEtcHVibGlzaGVy==']).publisherOf('bm90LWEtcHVibGlzaGVy==')).toBe('default');
  });
});
