import { describe, expect, it } from '@jest/globals';
import { PushKeys } from './push-keys.js';

describe('PushKeys', () => {
  const keys = new PushKeys({
    apiKey: ['courier=first-key-of-courier', 'courier=second-key-of-courier', 'a-key-without-a-name'],
  });

  it('knows the publisher of a key; two keys of one are valid at once', () => {
    expect(keys.bearer('first-key-of-courier')?.publisher).toBe('courier');
    expect(keys.bearer('second-key-of-courier')?.publisher).toBe('courier');
    expect(keys.bearer('a-key-without-a-name')?.publisher).toBe('default');
  });

  it.each(['', 'first-key-of-couriex', 'courier=first-key-of-courier', 'FIRST-KEY-OF-COURIER'])('refuses %j', (key) => {
    expect(keys.bearer(key)).toBeUndefined();
  });

  it('refuses to be without a key, and a key that is no secret', () => {
    expect(() => new PushKeys({ apiKey: [] })).toThrow('NEWSMILL_API_KEY is not set: push is on');
    expect(() => new PushKeys({ apiKey: ['courier=short'] })).toThrow(
      'NEWSMILL_API_KEY: a key of courier is under 16 characters',
    );
  });

  it('takes a key that ends in "=" as it is', () => {
    expect(new PushKeys({ apiKey: ['bm90LWEtcHVibGlzaGVy=='] }).bearer('bm90LWEtcHVibGlzaGVy==')?.publisher).toBe(
      'default',
    );
  });
});
