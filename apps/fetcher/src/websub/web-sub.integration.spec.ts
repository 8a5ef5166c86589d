import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { document, type FeedProcess, FeedWorld, rssFeed, type StubEntry } from '../../../../test/support/feed-world.ts';

const [SECOND, MINUTE, HOUR, DAY] = [1_000, 60_000, 3_600_000, 24 * 3_600_000];
const FEED = 'https://news.example/feed';
const HUB = 'hub.example/';
const CALLBACK = 'https://newsroom.example/v1/websub';
const LEASE_S = 86_400;

let world: FeedWorld;
let fetcher: FeedProcess;
let entries: StubEntry[];
let hubUrl: string;

const feedText = (listed = entries): string =>
  rssFeed(listed, `<atom:link rel="hub" href="${hubUrl}"/><atom:link rel="self" href="${FEED}"/>`);
const article = (number: number, published?: Date): StubEntry => ({
  url: `https://news.example/${number}`,
  ...(published && { published: published.toUTCString() }),
});
const ago = (ms: number): Date => new Date(world.now.getTime() - ms);
const never = new AbortController().signal;

/** Requests that the hub has received, as forms. */
const asked = (): URLSearchParams[] => world.asked(HUB).map(({ body }) => new URLSearchParams(body));
const lastAsked = (): URLSearchParams => asked().at(-1)!;
const sendDue = (): Promise<number> => fetcher.hubRequests.sendDue(world.now, never);

/** A callback as it is reached on loopback. */
const reached = (callback: string): string => callback.replace(CALLBACK, `${fetcher.url}/v1/websub`);

async function verify(
  form: URLSearchParams,
  changed: Record<string, string> = {},
): Promise<{ status: number; text: string }> {
  const query = new URLSearchParams({
    'hub.mode': form.get('hub.mode')!,
    'hub.topic': form.get('hub.topic')!,
    'hub.challenge': 'a challenge',
    'hub.lease_seconds': String(LEASE_S),
    ...changed,
  });
  const response = await fetch(`${reached(form.get('hub.callback')!)}?${query.toString()}`);
  return { status: response.status, text: await response.text() };
}

interface Push {
  method?: string;
  secret?: string;
  signature?: string | null;
  callback?: string;
}

async function push(body: string, { method = 'sha256', secret, signature, callback }: Push = {}): Promise<number> {
  const key = secret ?? asked()[0]!.get('hub.secret')!;
  const signed =
    signature === undefined ? `${method}=${createHmac(method, key).update(body).digest('hex')}` : signature;
  const { status } = await fetch(reached(callback ?? asked()[0]!.get('hub.callback')!), {
    method: 'POST',
    headers: { 'content-type': 'application/rss+xml', ...(signed !== null && { 'x-hub-signature': signed }) },
    body,
  });
  return status;
}

const notifications = async (): Promise<Record<string, number>> => {
  const found = await fetcher.metrics.registry.getSingleMetric('newsmill_websub_notifications_total')!.get();
  const met = found.values.filter(({ value }) => value > 0);
  return Object.fromEntries(met.map(({ labels, value }) => [labels['outcome'], value]));
};
const gauge = async (name: string): Promise<number | undefined> =>
  (await fetcher.metrics.registry.getSingleMetric(name)!.get()).values[0]?.value;
const urls = async (): Promise<string[]> => (await world.links()).map(({ url }) => url);
const waitOf = async (): Promise<number> => (await world.feed(FEED)).nextPollAt.getTime() - world.now.getTime();
const pollAgain = async (): Promise<void> => {
  world.pass(await waitOf());
  await fetcher.pollDue();
};

async function start(environment: Record<string, string> = { NEWSMILL_WEBSUB_CALLBACK_URL: CALLBACK }): Promise<void> {
  fetcher = await world.process(environment);
  await world.declare(fetcher, FEED);
  await fetcher.pollDue();
}

