import { hostileTargets, observedConnect, resolveHostile } from '@newsmill/outbound/hostile-targets';
import { afterAll, beforeEach, describe, expect, it } from '@jest/globals';
import { WebhookSender } from './webhook-sender.js';

const SECRETS = [{ secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw' }];

describe('webhook targets', () => {
  const { connect, attempts } = observedConnect();
  const sender = new WebhookSender({ webhookAllow: [], webhookTimeoutMs: 1_000 }, { resolve: resolveHostile, connect });

  beforeEach(() => {
    attempts.length = 0;
  });
  afterAll(() => sender.close());

  it.each(hostileTargets.map(({ url, kind }) => [url, kind] as const))(
    '%s gets nothing: no connection is made',
    async (url, kind) => {
      const answer = await sender.send({ url, secrets: SECRETS }, 'id', '{}');
      expect(answer).toEqual({ kind: 'failed', error: expect.stringContaining(`(${kind})`) });
      expect(attempts).toEqual([]);
    },
  );

  it('a public one is connected to, so that the silence of the others means something', async () => {
    await sender.send({ url: 'https://hooks.example/', secrets: SECRETS }, 'id', '{}');
    expect(attempts.map(({ hostname, port }) => [hostname, port])).toEqual([['hooks.example', 443]]);
  });
});
