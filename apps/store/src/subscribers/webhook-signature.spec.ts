import { describe, expect, it } from '@jest/globals';
import { newSecret, signedHeaders, validSecrets } from './webhook-signature.js';

describe('the signature of a delivery', () => {
  it('is the one of the example that the Standard Webhooks libraries are tested with', () => {
    const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
    const body = Buffer.from('{"test": 2432232314}');
    const now = new Date(1_614_265_330_000);
    expect(signedHeaders('msg_p5jXN8AQM9LWM0D4loKWxJek', body, [{ secret }], now)).toEqual({
      'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    });
  });

  it('is made with every key that is valid, newest first', () => {
    const [latest, before] = [newSecret(), newSecret()];
    expect(Buffer.from(latest.slice(6), 'base64')).toHaveLength(32);
    const secrets = [{ secret: latest }, { secret: before, until: '2026-01-02T00:00:00Z' }];
    const during = signedHeaders('1', Buffer.from('x'), secrets, new Date('2026-01-01T23:59:59Z'));
    const after = signedHeaders('1', Buffer.from('x'), secrets, new Date('2026-01-02T00:00:00Z'));
    expect(during['webhook-signature']!.split(' ')).toHaveLength(2);
    expect(after['webhook-signature']!.split(' ')).toHaveLength(1);
    expect(validSecrets(secrets, new Date('2026-01-03T00:00:00Z'))).toEqual([{ secret: latest }]);
  });
});