async function subscribe(): Promise<void> {
  await start();
  await sendDue();
  expect(await verify(lastAsked())).toEqual({ status: 200, text: 'a challenge' });
}

beforeEach(async () => {
  world = await FeedWorld.open();
  hubUrl = `https://${HUB}`;
  entries = Array.from({ length: 10 }, (_, number) => article(number, ago(number * 10 * MINUTE)));
  world.web.set(
    'news.example/feed',
    document(() => feedText()),
  );
  world.web.set(HUB, (_, response) => response.writeHead(202).end());
});

afterEach(() => world.close());

describe('a feed with a hub', () => {
  it('is subscribed to, with a callback and a secret that nobody can guess', async () => {
    await start();
    expect(await sendDue()).toBe(1);
    expect(Object.fromEntries(lastAsked())).toEqual({
      'hub.mode': 'subscribe',
      'hub.topic': FEED,
      'hub.callback': expect.stringMatching(/^https:\/\/newsroom\.example\/v1\/websub\/[\w-]{43}$/),
      'hub.secret': expect.stringMatching(/^[0-9a-f]{64}$/),
      'hub.lease_seconds': '864000',
    });
    expect(world.asked(HUB)[0]).toMatchObject({
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
    expect(await verify(lastAsked())).toEqual({ status: 200, text: 'a challenge' });
    expect(await world.subscriptions()).toMatchObject([
      { state: 'active', pending: null, leaseUntil: ago(-LEASE_S * SECOND), trusted: false },
    ]);
  });

  it('is only polled while no callback address is set', async () => {
    await start({});
    expect(await world.subscriptions()).toEqual([]);
    const answer = await fetch(`${fetcher.url}/v1/websub/${'a'.repeat(43)}`, { method: 'POST' });
    expect(answer.status).toBe(404);
  });

  it('is found by the Link header too, and asked again when its hub changes', async () => {
    await subscribe();
    const before = lastAsked();
    world.web.set('other.example/hub', (_, response) => response.writeHead(202).end());
    world.web.set(
      'news.example/feed',
      document(
        () => `${feedText()} `,
        () => ({ link: `<https://other.example/hub>; rel=hub, <${FEED}>; rel=self` }),
      ),
    );
    await pollAgain();
    await sendDue();
    const form = new URLSearchParams(world.asked('other.example/hub')[0]!.body);
    expect(form.get('hub.callback')).not.toBe(before.get('hub.callback'));
    expect(await push(feedText(), { callback: before.get('hub.callback')! })).toBe(404);
  });

  it('has its hub asked at most as the address guard allows', async () => {
    hubUrl = 'http://127.0.0.1/hub';
    await start();
    await sendDue();
    expect(world.requests.map(({ target }) => target)).toEqual(['news.example/feed']);
    expect(await world.subscriptions()).toMatchObject([
      { state: 'wanted', reason: expect.stringContaining('127.0.0.1') },
    ]);
  });
});

describe('the verification of an intent', () => {
  it.each([
    ['another topic', { 'hub.topic': 'https://news.example/other' }],
    ['another mode', { 'hub.mode': 'unsubscribe' }],
    ['no lease', { 'hub.lease_seconds': '' }],
    ['a lease of nothing', { 'hub.lease_seconds': '0' }],
    ['no challenge', { 'hub.challenge': '' }],
    ['an endless challenge', { 'hub.challenge': 'x'.repeat(2_000) }],
  ])('of %s is not given', async (_, changed) => {
    await start();
    await sendDue();
    expect((await verify(lastAsked(), changed)).status).toBe(404);
    expect(await world.subscriptions()).toMatchObject([{ state: 'wanted' }]);
  });

  it('is given once for each request, and not for a callback that was never given', async () => {
    await start();
    const { token } = (await world.subscriptions())[0]!;
    const form = new URLSearchParams({
      'hub.mode': 'subscribe',
      'hub.topic': FEED,
      'hub.callback': `${CALLBACK}/${token}`,
    });
    expect((await verify(form)).status).toBe(404);
    await sendDue();
    const guessed = new URLSearchParams(form);
    guessed.set('hub.callback', `${CALLBACK}/${'A'.repeat(43)}`);
    expect((await verify(guessed)).status).toBe(404);
    expect((await verify(lastAsked())).status).toBe(200);
    expect((await verify(lastAsked())).status).toBe(404);
  });

  it('may come before the hub has answered', async () => {
    await start();
    const seen: number[] = [];
    world.web.set(HUB, (request, response) => {
      void verify(new URLSearchParams(request.body)).then(({ status }) => {
        seen.push(status);
        response.writeHead(202).end();
      });
    });
    await sendDue();
    expect(seen).toEqual([200]);
    expect(await world.subscriptions()).toMatchObject([{ state: 'active', pending: null }]);
  });
});

describe('what a hub sends', () => {
  beforeEach(subscribe);

  it.each(['sha1', 'sha256', 'sha384', 'sha512'])('under %s goes the way of a polled document', async (method) => {
    entries = [article(50, ago(0)), ...entries];
    const before = (await urls()).length;
    expect(await push(feedText(), { method })).toBe(202);
    expect((await urls()).slice(before)).toEqual(['https://news.example/50']);
    expect((await world.links()).at(-1)).toMatchObject({ origin: { mode: 'feed', source: FEED } });
    expect(await push(feedText(), { method })).toBe(202);
    await pollAgain();
    expect(await urls()).toHaveLength(before + 1);
    expect(await notifications()).toEqual({ new: 1, 'nothing-new': 1 });
  });

  it.each([
    ['a wrong secret', { secret: 'wrong' }],
    ['no signature', { signature: null }],
    ['an empty signature', { signature: 'sha256=' }],
    ['an unknown method', { method: 'md5' }],
    ['no method', { signature: '0'.repeat(64) }],
  ])('with %s is answered and ignored', async (_, options) => {
    entries = [article(50, ago(0)), ...entries];
    const before = (await urls()).length;
    expect(await push(feedText(), options)).toBe(202);
    expect(await urls()).toHaveLength(before);
    expect(await notifications()).toEqual({ 'bad-signature': 1 });
  });

  it('that is no feed has the feed looked at, within its lower bound', async () => {
    expect(await push('<!doctype html>')).toBe(202);
    expect(await notifications()).toEqual({ 'not-a-feed': 1 });
    expect(await waitOf()).toBe(MINUTE);
  });

  it('is refused over its limit, by length and by what comes', async () => {
    expect(await push(feedText() + ' '.repeat(4 * 1024 * 1024))).toBe(413);
    expect(await notifications()).toEqual({ 'too-large': 1 });
  });

  it('is taken no more when the lease is over', async () => {
    world.pass(LEASE_S * SECOND + 1);
    expect(await push(feedText([article(60)]))).toBe(410);
    expect(await urls()).not.toContain('https://news.example/60');
  });
});

describe('a hub that is spoken to in the clear', () => {
  it('is given no secret, and its word is good for a look', async () => {
    hubUrl = `http://${HUB}`;
    await subscribe();
    expect(lastAsked().has('hub.secret')).toBe(false);
    entries = [article(50, ago(0)), ...entries];
    expect(await push(feedText([article(99)]), { signature: null })).toBe(202);
    expect(await notifications()).toEqual({ thin: 1 });
    expect(await waitOf()).toBe(MINUTE);
    await pollAgain();
    expect(await urls()).toContain('https://news.example/50');
    expect(await urls()).not.toContain('https://news.example/99');
  });
});

describe('polling beside a subscription', () => {
  beforeEach(subscribe);

  const news = (number: number, published = ago(0)): void => {
    entries = [article(number, published), ...entries.slice(0, 9)];
  };

  it('goes on as before until a push has brought what it had not found, then once an hour', async () => {
    await pollAgain();
    expect(await waitOf()).toBeLessThan(10 * MINUTE);
    news(50);
    await push(feedText());
    await pollAgain();
    expect(await waitOf()).toBeGreaterThanOrEqual(HOUR);
    expect(await waitOf()).toBeLessThanOrEqual(1.1 * HOUR);
  });

  it('is its own again when it twice finds what no push has brought, and the hub is asked anew', async () => {
    news(50);
    await push(feedText());
    await pollAgain();
    expect((await world.subscriptions())[0]).toMatchObject({ trusted: true, misses: 0 });
    for (const number of [51, 52]) {
      world.pass((await waitOf()) - 10 * MINUTE);
      news(number);
      await pollAgain();
    }
    expect((await world.subscriptions())[0]).toMatchObject({ trusted: false, nextAt: world.now });
    expect(await sendDue()).toBe(1);
    expect(lastAsked().get('hub.mode')).toBe('subscribe');
    await pollAgain();
    expect(await waitOf()).toBeLessThan(HOUR);
  });

  it('does not hold against a hub what may be on its way, and forgets one miss with the next push', async () => {
    news(50);
    await push(feedText());
    await pollAgain();
    for (const number of [51, 52, 53]) {
      world.pass((await waitOf()) - SECOND);
      news(number);
      await pollAgain();
    }
    expect((await world.subscriptions())[0]).toMatchObject({ trusted: true, misses: 0 });
    for (const number of [60, 70, 80]) {
      world.pass((await waitOf()) - 10 * MINUTE);
      news(number);
      await pollAgain();
      news(number + 1);
      await push(feedText());
    }
    expect((await world.subscriptions())[0]).toMatchObject({ trusted: true, misses: 0 });
  });

  it('is its own again when the lease has run out', async () => {
    news(50);
    await push(feedText());
    await pollAgain();
    expect(await waitOf()).toBeGreaterThanOrEqual(HOUR);
    await world.database.query('UPDATE websub_subscription SET lease_until = $1', [world.now]);
    world.pass((await waitOf()) - MINUTE);
    for (const number of [51, 52, 53]) news(number, ago(number * SECOND));
    await pollAgain();
    expect((await world.subscriptions())[0]).toMatchObject({ trusted: true, misses: 0 });
    expect(await waitOf()).toBeLessThan(HOUR);
  });
});

describe('a subscription', () => {
  it('is renewed before its lease ends, by the same callback', async () => {
    await subscribe();
    expect(await sendDue()).toBe(0);
    world.pass(0.74 * LEASE_S * SECOND);
    expect(await sendDue()).toBe(0);
    world.pass(0.02 * LEASE_S * SECOND);
    expect(await sendDue()).toBe(1);
    const [first, renewal] = asked();
    expect(renewal!.get('hub.callback')).toBe(first!.get('hub.callback'));
    expect(renewal!.get('hub.secret')).toBe(first!.get('hub.secret'));
    expect(await push(feedText([article(60)]))).toBe(202);
    expect((await verify(renewal!)).status).toBe(200);
    expect((await world.subscriptions())[0]!.leaseUntil).toEqual(ago(-LEASE_S * SECOND));
  });

  it('tells in metrics when its lease ends, and that its hub does not renew it', async () => {
    await subscribe();
    const leaseEnds = ago(-LEASE_S * SECOND).getTime() / SECOND;
    expect(await gauge('newsmill_websub_lease_expiry_timestamp_seconds')).toBe(leaseEnds);
    world.web.set(HUB, (_, response) => response.writeHead(500).end());
    world.pass(0.76 * LEASE_S * SECOND);
    const failing: (number | undefined)[] = [];
    for (let attempt = 0; attempt < 2; attempt += 1) {
      expect(await sendDue()).toBe(1);
      failing.push(await gauge('newsmill_websub_renewals_failing'));
      world.pass((await world.subscriptions())[0]!.nextAt.getTime() - world.now.getTime());
    }
    expect(failing).toEqual([0, 1]);
    world.web.set(HUB, (_, response) => response.writeHead(202).end());
    expect(await sendDue()).toBe(1);
    expect((await verify(lastAsked())).status).toBe(200);
    expect(await gauge('newsmill_websub_renewals_failing')).toBe(0);
    expect(await gauge('newsmill_websub_lease_expiry_timestamp_seconds')).toBeGreaterThan(leaseEnds);
  });

  it('is asked for again, ever more rarely, while the hub fails or does not verify', async () => {
    await start();
    const waits: number[] = [];
    for (let attempt = 0; attempt < 10; attempt += 1) {
      world.web.set(HUB, (_, response) => response.writeHead(attempt % 2 === 0 ? 500 : 202).end());
      expect(await sendDue()).toBe(1);
      const wait = (await world.subscriptions())[0]!.nextAt.getTime() - world.now.getTime();
      waits.push(wait);
      world.pass(wait);
    }
    expect(waits[0]).toBe(10 * MINUTE);
    expect(waits[1]).toBe(20 * MINUTE);
    expect(waits.at(-1)).toBe(DAY);
  });

  it('follows a hub that has moved its door, and takes its secret nowhere else', async () => {
    world.web.set(HUB, (_, response) => response.writeHead(308, { location: 'https://moved.example/' }).end());
    world.web.set('moved.example/', (_, response) =>
      response.writeHead(307, { location: 'http://clear.example/' }).end(),
    );
    await start();
    await sendDue();
    expect(world.asked('moved.example/')[0]!.body).toBe(world.asked(HUB)[0]!.body);
    expect(world.asked('clear.example/')).toEqual([]);
    expect((await world.subscriptions())[0]).toMatchObject({ state: 'wanted', reason: 'HTTP status 307' });
  });

  it('that is denied ends, and is asked for again after a week', async () => {
    await subscribe();
    const denied = { 'hub.mode': 'denied', 'hub.reason': 'too many' };
    expect((await verify(lastAsked(), { ...denied, 'hub.topic': 'https://news.example/other' })).status).toBe(404);
    expect((await verify(lastAsked(), denied)).status).toBe(200);
    expect((await world.subscriptions())[0]).toMatchObject({ state: 'denied', reason: 'too many' });
    expect(await push(feedText([article(60)]))).toBe(410);
    world.pass(6.9 * DAY);
    expect(await sendDue()).toBe(0);
    world.pass(0.2 * DAY);
    expect(await sendDue()).toBe(1);
    expect((await verify(lastAsked())).status).toBe(200);
    expect((await world.subscriptions())[0]!.state).toBe('active');
  });

  it('is ended when its feed is polled no more', async () => {
    await subscribe();
    await world.declare(fetcher);
    await fetcher.subscriptions.leaveInactive(world.now);
    expect(await push(feedText([article(60)]))).toBe(410);
    await sendDue();
    expect(lastAsked().get('hub.mode')).toBe('unsubscribe');
    expect(lastAsked().has('hub.secret')).toBe(false);
    expect((await verify(lastAsked(), { 'hub.mode': 'subscribe' })).status).toBe(404);
    expect(await verify(lastAsked())).toEqual({ status: 200, text: 'a challenge' });
    expect(await world.subscriptions()).toEqual([]);
  });

  it('is left to its lease when the hub does not let it go', async () => {
    await subscribe();
    await world.declare(fetcher);
    await fetcher.subscriptions.leaveInactive(world.now);
    for (let attempt = 0; attempt < 3; attempt += 1) {
      await sendDue();
      world.pass(DAY);
    }
    expect(await world.subscriptions()).toEqual([]);
  });

  it('is asked for by one process of several', async () => {
    await start();
    const other = await world.process({ NEWSMILL_WEBSUB_CALLBACK_URL: CALLBACK });
    await Promise.all([sendDue(), other.hubRequests.sendDue(world.now, never)]);
    expect(world.asked(HUB)).toHaveLength(1);
  });
});
